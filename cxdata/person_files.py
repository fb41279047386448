"""What is held about a person as a file for that person: every version of every row, and everything else.

In: a store and a person. Out: the bytes of a ZIP (a CSV for each kind of rows, a JSON with the rest, a text that explains
them), or of one JSON with all of it.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, datetime
from typing import Any

from cxdata import people
from cxdata.errors import CxError
from cxdata.i18n import _
from cxdata.people import ERASED, NOTES, Held, Person
from cxdata.schema import KINDS, Kind
from cxdata.store import Store

FORMATS = ("zip", "json")
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def to_bytes(store: Store, person: Person, held: Held, form: str) -> bytes:
    """The file, in one of FORMATS."""
    rows = {kind.name: versions(store, kind, person) for kind in KINDS}
    rest = other(store, person, held)
    if form == "json":
        return _json({"rows": rows, **rest})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(_("READ ME") + ".txt", _explained(rows, rest))
        for kind, found in rows.items():
            if found:
                file.writestr(f"{kind}.csv", _csv(found))
        file.writestr("other.json", _json(rest))
    return out.getvalue()


def form_of(name: str) -> str:
    """The format of a file of that name. Raises CxError where it is none."""
    form = name.rpartition(".")[2].lower()
    if form not in FORMATS:
        raise CxError('"{name}" has to end in .zip (tables and a text) or in .json (everything in one).', name=name)
    return form


def versions(store: Store, kind: Kind, person: Person) -> list[dict[str, Any]]:
    """Every version of the rows of a kind, oldest import first, with the file it came from and what is filled in it.

    Where agents are looked at in groups only, their names are left out.
    """
    mine = people.mine_sql(kind)
    hidden = (
        ", agent" if store.settings().agents != "by_name" and any(one.name == "agent" for one in kind.fields) else ""
    )
    sql = f"""
        select i.file_name as file, strftime(i.imported_at, '%Y-%m-%dT%H:%M:%SZ') as imported_at,
               i.undone_at is not null as undone, own.* exclude (import_id, key{hidden})
        from (select * from {kind.name}_versions where {mine}) as own join imports as i using (import_id)
        order by import_id, key"""
    found = store.query(sql, **people.used(mine, person)).to_pylist()
    filled = [name for name in (found[0] if found else ()) if any(row[name] is not None for row in found)]
    return [{name: _plain(row[name]) for name in filled} for row in found]


def other(store: Store, person: Person, held: Held) -> dict[str, Any]:
    """Everything else: rejected rows with their own cells, the records that name the person, the files."""
    words = person.words(ERASED)
    with store.reading() as cursor:
        rejected = people.rejects(cursor, person)
        named = {
            table: [place for place, _texts in people.changed_notes(cursor, table, words, "main")]
            for table in held.notes
            if table in NOTES
        }
        records = {}
        for table, places in named.items():
            sql = f"select * from {table} where list_contains(cast($places as bigint[]), rowid) order by rowid"
            records[table] = cursor.sql(sql, params={"places": places}).to_arrow_table().to_pylist()
    found = {row["import_id"]: row for row in store.imports()}
    return {
        "rejected_rows": [
            {
                "file": found[row["import_id"]]["file_name"], "line": row["line"],
                "cells": _named(found[row["import_id"]]["understood"]["header"], row["cells"]),
            }
            for row in rejected
        ],
        "records": {table: [_record(row) for row in rows] for table, rows in records.items()},
        "files": sorted(held.names.values()),
    }  # fmt: skip


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    names = [*header, *(f"Column {at + 1}" for at in range(len(header), len(cells)))]
    return dict(zip(names, cells, strict=False))


def _record(row: dict[str, Any]) -> dict[str, Any]:
    """A record with its JSON as values."""
    made = {}
    for name, value in row.items():
        made[name] = _plain(value)
        if isinstance(value, str) and value[:1] in "{[":
            try:
                made[name] = json.loads(value)
            except ValueError:
                continue
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if isinstance(value, list) else value  # kept columns come as pairs


def _csv(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        cells = (json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict) else cell for cell in row.values())
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_RISKY) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n").encode()


def _explained(rows: dict[str, list[dict[str, Any]]], rest: dict[str, Any]) -> str:
    """What is in the ZIP, for the person."""
    lines = [_("This is what is held about you. Times are in UTC."), ""]
    for kind in KINDS:
        if rows[kind.name]:
            lines.append(
                _("{file}: {rows} rows ({what}), each as it stood in every file that was imported.",
                  file=f"{kind.name}.csv", rows=len(rows[kind.name]), what=_(kind.label))
            )  # fmt: skip
            names = {field.name: field for field in kind.fields}
            lines += [
                f"  {name}: {_(names[name].label)} – {_(names[name].meaning)}"
                for name in rows[kind.name][0]
                if name in names
            ]
    records = sum(len(found) for found in rest["records"].values())
    lines += [
        "",
        _("other.json: {rejected} rows that could not be read, {records} notes and records that name you, and the names of "
          "{files} files in which you are.", rejected=len(rest["rejected_rows"]), records=records, files=len(rest["files"])),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
