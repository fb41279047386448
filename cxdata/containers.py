"""From a file as it was dropped to the tables in it.

In: the path of a text file, a ZIP or gzip archive, or a workbook, told apart by their bytes and not by their names.
Out: Parts: each a text file for `reading` (the file itself, or one of ours in the working folder), with the name under
which the user knows it: "export.zip: tickets.csv", "export.xlsx: March". What an archive unpacks to is bounded, and
names of members are only shown, never used as paths.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, Any

from cxdata import workbook_head
from cxdata.errors import CxError, FileProblem, UnknownName
from cxdata.i18n import N_

CHUNK = 2**20
HEAD = 4096
HEAD_BYTES = 8 * 2**20  # the start of a large file, to show what it means
HEAD_ROWS = 30_000  # and of a sheet
MAX_BYTES = 20 * 2**30  # what one file may unpack to
MAX_RATIO = 200  # times its own size; exports compress 5 to 40 times
FREE_BYTES = 64 * 2**20  # below which the ratio does not matter
MAX_MEMBERS = 500
WORKBOOK_MEMORY = 4 * 2**30
WORKBOOK_SECONDS = 20  # and a second more for every 200 kB: ten times what it takes
TABLES = (".csv", ".tsv", ".txt", ".tab", ".gz", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Excel workbooks, and new ones with a password
_DAMAGED_BOOK = N_(
    "{file} is a workbook that is damaged or not complete. Open it in the program that wrote it and save it again, or "
    "export it again."
)
_DAMAGED_ARCHIVE = N_("{file} is an archive that is damaged or not complete. Download it or export it again.")


@dataclass(frozen=True)
class Part:
    """One table of a file. `member`: its name in the archive; `sheet`: in the workbook; "" where there is none.

    `rows` counts the filled rows, of a text no further than two. `delimiter` is set where we wrote the text.
    `problem` says why a member of an archive cannot be read; its path is then of no use. `cut`: how many bytes at the
    start of the table these are, where it goes on.
    """

    name: str
    path: Path
    member: str = ""
    sheet: str = ""
    rows: int = 2
    delimiter: str | None = None
    problem: CxError | None = None
    cut: int = 0

    @property
    def key(self) -> str:
        """What a user says to choose it (--sheet NAME)."""
        return self.sheet or self.member


def parts(path: Path, workdir: Path, *, name: str | None = None, head: bool = False) -> tuple[Part, ...]:
    """The tables of a file, in its own order; a text file is one, itself.

    With `head`, no more of a text in an archive is unpacked than `head_of` takes. `name` is the file's name as the user knows it. What has to be unpacked is written into workdir. Raises FileProblem
    for a file that cannot be unpacked or holds no table; a bad member of an archive is a Part with a problem.
    """
    path, name = Path(path), name or Path(path).name
    try:
        if not path.is_file() or not path.stat().st_size:
            return (Part(name, path),)  # `reading` says what is wrong with it
        size = path.stat().st_size
        limit = min(MAX_BYTES, max(FREE_BYTES, MAX_RATIO * size))
        workdir.mkdir(parents=True, exist_ok=True)
        return _Opened(Path(tempfile.mkdtemp(prefix="parts-", dir=workdir)), limit, head).parts(Part(name, path))
    except OSError as error:
        raise FileProblem(
            "{file} could not be unpacked: {reason}. Check that you may open it and that the disk is not full.",
            file=name,
            reason=error.strerror or error,
        ) from error


def chosen(found: tuple[Part, ...], sheet: str | None = None) -> tuple[Part, ...]:
    """The parts to import: all members of an archive, of a workbook the one sheet that holds a table.

    `sheet` names one. Raises UnknownName where there is none of that name, CxError where a workbook holds several
    tables. A member of an archive that holds none, or leaves the choice open, is a part with that problem.
    """
    if sheet is not None:
        return (_named(found, sheet),)
    members = dict.fromkeys(part.member for part in found)
    if len(members) == 1:
        return (_one_of(found),)
    tables = []
    for member in members:
        mine = tuple(part for part in found if part.member == member)
        try:
            tables.append(_one_of(mine))
        except CxError as error:
            tables.append(replace(mine[0], problem=error, sheet=""))
    return tuple(tables)


def choose(found: tuple[Part, ...], sheet: str | None = None) -> Part:
    """The one part to import. Raises as `chosen` does, also where an archive holds several tables."""
    tables = chosen(found, sheet)
    readable = [part for part in tables if not part.problem]
    if len(readable) > 1:
        raise _several(readable)
    if not readable and tables[0].problem:
        raise tables[0].problem
    return readable[0]


def _named(found: tuple[Part, ...], sheet: str) -> Part:
    wanted = sheet.strip().casefold()
    for part in found:
        if wanted in {part.key.casefold(), part.member.casefold(), part.member.rpartition("/")[2].casefold()} - {""}:
            same = tuple(other for other in found if other.member == part.member)
            return part if part.sheet.casefold() == wanted else _one_of(same)
    raise UnknownName(N_("sheet"), sheet, [part.key for part in found if part.key])


def _one_of(found: tuple[Part, ...]) -> Part:
    tables = [part for part in found if part.problem or part.rows > 1]
    if len(tables) > 1:
        raise _several(tables)
    if tables or not found[0].key:
        return (tables or found)[0]
    raise FileProblem(
        "{file} has one row at most. A table needs a header and a row under it: check that you exported the data itself.",
        file=", ".join(part.name for part in found),
    )


def _several(tables: tuple[Part, ...] | list[Part]) -> CxError:
    return CxError(
        "There are {n} tables in this file: {tables}. Choose one of them (--sheet NAME).",
        n=len(tables),
        tables=", ".join(f'"{part.key}"' for part in tables),
    )


def is_packed(start: bytes) -> bool:
    """Whether a file that starts so is an archive or a workbook, which cannot be read from its start alone."""
    return start.startswith((*_ZIP, _GZIP, _OLE))


def head_of(part: Part, workdir: Path) -> Part:
    """The start of a large text, up to the end of a line outside of quotation marks; a smaller one is itself."""
    if part.problem or part.sheet or part.path.stat().st_size <= HEAD_BYTES:
        return part
    with part.path.open("rb") as file:
        start = file.read(HEAD_BYTES)
    start = start[: len(start) - len(start.split(b"\n", 2 * HEAD_ROWS)[-1])] or start
    cut, wide = len(start), start[:2] in (b"\xff\xfe", b"\xfe\xff")
    for _line in range(1000):
        cut = start.rfind(b"\n", 0, cut)
        if cut < 0 or start.count(b'"', 0, cut) % 2 == 0:
            break
    cut = len(start) if cut < 0 else cut + 1
    cut += cut % 2 if wide else 0
    head = Path(tempfile.mkdtemp(prefix="head-", dir=workdir)) / "head.csv"
    head.write_bytes(start[:cut])
    return replace(part, path=head, cut=cut)


class _Opened:
    """The unpacking of one file; `left` is what it may still unpack to, in bytes."""

    def __init__(self, folder: Path, limit: int, head: bool) -> None:
        self.folder, self.limit, self.left, self.files, self.head = folder, limit, limit, 0, head

    def parts(self, part: Part, depth: int = 0) -> tuple[Part, ...]:
        """The parts of a file that may itself be packed."""
        with part.path.open("rb") as file:
            start = file.read(HEAD)
        if start.startswith(_ZIP):
            return self._zipped(part, start, depth)
        if start.startswith(_OLE):
            with part.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as whole:
                if whole.find("EncryptedPackage".encode("utf-16-le")) >= 0:
                    raise _password(part)
            return self._sheets(part)
        if start.startswith(_GZIP):
            return self._gzipped(part, depth)
        return (part if depth == 0 else replace(part, rows=_few_rows(start)),)

    # --- gzip -----------------------------------------------------------------------------------------------

    def _gzipped(self, part: Part, depth: int) -> tuple[Part, ...]:
        try:
            with gzip.open(part.path) as file:
                unpacked = replace(part, path=self._unpacked(file, part))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise FileProblem(_DAMAGED_ARCHIVE, file=part.name) from error
        if depth > 1:
            raise _too_deep(part)
        return self.parts(unpacked, depth + 1)

    def _unpacked(self, file: IO[bytes] | gzip.GzipFile, part: Part) -> Path:
        target, is_text = self._new_file(), True
        with target.open("wb") as out:
            while chunk := file.read(CHUNK):
                is_text = is_text and (out.tell() > 0 or not is_packed(chunk))
                self._take(len(chunk), part)
                out.write(chunk)
                if self.head and is_text and out.tell() > HEAD_BYTES:
                    break
        return target

    def _new_file(self) -> Path:
        self.files += 1
        return self.folder / f"{self.files}.csv"

    def _take(self, size: int, part: Part) -> None:
        self.left -= size
        if self.left < 0:
            raise FileProblem(
                "{file} unpacks to more than {limit} MB, much more than an export of its size would. If it is right, "
                "unpack it yourself and import the files in it.",
                file=part.name,
                limit=self.limit // 10**6,
            )

    # --- zip ------------------------------------------------------------------------------------------------

    def _zipped(self, part: Part, start: bytes, depth: int) -> tuple[Part, ...]:
        try:
            archive = zipfile.ZipFile(part.path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            book = re.search(rb"xl/|\[Content_Types\]|_rels/|docProps/|opendocument", start)
            raise FileProblem(_DAMAGED_BOOK if book else _DAMAGED_ARCHIVE, file=part.name) from error
        with archive:
            names = set(archive.namelist())
            if any(name.startswith("xl/") for name in names) or {"content.xml", "mimetype"} <= names:
                for info in archive.infolist():
                    self._take(info.file_size, part)
                return self._sheets(part)
            if depth:
                raise _too_deep(part)
            return tuple(self._members(archive, part))

    def _members(self, archive: zipfile.ZipFile, part: Part) -> Iterator[Part]:
        infos = [(info, _shown(info)) for info in archive.infolist() if not info.is_dir()]
        members = [(info, name) for info, name in infos if _is_table(name)]
        if not members:
            names = [name for _, name in infos if not _is_hidden(name)]
            raise FileProblem(
                "{file} holds no table, but {found}. Choose a file with a CSV or an Excel file in it.",
                file=part.name,
                found=", ".join(names[:6]) + (" …" if len(names) > 6 else "") or "–",
            )
        if len(members) > MAX_MEMBERS:
            raise FileProblem(
                "{file} holds {n} files. Unpack it and import the folder from the command line.",
                file=part.name,
                n=len(members),
            )
        for info, name in members:
            member = Part(f"{part.name}: {name}", part.path, member=name)
            try:
                yield from self._member(archive, info, member)
            except FileProblem as error:
                if self.left < 0:
                    raise
                yield replace(member, problem=error)

    def _member(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: Part) -> tuple[Part, ...]:
        if info.flag_bits & 1:
            raise _password(member)
        try:
            with archive.open(info) as file:
                unpacked = replace(member, path=self._unpacked(file, member))
        except NotImplementedError as error:
            raise FileProblem(
                "{file} is compressed in a way that cannot be read here. Unpack the archive and import the files in it.",
                file=member.name,
            ) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise FileProblem(_DAMAGED_ARCHIVE, file=member.name) from error
        return self.parts(unpacked, 1)

    # --- workbooks ------------------------------------------------------------------------------------------

    def _sheets(self, part: Part) -> tuple[Part, ...]:
        """Each sheet that has cells, written as CSV by a process of its own (see `workbook`)."""
        folder = Path(tempfile.mkdtemp(prefix="sheets-", dir=self.folder))
        answer = _of_start(part, folder, self.limit) if self.head else None
        answer = answer or _in_a_process(part, part.path, folder, self.limit, HEAD_ROWS if self.head else 0)
        if answer.get("problem") == "password":
            raise _password(part)
        if answer.get("problem"):
            raise FileProblem(_DAMAGED_BOOK, file=part.name)
        if not answer["sheets"]:
            raise FileProblem(
                "{file} has no sheet with a table: what there is ({sheets}) is empty, hidden or a chart. Show the sheet "
                "with the data and save the file again.",
                file=part.name,
                sheets=", ".join(f'"{name}"' for name in answer["others"][:6]) or "–",
            )
        return tuple(
            replace(
                part,
                name=f"{part.name}: {found['name']}",
                path=Path(found["file"]),
                sheet=found["name"],
                rows=found["rows"],
                delimiter=",",
                cut=Path(found["file"]).stat().st_size if found["cut"] else 0,
            )
            for found in answer["sheets"]
        )


def _of_start(part: Part, folder: Path, limit: int) -> dict[str, Any] | None:
    """The answer on the start of a large workbook; None where it has to be read whole."""
    start = workbook_head.head(part.path, folder / "head.xlsx", HEAD_ROWS)
    with suppress(FileProblem):
        answer = _in_a_process(part, start, folder, limit, HEAD_ROWS) if start else {}
        return answer if answer.get("sheets") else None
    return None


def _in_a_process(part: Part, path: Path, folder: Path, limit: int, most: int) -> dict[str, Any]:
    """What `workbook` answers; -P keeps our module names from standing in for those of Python."""
    program = Path(__file__).with_name("workbook.py")
    command = [
        sys.executable,
        "-P",
        str(program),
        str(path),
        str(folder),
        str(WORKBOOK_MEMORY),
        str(limit),
        str(most),
    ]
    patience = WORKBOOK_SECONDS + path.stat().st_size / 200_000
    try:
        done = subprocess.run(command, capture_output=True, timeout=patience, check=True)
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise FileProblem(
            "{file} could not be opened: the workbook is damaged, or a sheet is too large. Save the sheet with the data "
            "as CSV and import that.",
            file=part.name,
        ) from error
    return answer


def _password(part: Part) -> FileProblem:
    return FileProblem(
        "{file} is protected with a password. Save or unpack it without one, and import that.", file=part.name
    )


def _too_deep(part: Part) -> FileProblem:
    return FileProblem("{file} is an archive in an archive. Unpack it and import the files in it.", file=part.name)


def _shown(info: zipfile.ZipInfo) -> str:
    """The name of a member as text: archives without a mark for UTF-8 often hold it all the same."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return "".join(char if char.isprintable() else "?" for char in name.replace("\\", "/"))


def _is_hidden(name: str) -> bool:
    return any(step == "__MACOSX" or (step.startswith((".", "~$")) and step.strip(".")) for step in name.split("/"))


def _is_table(name: str) -> bool:
    last = name.rpartition("/")[2].casefold()
    told = last.startswith(("readme", "license", "licence"))
    return not told and not _is_hidden(name) and (last.endswith(TABLES) or "." not in last)


def _few_rows(start: bytes) -> int:
    """How many of the first lines have something in them, up to two; in any encoding."""
    if len(start) == HEAD:
        return 2
    lines = re.split(rb"[\r\n]\x00*", start)
    return min(2, sum(1 for line in lines if line.strip(b' \t\x00,;|"\xef\xbb\xbf\xff\xfe')))
