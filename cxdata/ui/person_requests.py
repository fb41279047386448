"""The Privacy page: a person asks what is held of them, or to be forgotten."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cxdata import formats, privacy
from cxdata.care import scoring
from cxdata.errors import CxError
from cxdata.i18n import N_, _
from cxdata.privacy import Person
from cxdata.schema import KINDS
from cxdata.ui import jobs, look, state

OTHERS = {"rejects": N_("Rejected rows"), "files": N_("Files as they came"), "mentions": N_("Entries in the dashboard")}


def show() -> None:
    """Find a person, say what is held, take it along, erase it; and the log."""
    lead = _(
        "Someone may ask what you hold of them, and to be forgotten. Erasing takes out every version of their rows, rejected rows, "
        "files and what was written about them here; rows without a name stay, so that goals and totals stay as they are."
    )
    st.html(f'<div class="cx-lead">{look.escaped(lead)}</div>')
    _told()
    asked = st.text_input(
        _("Who asks?"), key="person_asked", placeholder=_("Customer number, e-mail address or name"), width=420
    )
    if asked:
        _found(asked)
    _log()


def _found(asked: str) -> None:
    store = state.shown_store()
    try:
        with st.spinner(_("Looking in every table and file …")):
            person = privacy.find(store, asked)
    except CxError as error:
        st.warning(look.plain(look.said(error)), icon=":material/info:")
        return
    with st.container(border=True):
        st.html(_held(person))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.download_button(
                _("Download everything"), data=partial(privacy.taken_along, store, person), file_name="person.zip",
                mime="application/zip", icon=":material/download:", on_click="ignore", key="person_zip",
            )  # fmt: skip
        word = _("erase")
        st.divider()
        typed = st.text_input(
            _("Type {word} to erase this person; it cannot be undone", word=word), key="person_word", width=420
        )
        if st.button(
            _("Erase"),
            icon=":material/delete_forever:",
            type="primary",
            disabled=typed.strip().casefold() != word,
            key="person_erase",
        ):
            _erase(person)


def _held(person: Person) -> str:
    """What is held, as HTML."""
    named = " · ".join([*person.numbers, *person.emails, *person.names])
    labels = {**{kind.name: kind.label for kind in KINDS}, **OTHERS}
    counts = {**person.rows, "rejects": person.rejects, "files": person.files, "mentions": person.mentions}
    cells = "".join(
        f"<span>{look.escaped(_(labels[name]))}</span><span></span><b>{formats.decimal(count, 0)}</b>"
        for name, count in counts.items()
        if count
    )
    return f'<div class="cx-title">{look.escaped(named)}</div><div class="cx-facts">{cells}</div>'


def _erase(person: Person) -> None:
    store = state.shown_store()
    try:
        with st.spinner(_("Erasing, and writing the database anew …")):
            made = privacy.erase(store, person, jobs.who())
            scoring.ensure(store)
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.session_state["_erased"] = (made.rewritten, made.dropped)
    for key in ("person_asked", "person_word"):
        st.session_state.pop(key, None)
    st.rerun()


def _told() -> None:
    """What was erased last."""
    done: tuple[int, int] | None = st.session_state.pop("_erased", None)
    if done is None:
        return
    said = _(
        "Erased. Files written anew without their lines: {rewritten}; files no longer kept: {dropped}. Copies elsewhere (backups, "
        "downloads, messages that were sent) are not reached: see to those yourself.",
        rewritten=done[0], dropped=done[1],
    )  # fmt: skip
    st.success(said, icon=":material/check_circle:")


def _log() -> None:
    found = privacy.erasures(state.shown_store())
    if not found:
        return
    st.header(_("Erased so far"), anchor=False)
    lines = []
    for entry in found:
        total = sum(count for name, count in entry["counts"].items() if name not in OTHERS)
        rows = _("{count} rows", count=formats.decimal(total, 0))
        lines.append(
            f'<div class="cx-small">{look.escaped(" · ".join([look.saved(entry["erased_at"], entry["erased_by"]), rows]))}</div>'
        )
    st.html("".join(lines))
