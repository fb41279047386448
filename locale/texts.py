"""Keeps the Dutch catalogue in step with the code: `make texts`.

In: the Python files. Out: locale/nl/LC_MESSAGES/cxdata.po with every text of the code once, translations kept, and
on standard output the texts that have no translation yet. The files are read as syntax trees: Babel's own reader
does not look into f-strings on every version of Python.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
DUTCH = ROOT / "locale" / "nl" / "LC_MESSAGES" / "cxdata.po"
# The calls whose first argument is a text: marks, sentences for later, and the errors of cxdata/errors.py.
CALLS = (
    "_",
    "N_",
    "note",
    "Note",
    "CxError",
    "FileProblem",
    "MappingProblem",
    "Cancelled",
    "InUse",
    "Undecided",
    "UnknownName",
)


def sources() -> list[Path]:
    """The files with texts, in order."""
    return [ROOT / "dashboard.py", *sorted((ROOT / "cxdata").rglob("*.py")), *sorted((ROOT / "pages").glob("*.py"))]


def called(node: ast.AST) -> str:
    """The last name of a call's function ("_", "button" of st.button), or ""."""
    func = node.func if isinstance(node, ast.Call) else None
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


def in_order(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, as they stand in the file."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from in_order(child)


def in_code() -> Catalog:
    """Every text of the code, with the files it stands in."""
    catalog = Catalog(domain="cxdata")
    for path in sources():
        for node in in_order(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.args[0] if called(node) in CALLS and node.args else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                catalog.add(text.value, locations=[(path.relative_to(ROOT).as_posix(), text.lineno)])
    return catalog


def in_dutch() -> Catalog:
    with DUTCH.open("rb") as file:
        return read_po(file, locale="nl")


def missing(catalog: Catalog) -> list[str]:
    """The texts of a catalogue that would be shown in English."""
    return [str(message.id) for message in catalog if message.id and (not message.string or message.fuzzy)]


def main() -> int:
    code, dutch = in_code(), in_dutch()
    code.creation_date = dutch.creation_date  # the file changes only where a text does
    dutch.update(code, no_fuzzy_matching=True)
    for message in dutch:
        message.flags.discard("python-format")  # "95% interval" is none; ours are {named}
    with DUTCH.open("wb") as file:
        write_po(file, dutch, width=None, ignore_obsolete=True, include_lineno=False)
    untold = missing(dutch)
    print(*(f"No Dutch yet: {text}" for text in untold), sep="\n", end="\n" if untold else "")
    print(f"{len(dutch)} texts, {len(untold)} without a translation, in {DUTCH.relative_to(ROOT)}")
    return 1 if untold else 0


if __name__ == "__main__":
    sys.exit(main())
