"""A folder into which another program drops exports: which files are whole, new and worth trying, and their import.

In: the folder, looked at again and again. Out: the outcome of each file. Looking works on network drives too, where the
system tells of no changes. The dashboard watches a folder itself (CX_WATCH); the command line opens the database only
while there is something to import.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import NamedTuple

from cxdata import importing
from cxdata.errors import CxError
from cxdata.importing import Outcome
from cxdata.store import Store
from cxdata.understanding import Choices

UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download")


@dataclass(frozen=True)
class Failure:
    """A file, or a table in one, that did not go in."""

    file: str
    error: CxError


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


def import_tables(
    store: Store, path: Path, choices: Choices, *, name: str | None = None, by: str = "", dry_run: bool = False
) -> Iterator[Outcome | Failure]:
    """Import every table of a file: all those of an archive, one of a workbook."""
    called = name or str(path)
    with TemporaryDirectory(prefix="cx-parts-") as folder:
        try:
            parts = importing.parts_of(path, choices, Path(folder), name=name)
        except CxError as error:
            yield Failure(called, error)
            return
        for part in parts:
            try:
                outcome = importing.import_file(store, path, choices, name=name, by=by, dry_run=dry_run, part=part)
                yield from outcome.all
            except CxError as error:
                yield Failure(f"{called}: {part.member}" if part.member else called, error)


def import_ready(
    watch: Watch, opened: Callable[[], AbstractContextManager[Store]], choices: Choices, stop: Event, *, by: str = ""
) -> Iterator[Outcome | Failure]:
    """Look once, and import what is ready and was not imported before; the database is opened only for that."""
    ready = watch.ready()
    if not ready:
        return
    with opened() as store:
        for path in ready:
            if stop.is_set():
                return
            try:
                known = is_imported(store, path)
            except OSError as error:
                yield Failure(str(path), CxError("It cannot be read: {reason}.", reason=error.strerror or error))
            else:
                yield from () if known else import_tables(store, path, choices, by=by)
            watch.tried(path)


def rounds(wait: Callable[[], bool], *, once: bool) -> Iterator[None]:
    """One turn per look, until `wait` says that it is time to stop; once: a first look and the one that decides."""
    yield
    while not wait():
        yield
        if once:
            return
