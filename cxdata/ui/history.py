"""Every import so far: who, when, what and its outcome; the file and its rejected rows to download; undo and redo."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import streamlit as st

from cxdata import alerting, formats, originals
from cxdata.errors import CxError, Note
from cxdata.i18n import _
from cxdata.importing import write_left_out
from cxdata.rejects import write_rejects
from cxdata.store import Store
from cxdata.ui import jobs, look, state

SHOWN = 50


def show() -> None:
    found = state.own_store().imports()
    if not found:
        return
    st.header(_("Imports so far"), anchor=False)
    told = st.session_state.pop("_told", None)
    if told:
        st.success(look.plain(told), icon=":material/check_circle:")
    for row in found[:SHOWN]:
        with st.container(border=True):
            _entry(row)


def _local(text: str) -> str:
    """An instant of the store in the organisation's time."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(ZoneInfo(state.own_store().settings().zone))
    return formats.instant(moment.replace(tzinfo=None))


def _entry(row: dict[str, Any]) -> None:
    outcome, number, told = row["outcome"], row["import_id"], row["understood"]
    counts = (
        (_("new"), outcome["new"]),
        (_("changed"), outcome["changed"]),
        (_("unchanged"), outcome["unchanged"]),
        (_("rejected"), outcome["rejected"]),
        (_("left out"), sum(outcome["left_out"].values())),
    )
    about = [
        str(number),
        _local(row["imported_at"]),
        *([_(row["imported_by"])] if row["imported_by"] else []),
        _(told["label"]),
        ", ".join(f"{formats.decimal(count, 0)} {label}" for label, count in counts if count),
        *([_("undone on {day}", day=_local(row["undone_at"]))] if row["undone_at"] else []),
    ]
    left, right = st.columns([1, 1], vertical_alignment="center")
    with left:
        st.html(
            f'<div class="cx-title">{look.escaped(row["file_name"])}</div>'
            f'<div class="cx-small">{look.escaped(" · ".join(about))}</div>'
            + "".join(f'<div class="cx-small">{look.escaped(Note(*entry))}</div>' for entry in outcome["notes"])
        )
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        if outcome["rejected"]:
            st.download_button(
                _("Rejected rows"), data=lambda: _csv(write_rejects, number), file_name=f"rejects_{number}.csv", mime="text/csv",
                key=f"rejects_{number}", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
        if outcome["left_out"]:
            st.download_button(
                _("Left-out rows"), data=lambda: _csv(write_left_out, number), file_name=f"left_out_{number}.csv", mime="text/csv",
                key=f"left_out_{number}", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
        st.download_button(
            _("File"), data=lambda: originals.read(state.own_store(), row["sha256"]),
            file_name=told.get("original") or row["file_name"], key=f"original_{number}", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
        if row["undone_at"]:
            if st.button(_("Redo"), key=f"redo_{number}", icon=":material/redo:"):
                _ask(number, row["file_name"], undo=False)
        elif st.button(_("Undo"), key=f"undo_{number}", icon=":material/undo:"):
            _ask(number, row["file_name"], undo=True)


def _ask(number: int, file: str, *, undo: bool) -> None:
    """Say what an undo or a redo will change, and do it on the reader's word."""
    title = _("Undo this import?") if undo else _("Redo this import?")

    @st.dialog(title)
    def ask() -> None:
        state.use_language()
        store = state.own_store()
        standing = store.standing(number)
        lines = [
            (_("{n} rows go out.") if undo else _("{n} rows come back."), standing.alone),
            (
                _("{n} rows return to the state of an earlier import.")
                if undo
                else _("{n} rows take the place of an earlier state again."),
                standing.over,
            ),
            (_("{n} rows stay as a later import left them."), standing.under),
        ]
        st.markdown(f"**{look.plain(file)}**")
        said = [look.escaped(line.format(n=formats.decimal(count, 0))) for line, count in lines if count]
        st.html("".join(f"<div>{line}</div>" for line in said or [_("No row changes.")]))
        st.caption(_("The file stays here, and this can be taken back at any time."))
        label, icon = (_("Undo"), ":material/undo:") if undo else (_("Redo"), ":material/redo:")
        if st.button(label, type="primary", icon=icon, key=f"sure_{number}"):
            try:
                with alerting.following(store, jobs.check_alerts):
                    if undo:
                        store.undo(number)
                    else:
                        store.redo(number)
            except CxError as error:
                st.error(look.said(error), icon=":material/error:")
                return
            st.session_state.pop("_imported", None)
            st.session_state["_told"] = (
                _("{file} is undone.", file=file) if undo else _("{file} is back in its place.", file=file)
            )
            st.rerun()

    ask()


def _csv(write: Callable[[Store, int, TextIO], int], number: int) -> bytes:
    """What is written of an import, as a file that a spreadsheet opens."""
    text = io.StringIO()
    write(state.own_store(), number, text)
    return text.getvalue().encode("utf-8-sig")
