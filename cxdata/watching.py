"""A folder into which another program drops exports: which files are whole, new and worth trying.

In: the folder, looked at again and again. Out: the files to import. Looking works on network drives too, where the
system tells of no changes. The database is opened only while there is something to import, so that the dashboard can
have it the rest of the time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cxdata.errors import CxError
from cxdata.store import Store

UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download")


class Look(NamedTuple):
    """What a file looked like: its size and when it was last written."""

    size: int
    written_ns: int


def files_in(folder: Path, *, besides: Iterable[Path] = ()) -> list[Path]:
    """The files in a folder and the folders in it, in order; not what is hidden, half written, or named in besides.

    Raises CxError where the folder cannot be read.
    """
    left_out = {path.absolute() for path in besides}
    found: list[Path] = []
    try:
        for place, folders, names in os.walk(folder, onerror=_raise):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            paths = [Path(place, name) for name in names if not is_passing(name)]
            found += (path for path in paths if path.absolute() not in left_out and path.is_file())
    except OSError as error:
        raise CxError(
            "{folder} cannot be read: {reason}. Check the name of the folder and that you may open it.",
            folder=folder,
            reason=error.strerror or error,
        ) from error
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error


def is_passing(name: str) -> bool:
    """Whether a file is hidden, the lock of a program, or not whole yet by its name."""
    return name.startswith((".", "~$")) or name.casefold().endswith(UNFINISHED)


@dataclass
class Watch:
    """What is known of a folder between two looks.

    A file is ready when two looks see the same size and time. One that was imported or failed is tried again only when
    it looks different.
    """

    folder: Path
    besides: tuple[Path, ...] = ()
    seen: dict[Path, Look] = field(default_factory=dict)
    done: dict[Path, Look] = field(default_factory=dict)

    def ready(self) -> list[Path]:
        """Look once more: the files that did not change since the last look and were not tried as they are."""
        now: dict[Path, Look] = {}
        for path in files_in(self.folder, besides=self.besides):
            try:
                found = path.stat()
            except OSError:  # it is gone again
                continue
            now[path] = Look(found.st_size, found.st_mtime_ns)
        before, self.seen = self.seen, now
        return [path for path, look in now.items() if before.get(path) == look and self.done.get(path) != look]

    def tried(self, path: Path) -> None:
        """Leave this file alone from now on, as long as it looks as it did."""
        self.done[path] = self.seen[path]


def is_imported(store: Store, path: Path) -> bool:
    """Whether these very bytes are in by an import that is not undone."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    sql = "select count(*) as n from imports where sha256 = $digest and undone_at is null"
    return bool(store.query(sql, digest=digest)["n"][0].as_py())


def rounds(wait: Callable[[], bool], *, once: bool) -> Iterator[None]:
    """One turn per look, until `wait` says that it is time to stop; once: a first look and the one that decides."""
    yield
    while not wait():
        yield
        if once:
            return
