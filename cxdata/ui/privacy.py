"""Privacy: how people are stored and looked at, what is held about one person, and erasing that person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from cxdata import erasing, formats, keyed, people, person_files
from cxdata.errors import CxError
from cxdata.i18n import N_, _
from cxdata.people import DROPPED, REWRITTEN, Held, Person
from cxdata.schema import KINDS
from cxdata.settings import AGENTS
from cxdata.ui import jobs, look, state

AGENT_WORDS = {"by_name": N_("By name"), "in_groups": N_("In groups only")}
COUNT_WORDS = {
    **{kind.name: kind.label for kind in KINDS},
    "rejects": N_("Rejected rows"),
    "files": N_("Files kept without their lines"),
    "files_dropped": N_("Files not kept any more"),
    "notes": N_("Notes and records"),
}


def show() -> None:
    _settings()
    _request()
    _log()


# --- settings -----------------------------------------------------------------------------------------------


def _settings() -> None:
    store = state.shown_store()
    settings = store.settings()
    st.header(_("How people are stored and looked at"), anchor=False)
    with st.form("privacy", border=True):
        left, right = st.columns(2, gap="large")
        with left:
            pseudonymise = st.checkbox(
                _("Pseudonyms for names and e-mail addresses of customers"), settings.pseudonymise,
                help=_(
                    "For files from now on; what is in stays as it is. The same person has the same pseudonym in every file. "
                    "The file itself is not kept. Every import can choose otherwise."
                ),
            )  # fmt: skip
            agents_too = st.checkbox(_("For names of agents too"), settings.pseudonymise_agents)
            st.html(f'<div class="cx-small">{look.escaped(_said_key())}</div>')
        with right:
            agents = st.radio(
                _("Agents are looked at"), AGENTS, AGENTS.index(settings.agents), horizontal=True,
                format_func=lambda code: _(AGENT_WORDS[code]),
                help=_(
                    "In groups only: no number, chart, row, report or goal tells an agent, and teams of which fewer agents "
                    'are known than the minimum are one, "Smaller teams", in every number, also of the past.'
                ),
            )  # fmt: skip
            minimum = st.number_input(_("Agents in a team, at least"), 2, 100, settings.minimum_group)
        if not st.form_submit_button(_("Save"), type="primary"):
            if st.session_state.pop("_saved", False):
                st.toast(_("Saved."), icon=":material/check:")
            return
    try:
        changed = replace(
            settings,
            pseudonymise=pseudonymise,
            pseudonymise_agents=agents_too,
            agents=agents,
            minimum_group=int(minimum),
        )
        with st.spinner(_("Computing all numbers again …")), jobs.following(store):
            store.save_settings(changed)
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.session_state["_saved"] = True
    st.rerun()


def _said_key() -> str:
    path = keyed.key_path(state.own_store())
    there = _("The key of the pseudonyms is at {path}. Back it up, apart from the backups of the database.", path=path)
    later = _("The key of the pseudonyms will be a file of its own: {path}.", path=path)
    return there if path and path.exists() else later


# --- a person's request -------------------------------------------------------------------------------------


def _request() -> None:
    st.header(_("A person's request"), anchor=False)
    with st.container(border=True):
        told = st.session_state.pop("_erased", None)
        if told:
            _done(told)
        with st.form("person", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            said = st.text_input(
                _("Customer number, e-mail address or whole name"), key=f"person_{st.session_state.get('_requests', 0)}",
                help=_("As in the files. A name that several customers have needs the customer number."),
            )  # fmt: skip
            if st.form_submit_button(_("Find"), icon=":material/search:"):
                st.session_state["_person"] = said
        if not st.session_state.get("_person"):
            return
        try:
            person, held = _found(st.session_state["_person"])
        except CxError as error:
            st.warning(look.said(error), icon=":material/person_off:")
            return
        _held(held)
        _downloads(person, held)
        _erase(person, held)


def _found(said: str) -> tuple[Person, Held]:
    """The person and what is held, looked for once while the data stay the same."""
    asked = (said, state.version())
    kept = st.session_state.get("_held")
    if kept is None or kept[0] != asked:
        with st.spinner(_("Looking in rows and files …")):
            person = people.find(state.shown_store(), said)
            kept = (asked, (person, people.held(state.shown_store(), person)))
        st.session_state["_held"] = kept
    found: tuple[Person, Held] = kept[1]
    return found


def _held(held: Held) -> None:
    """What there is about the person, in counts."""
    counts = [(_(COUNT_WORDS[kind]), count) for kind, count in held.rows.items()]
    counts += [(_("Rejected rows"), held.rejects), (_("Notes and records"), sum(held.notes.values()))]
    chips = "".join(
        f'<span class="cx-chip">{look.escaped(label)} {formats.decimal(count, 0)}</span>'
        for label, count in counts
        if count
    )
    st.html(f'<div class="cx-row">{chips}</div>')
    lines = (
        (REWRITTEN, _("In these files, which can be kept without the person's lines: {names}.")),
        (DROPPED, _("In these files, which cannot be written without the person and would not be kept: {names}.")),
    )
    for how, line in lines:
        if held.of(how):
            names = ", ".join(held.of(how))
            st.html(f'<div class="cx-small">{look.escaped(line.format(names=names))}</div>')


def _downloads(person: Person, held: Held) -> None:
    with st.container(horizontal=True):
        for form, label, mime in (
            ("zip", _("Download as tables (ZIP)"), "application/zip"),
            ("json", _("Download as JSON"), "application/json"),
        ):
            st.download_button(
                label, data=partial(person_files.to_bytes, state.shown_store(), person, held, form), mime=mime,
                file_name=f"person.{form}", key=f"person_as_{form}", on_click="ignore", icon=":material/download:",
            )  # fmt: skip


def _erase(person: Person, held: Held) -> None:
    """Erase on a word that has to be typed."""
    if state.shows_sample():
        said = _(
            "These are the made-up people of the sample: look and download as you like, but they cannot be erased."
        )
        st.html(f'<div class="cx-small">{look.escaped(said)}</div>')
        return
    word = _("erase")
    st.html(
        f'<div class="cx-sub">{look.escaped(_("Erasing empties names, addresses and texts and puts one pseudonym in place of the customer number. Rows and numbers stay, and it cannot be taken back."))}</div>'
    )
    with st.form("erase", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            _('Type "{word}" to confirm', word=word), key=f"word_{st.session_state.get('_requests', 0)}"
        )
        if not st.form_submit_button(_("Erase this person"), icon=":material/person_remove:"):
            return
    if typed.strip().casefold() != word.casefold():
        st.warning(_('Nothing was erased: type "{word}" first.', word=word), icon=":material/info:")
        return
    try:
        with st.spinner(_("Writing the database without the person …")), jobs.following() as store:
            done = erasing.erase(store, person, held, jobs.who())
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    state.forget()
    for name in ("_person", "_held"):
        st.session_state.pop(name, None)
    st.session_state["_requests"] = st.session_state.get("_requests", 0) + 1
    st.session_state["_erased"] = done
    st.rerun()


def _done(done: erasing.Erasure) -> None:
    st.success(look.plain(_("Erased: {counts}.", counts=_counted(done))), icon=":material/check_circle:")
    reached = " ".join([_("What this does not reach:"), *(_(text) for text in erasing.OUT_OF_REACH)])
    st.html(f'<div class="cx-small">{look.escaped(reached)}</div>')


# --- the log ------------------------------------------------------------------------------------------------


def _log() -> None:
    entries = erasing.log(state.shown_store())
    st.header(_("Erasures so far"), anchor=False)
    with st.container(border=True):
        if not entries:
            st.html(
                f'<div class="cx-sub">{look.escaped(_("Nobody was erased yet. Here stands when, by whom and how much; never who it was."))}</div>'
            )
            return
        zone = ZoneInfo(state.settings().zone)
        st.dataframe(
            pd.DataFrame(
                {
                    _("When"): [
                        formats.instant(datetime.fromisoformat(one.at).astimezone(UTC).astimezone(zone).replace(tzinfo=None))
                        for one in entries
                    ],
                    _("By"): [one.by or "–" for one in entries],
                    _("Changed"): [_counted(one) for one in entries],
                }
            ),
            hide_index=True,
        )  # fmt: skip


def _counted(one: erasing.Erasure) -> str:
    return (
        ", ".join(f"{_(COUNT_WORDS[what]).lower()} {formats.decimal(count, 0)}" for what, count in one.counts.items())
        or "–"
    )
