"""The import screen: each dropped file with what was understood of it and its outcome beforehand."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import streamlit as st

from cxdata import containers, formats, importing, pseudonyms
from cxdata.errors import CxError
from cxdata.filters import Period
from cxdata.i18n import _
from cxdata.importing import Outcome
from cxdata.recognition import recognise
from cxdata.ui import jobs, look, mapping, state
from cxdata.ui.jobs import Task
from cxdata.understanding import Choices

TYPES = [ending.removeprefix(".") for ending in (*containers.TABLES, ".zip")]


def drop() -> None:
    """The drop zone and a card for each file in it."""
    files = st.file_uploader(
        _("Exports: CSV, Excel, text, or a ZIP of them"), type=TYPES, accept_multiple_files=True, key=f"files_{st.session_state.get('_drop', 0)}",
        help=_("Several files at once are fine. Files over 1 GB go in faster from the command line."),
    )  # fmt: skip
    if jobs.running():
        return
    _done()
    jobs.failures()
    together, ready = st.container(), list[Task]()
    for file in files or []:
        for sheet in _tables(file):
            with st.container(border=True):
                ready += _file(file, sheet)
    if len(ready) > 1:
        with together:
            label = _("Import all {n}", n=len(ready))
            if st.button(label, type="primary", icon=":material/download_done:", key="import_all"):
                jobs.start(ready)


def _done() -> None:
    """What the last import did, with the way to the charts of its days."""
    done: list[Outcome] = st.session_state.get("_imported", [])
    for outcome in done:
        told = " ".join(
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
        people = dict.fromkeys(
            str(entry) for one in outcome.all for entry in one.notes if entry.message in pseudonyms.SAID
        )
        st.success(look.plain(" ".join([told, *people])), icon=":material/check_circle:")
    pages = st.session_state.get("_pages", {})
    if (
        done
        and "overview" in pages
        and st.button(_("See the charts"), icon=":material/arrow_forward:", on_click=_show_days, args=(done,))
    ):
        st.switch_page(pages["overview"])


def _show_days(done: list[Outcome]) -> None:
    """Choose the days of what was imported, where the last twelve months do not show them."""
    days = [day for outcome in done for one in outcome.all for day in (one.first, one.last) if day]
    moment = state.moment()
    if not days or moment is None:
        return
    first, last = date.fromisoformat(min(days)), min(date.fromisoformat(max(days)), moment.until)
    if first < moment.complete_until - timedelta(days=365):
        st.session_state.update({"period": "custom", "from": first, "to": last})


def _tables(file: Any) -> list[str | None]:
    """What of a file gets a card: each member of an archive, the chosen sheet of a workbook; None is the file itself."""
    kept = f"_tables_{file.file_id}"
    if kept not in st.session_state:
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = containers.parts(jobs.on_disk(file, folder, head=True), Path(folder), name=file.name, head=True)
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


def _file(file: Any, sheet: str | None) -> list[Task]:
    """The card of one table; what there is to import of it."""
    key = hashlib.sha256(f"{file.file_id}{sheet or ''}".encode()).hexdigest()[:10]
    st.html(f'<div class="cx-title">{look.escaped(f"{file.name}: {sheet}" if sheet else file.name)}</div>')
    choices = replace(_choices(key), sheet=sheet)
    try:
        outcome = _preview(file, choices, key)
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        mapping.corrections(key, *_guess(file, choices))
        return []
    task = Task(file, choices)
    would = any(one.new + one.changed for one in outcome.all)
    for one in outcome.all:
        _summary(one, file)
    with st.container(horizontal=True, vertical_alignment="center"):
        if would and st.button(_("Import"), type="primary", key=f"import_{key}", icon=":material/download_done:"):
            jobs.start([task])
        if outcome.of_head and st.button(_("Count all rows first"), key=f"whole_{key}", icon=":material/calculate:"):
            st.session_state[f"_whole_{key}"] = True
            st.rerun()
        if outcome.understood["recalled"] and st.button(_("Read it afresh"), key=f"afresh_{key}", type="tertiary"):
            st.session_state[f"_choices_{key}"] = {"recall": False}
            st.rerun()
    if not would:
        st.html(f'<div class="cx-sub">{_("Every row of this file is in already: nothing would change.")}</div>')
        if not st.toggle(_("Show what was understood"), key=f"show_{key}"):
            return []
    for one in outcome.all:
        mapping.decisions(one)
    _people(key)
    mapping.corrections(key, outcome.understood["header"], outcome.kind, outcome.understood["columns"], outcome)
    return [task] if would else []


def _people(key: str) -> None:
    """Whether names go in as they are, and what that means for the file."""
    asked = state.own_store().settings().pseudonymise
    if st.checkbox(_("Pseudonyms for names and e-mail addresses of customers"), asked, key=f"pseudonymise_{key}"):
        said = _(
            "The same person has the same pseudonym in every file, addresses in texts are masked, and the file itself is not "
            "kept. A name within a comment stays: no program finds all of those."
        )
        st.html(f'<div class="cx-small">{look.escaped(said)}</div>')


def _choices(key: str) -> Choices:
    """The reader's corrections of one file, as kept in the session."""
    chosen: Mapping[str, Any] = st.session_state.get(f"_choices_{key}", {})
    return Choices(**chosen, pseudonymise=st.session_state.get(f"pseudonymise_{key}"))


def _preview(file: Any, choices: Choices, key: str) -> Outcome:
    """The outcome beforehand, kept in the session until the choices or the data change."""
    whole = bool(st.session_state.get(f"_whole_{key}"))
    asked = (repr(choices), state.own_store().version, whole)
    kept = st.session_state.get(f"_preview_{key}")
    if kept and kept[0] == asked:
        if isinstance(kept[1], CxError):
            raise kept[1]
        return kept[1]
    result: Outcome | CxError
    with st.spinner(_("Reading {file} …", file=look.plain(file.name))), tempfile.TemporaryDirectory() as folder:
        path = jobs.on_disk(file, folder, head=not whole)
        try:
            result = importing.import_file(
                state.own_store(), path, choices, name=file.name, dry_run=True, head=not whole
            )
        except CxError as error:
            result = error
    st.session_state[f"_preview_{key}"] = (asked, result)
    if isinstance(result, CxError):
        raise result
    return result


def _summary(outcome: Outcome, file: Any) -> None:
    """What the table is, in a line; its outcome beforehand in chips; what a careful analyst would remark."""
    told = outcome.understood
    order = {"dmy": _("day-first"), "mdy": _("month-first"), "ymd": _("year-first")}[told["date_order"]]
    rows = _("{rows} rows", rows=formats.decimal(outcome.rows, 0))
    if outcome.of_head:
        rows = _("large file, the first {rows} rows looked at", rows=formats.decimal(outcome.rows, 0))
        if not told["member"] and not told["sheet"]:
            about = outcome.rows * file.size / outcome.of_head
            rows = _(
                "about {all} rows, the first {rows} looked at", all=formats.decimal(round(about, -3), 0),
                rows=formats.decimal(outcome.rows, 0),
            )  # fmt: skip
    parts = [
        f"**{look.plain(_(told['label']))}**", rows, _days(outcome), _("times in {zone}", zone=told["zone"]),
        _("dates {order}", order=order),
    ]  # fmt: skip
    st.markdown(" · ".join(part for part in parts if part))
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
        + "".join(
            f'<div class="cx-small">{_("Left out")}: {formats.decimal(rows, 0)} {look.escaped(_(reason))}</div>'
            for reason, rows in outcome.left_out.items()
        )
    )
    for remark in outcome.notes:
        st.warning(look.plain(remark), icon=":material/info:")


def _days(outcome: Outcome) -> str:
    if not outcome.first or not outcome.last:
        return ""
    return formats.span(Period(date.fromisoformat(outcome.first), date.fromisoformat(outcome.last) + timedelta(days=1)))


def _guess(file: Any, choices: Choices) -> tuple[list[str], str, dict[str, str]]:
    """(header, kind, {field: column}) of a file that cannot go in as it is; empty where not even that is clear."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            parts = importing.parts_of(jobs.on_disk(file, folder, head=True), choices, Path(folder), name=file.name)
            table = importing.opened(parts[0], Path(folder))
        except CxError:
            return [], "", {}
        try:
            _table, source, found = recognise(table, Choices())
        except CxError:
            return list(table.header), "", {}
        return list(table.header), source.kind, {name: entry.header for name, entry in found.uses.items()}
