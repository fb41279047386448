"""The import screen: each dropped file with what was understood of it, its outcome beforehand, and the history."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from cxdata import containers, formats, importing
from cxdata.errors import CxError, Note
from cxdata.filters import Period
from cxdata.i18n import N_, _
from cxdata.importing import Outcome
from cxdata.schema import KINDS, Field, kind
from cxdata.sources import SOURCES
from cxdata.ui import look, state
from cxdata.understanding import Choices

ORDERS = {
    "": N_("as understood"),
    "dmy": N_("day-month-year"),
    "mdy": N_("month-day-year"),
    "ymd": N_("year-month-day"),
}
DECIMALS = {"": N_("as understood"), ",": N_("comma: 1.234,56"), ".": N_("point: 1,234.56")}
DIRECTIONS = {
    "": N_("as understood"),
    "easy": N_("a high score means easy"),
    "hard": N_("a high score means much effort"),
}
TYPES = [ending.removeprefix(".") for ending in (*containers.TABLES, ".zip")]
STATUS_LABELS = {
    "new": N_("New"),
    "open": N_("Open"),
    "pending": N_("Pending"),
    "on_hold": N_("On hold"),
    "solved": N_("Solved"),
    "closed": N_("Closed"),
    "deleted": N_("Deleted"),
    "spam": N_("Spam"),
}
SHOWN = 3  # of the first rows


def drop() -> None:
    """The drop zone and a card for each file in it."""
    files = st.file_uploader(
        _("Exports: CSV, Excel, text, or a ZIP of them"), type=TYPES, accept_multiple_files=True, key=f"files_{st.session_state.get('_drop', 0)}",
        help=_("Several files at once are fine. Files over 1 GB go in faster from the command line."),
    )  # fmt: skip
    _done()
    for file in files or []:
        for sheet in _tables(file):
            with st.container(border=True):
                _file(file, sheet)


def _done() -> None:
    """What the last import did, with the way to the charts."""
    done = st.session_state.get("_imported")
    if not done:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(done, icon=":material/check_circle:")
    pages = st.session_state.get("_pages", {})
    if "overview" in pages:
        st.page_link(pages["overview"], label=_("See the charts"), icon=":material/arrow_forward:")


def _tables(file: Any) -> list[str | None]:
    """What of a file gets a card: each member of an archive, the chosen sheet of a workbook; None is the file itself."""
    kept = f"_tables_{file.file_id}"
    if kept not in st.session_state:
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = containers.parts(_on_disk(file, folder), Path(folder), name=file.name)
            except CxError:
                found = ()  # the card says why
        members = list(dict.fromkeys(part.member for part in found))
        st.session_state[kept] = (members, [part.sheet for part in found if part.sheet and part.rows > 1])
    members, sheets = st.session_state[kept]
    if len(members) > 1:
        return members
    if len(sheets) < 2:
        return [None]
    chosen = st.selectbox(
        _("Sheet of {file}", file=file.name), sheets, index=None, key=f"sheet_{file.file_id}", placeholder=_("choose")
    )
    return [chosen] if chosen else []


def _file(file: Any, sheet: str | None) -> None:
    key = hashlib.sha256(f"{file.file_id}{sheet or ''}".encode()).hexdigest()[:10]
    st.html(f'<div class="cx-title">{look.escaped(f"{file.name}: {sheet}" if sheet else file.name)}</div>')
    choices = replace(_choices(key), sheet=sheet)
    try:
        outcome = _preview(file, choices, key)
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        _corrections(key, file, choices)
        return
    for one in outcome.all:
        _understood(one)
        _first_rows(one, key)
    _corrections(key, file, choices, outcome)
    if not any(one.new + one.changed for one in outcome.all):
        st.html(f'<div class="cx-sub">{_("Every row of this file is in already: nothing would change.")}</div>')
        return
    if st.button(_("Import"), type="primary", key=f"import_{key}", icon=":material/download_done:"):
        _run(file, choices)


def _choices(key: str) -> Choices:
    """The reader's corrections of one file, as kept in the session."""
    chosen: Mapping[str, Any] = st.session_state.get(f"_choices_{key}", {})
    return Choices(**chosen)


def _on_disk(file: Any, folder: str) -> Path:
    path = Path(folder) / "upload.csv"
    path.write_bytes(file.getbuffer())
    return path


def _preview(file: Any, choices: Choices, key: str) -> Outcome:
    """The outcome beforehand, kept in the session until the choices or the data change."""
    asked = (repr(choices), state.own_store().version)
    kept = st.session_state.get(f"_preview_{key}")
    if kept and kept[0] == asked:
        if isinstance(kept[1], CxError):
            raise kept[1]
        return kept[1]
    result: Outcome | CxError
    with st.spinner(_("Reading {file} …", file=file.name)), tempfile.TemporaryDirectory() as folder:
        try:
            result = importing.import_file(
                state.own_store(), _on_disk(file, folder), choices, name=file.name, dry_run=True
            )
        except CxError as error:
            result = error
    st.session_state[f"_preview_{key}"] = (asked, result)
    if isinstance(result, CxError):
        raise result
    return result


def _understood(outcome: Outcome) -> None:
    told = outcome.understood
    order = {"dmy": _("day-first"), "mdy": _("month-first"), "ymd": _("year-first")}[told["date_order"]]
    parts = [
        f"**{_(told['label'])}**",
        _("{rows} rows", rows=formats.decimal(outcome.rows, 0)),
        _days(outcome),
        _("times in {zone}", zone=told["zone"]),
        _("dates {order}", order=order),
    ]
    st.markdown(" · ".join(parts))
    left = sum(outcome.left_out.values())
    counts = (
        (_("new"), outcome.new),
        (_("changed"), outcome.changed),
        (_("unchanged"), outcome.unchanged),
        (_("rejected"), outcome.rejected),
        (_("left out"), left),
    )
    st.html(
        '<div class="cx-row">'
        + "".join(f'<span class="cx-chip">{formats.decimal(count, 0)} {label}</span>' for label, count in counts)
        + "</div>"
    )
    for reason, rows in outcome.left_out.items():
        st.html(f'<div class="cx-small">{_("Left out")}: {formats.decimal(rows, 0)} {look.escaped(_(reason))}</div>')
    for remark in outcome.notes:
        st.warning(str(remark), icon=":material/info:")


def _first_rows(outcome: Outcome, key: str) -> None:
    """The first rows as they are written and as they were understood: where a reader sees that a guess is wrong."""
    of_kind = kind(outcome.kind)
    good = outcome.new + outcome.changed + outcome.unchanged
    rows = [
        {
            "field": _(of_kind.field(one.name).label),
            "column": one.column,
            "written": " · ".join(cell or "–" for cell in one.written[:SHOWN]),
            "understood": " · ".join(_shown(of_kind.field(one.name), cell) for cell in one.understood[:SHOWN]),
            "filled": one.filled / good if good else 0.0,
        }
        for one in outcome.seen
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, height="content" if len(rows) <= 8 else 290, key=f"seen_{key}_{outcome.kind}",
        column_config={
            "field": st.column_config.TextColumn(_("Field"), width="small"),
            "column": st.column_config.TextColumn(_("Column in the file"), width="small"),
            "written": st.column_config.TextColumn(_("As written"), width="medium"),
            "understood": st.column_config.TextColumn(_("As understood"), width="medium"),
            "filled": st.column_config.ProgressColumn(
                _("Filled"), width="small", format="percent", min_value=0, max_value=1,
                help=_("In how many of the rows that go in this field has a value."),
            ),
        },
    )  # fmt: skip


def _shown(field: Field, text: str) -> str:
    """A value that was understood, as a reader of the pages sees it."""
    type_ = field.type
    if not text:
        return "–"
    if type_ == "status":
        return _(STATUS_LABELS[text])
    if type_ == "seconds":
        return formats.duration(float(text))
    if type_ == "flag":
        return _("yes") if text == "true" else _("no")
    if type_ in ("number", "score", "count"):
        value = float(text)
        return formats.decimal(value, 0 if value == int(value) else 2)
    if type_ == "instant":
        return formats.instant(datetime.fromisoformat(text))
    return formats.day(date.fromisoformat(text)) if type_ == "date" else formats.group(field.name, text)


def _days(outcome: Outcome) -> str:
    if not outcome.first or not outcome.last:
        return ""
    return formats.span(Period(date.fromisoformat(outcome.first), date.fromisoformat(outcome.last) + timedelta(days=1)))


def _corrections(key: str, file: Any, choices: Choices, outcome: Outcome | None = None) -> None:
    """What was understood as a table to correct, and the few decisions that matter."""
    if outcome:
        header, given, known = outcome.understood["header"], outcome.kind, outcome.understood["columns"]
    else:
        header, given, known = _guess(file, choices)
    if not header:
        return
    with st.expander(_("Columns and choices"), expanded=outcome is None, icon=":material/tune:"):
        chosen = dict(st.session_state.get(f"_choices_{key}", {}))
        first, second, third = st.columns(3)
        kinds = ["", *(entry.name for entry in KINDS)]
        what = first.selectbox(
            _("What it holds"),
            kinds,
            index=kinds.index(chosen.get("kind") or given),
            key=f"kind_{key}",
            format_func=lambda name: _(kind(name).label) if name else _("choose"),
        )
        if not what:
            return
        tools = ["", *(entry.name for entry in SOURCES if entry.kind == what), "generic"]
        labels = {entry.name: entry.label for entry in SOURCES} | {
            "": N_("as understood"),
            "generic": N_("another tool"),
        }
        tool = second.selectbox(_("Written by"), tools, format_func=lambda name: _(labels[name]), key=f"tool_{key}")
        order = third.selectbox(
            _("Date order"), list(ORDERS), format_func=lambda code: _(ORDERS[code]), key=f"order_{key}"
        )
        zone = first.text_input(
            _("Time zone of the file"), chosen.get("zone") or "", key=f"zone_{key}",
            placeholder=outcome.understood["zone"] if outcome else "Europe/Amsterdam",
        )  # fmt: skip
        decimal = second.selectbox(
            _("Decimal mark"), list(DECIMALS), format_func=lambda code: _(DECIMALS[code]), key=f"decimal_{key}"
        )
        direction = ""
        if what == "surveys":
            direction = third.selectbox(
                _("Effort score"),
                list(DIRECTIONS),
                format_func=lambda code: _(DIRECTIONS[code]),
                key=f"direction_{key}",
            )
        mapping = _mapping_table(key, what, header, known if what == given else {})
        if st.button(_("Apply"), key=f"apply_{key}"):
            st.session_state[f"_choices_{key}"] = {
                "kind": what, "source": tool or None, "zone": zone.strip() or None, "date_order": order or None,
                "decimal": decimal or None, "direction": direction or None, "mapping": mapping,
            }  # fmt: skip
            st.rerun()


def _guess(file: Any, choices: Choices) -> tuple[list[str], str, dict[str, str]]:
    """(header, kind, {field: column}) of a file that cannot go in as it is; empty where not even that is clear."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            parts = importing.parts_of(_on_disk(file, folder), choices, Path(folder), name=file.name)
            table = importing.opened(parts[0], Path(folder))
        except CxError:
            return [], "", {}
        try:
            _table, source, mapping = importing.recognise(table, Choices())
        except CxError:
            return list(table.header), "", {}
        return list(table.header), source.kind, {name: entry.header for name, entry in mapping.uses.items()}


def _mapping_table(key: str, what: str, header: list[str], known: Mapping[str, str]) -> dict[str, str]:
    """The columns to correct; {field: column} of what the reader changed ("" takes a field off)."""
    before = dict(st.session_state.get(f"_choices_{key}", {}).get("mapping", {}))
    fields = kind(what).fields
    table = pd.DataFrame(
        {
            "field": [_(field.label) + (" *" if field.required else "") for field in fields],
            "column": [known.get(field.name) or before.get(field.name) or None for field in fields],
            "meaning": [_(field.meaning) for field in fields],
        }
    )
    edited = st.data_editor(
        table, hide_index=True, num_rows="fixed", key=f"map_{key}_{what}", disabled=["field", "meaning"], height=300,
        column_config={
            "field": _("Field"), "meaning": _("Meaning"),
            "column": st.column_config.SelectboxColumn(_("Column in the file"), options=header),
        },
    )  # fmt: skip
    changed = dict(before)
    for field, column in zip(fields, edited["column"], strict=True):
        chosen = "" if column is None or pd.isna(column) else str(column)
        if chosen != (known.get(field.name) or before.get(field.name) or ""):
            changed[field.name] = chosen
    return changed


def _run(file: Any, choices: Choices) -> None:
    with st.spinner(_("Importing {file} …", file=file.name)), tempfile.TemporaryDirectory() as folder:
        try:
            outcome = importing.import_file(state.own_store(), _on_disk(file, folder), choices, name=file.name)
        except CxError as error:
            st.error(look.said(error), icon=":material/error:")
            return
    st.session_state["_imported"] = " ".join(
        _(
            "{file} is in: {new} new, {changed} changed, {unchanged} unchanged, {rejected} rejected.",
            file=f"{one.file} ({_(one.understood['label'])})" if outcome.beside else one.file,
            new=formats.decimal(one.new, 0),
            changed=formats.decimal(one.changed, 0),
            unchanged=formats.decimal(one.unchanged, 0),
            rejected=formats.decimal(one.rejected, 0),
        )
        for one in outcome.all
    )
    st.rerun()


# --- history ------------------------------------------------------------------------------------------------


def history() -> None:
    """Every import: what, when, outcome; download of the file and of its rejected rows; undo."""
    found = state.own_store().imports()
    if not found:
        return
    st.header(_("Imports so far"), anchor=False)
    for row in found[:50]:
        with st.container(border=True):
            _entry(row)


def _entry(row: dict[str, Any]) -> None:
    outcome, number = row["outcome"], row["import_id"]
    undone = f" · {_('undone on {day}', day=row['undone_at'][:10])}" if row["undone_at"] else ""
    counts = ", ".join(
        f"{formats.decimal(outcome[name], 0)} {label}"
        for name, label in (
            ("new", _("new")),
            ("changed", _("changed")),
            ("unchanged", _("unchanged")),
            ("rejected", _("rejected")),
        )
    )
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        about = f"{number} · {row['imported_at'][:16].replace('T', ' ')} UTC · {_(row['understood']['label'])} · {counts}{undone}"
        st.html(
            f'<div class="cx-title">{look.escaped(row["file_name"])}</div><div class="cx-small">{look.escaped(about)}</div>'
        )
        for entry in outcome["notes"]:
            st.html(f'<div class="cx-small">{look.escaped(Note(*entry))}</div>')
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        if outcome["rejected"]:
            st.download_button(
                _("Rejected rows"), data=lambda: _rejects(number), file_name=f"rejects_{number}.csv", mime="text/csv",
                key=f"rejects_{number}", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
        st.download_button(
            _("File"), data=lambda: state.own_store().original(row["sha256"]), file_name=row["file_name"],
            key=f"original_{number}", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        if not row["undone_at"]:
            st.button(_("Undo"), key=f"undo_{number}", icon=":material/undo:", on_click=_undo, args=(number,))


def _rejects(number: int) -> bytes:
    text = io.StringIO()
    importing.write_rejects(state.own_store(), number, text)
    return text.getvalue().encode("utf-8-sig")


def _undo(number: int) -> None:
    try:
        row = state.own_store().undo(number)
        st.session_state["_imported"] = _("{file} is undone.", file=row["file_name"])
    except CxError as error:
        st.session_state["_imported"] = str(error)
