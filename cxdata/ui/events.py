"""The events of the organisation: the list, and the form that adds or changes one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from cxdata import events
from cxdata.before_after import SHORTEST
from cxdata.errors import CxError
from cxdata.events import EVENT_KINDS, YEARS, Event, Kept
from cxdata.i18n import _
from cxdata.ui import jobs, look, state

MANY = 5  # from here on the list scrolls
NEW = 0


def show() -> Event | None:
    """The list with what can be done; the event that is chosen, None without any."""
    found = state.events()
    _told()
    by_id = {kept.event.id: kept for kept in found}
    changed = st.session_state.get("_event_form")
    if changed is not None and changed != NEW and changed not in by_id:
        changed = None  # somebody else has removed it
    if changed is None:
        st.button(_("Add an event"), icon=":material/add:", type="primary", on_click=_open, args=(NEW,))
    else:
        _form(by_id.get(changed))
    if not found:
        st.html(f'<div class="cx-sub">{look.escaped(_("No events yet."))}</div>')
        return None
    chosen = st.session_state.get("_event")
    if chosen not in by_id:
        chosen = _first(found).event.id
    teams = state.values("team") if state.moment() else []
    with st.container(border=True, height=300 if len(found) >= MANY else "content", gap="xsmall"):
        for kept in found:
            _row(kept, teams, is_chosen=kept.event.id == chosen)
    return by_id[chosen].event


def _first(found: Sequence[Kept]) -> Kept:
    """The newest event that has days after it to read; the newest of all where none has."""
    moment = state.moment()
    if moment is None:
        return found[0]
    until = moment.complete_until - timedelta(days=SHORTEST)
    return next((kept for kept in found if (kept.event.end or kept.event.start) < until), found[0])


def _row(kept: Kept, teams: list[str], *, is_chosen: bool) -> None:
    one = kept.event
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        with st.container(gap=None):
            st.button(
                f"**{look.plain(one.name)}**" if is_chosen else look.plain(one.name), type="tertiary", key=f"event_{one.id}",
                icon=":material/radio_button_checked:" if is_chosen else ":material/radio_button_unchecked:",
                on_click=_choose, args=(one.id,), help=_("What was different after it"),
            )  # fmt: skip
            gone = one.team is not None and bool(teams) and one.team not in teams
            about = [events.when(one), _(EVENT_KINDS[one.kind]), one.team or _("All teams")]
            about += [_("this team is not in the data")] if gone else []
            about += [*([one.note] if one.note else []), look.saved(kept.saved_at, kept.saved_by)]
            st.html(f'<div class="cx-small">{look.escaped(" · ".join(about))}</div>')
        with st.container(horizontal=True, width="content", gap="small", key=f"cx-menu-event-{one.id}"):
            for label, icon, key, act in (
                (_("Edit"), "edit", "change", _open),
                (_("Remove"), "delete", "remove", _remove),
            ):
                st.button(
                    label, icon=f":material/{icon}:", key=f"{key}_{one.id}", on_click=act, args=(one.id,), help=label
                )


def _choose(number: int) -> None:
    st.session_state["_event"] = number


def _open(number: int | None) -> None:
    st.session_state["_event_form"] = number


def _remove(number: int) -> None:
    try:
        removed = state.shown_store().remove_event(number, _who())
    except CxError:  # somebody else was first
        return
    st.session_state.update(_event_form=None, _event_removed=(state.version()[0], removed))


def _put_back(one: Event) -> None:
    state.shown_store().save_event(one, _who())
    st.session_state["_event_removed"] = None
    _choose(one.id)


def _told() -> None:
    """What was done last: saved, or removed with the way back."""
    if st.session_state.pop("_event_saved", False):
        st.toast(_("Saved."), icon=":material/check:")
    removed: tuple[str, Event] | None = st.session_state.get("_event_removed")
    if removed is not None and removed[0] == state.version()[0]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f'<div class="cx-sub">{look.escaped(_("{name} is removed.", name=removed[1].name))}</div>')
            st.button(_("Put it back"), icon=":material/undo:", on_click=_put_back, args=(removed[1],), type="tertiary")


def _who() -> str:
    """The reader's address, or the name they gave in the form."""
    return jobs.who() or str(st.session_state.get("_event_who") or "").strip()


def _form(kept: Kept | None) -> None:
    """The form of a new event, or of one that is kept."""
    one = kept.event if kept else None
    teams = state.values("team") if state.moment() else []
    teams = sorted({*teams, *([one.team] if one and one.team else [])}, key=str.casefold)
    kinds = list(EVENT_KINDS)
    with st.form(f"event_form_{one.id if one else NEW}", border=True):
        st.html(f'<div class="cx-title">{_("Change the event") if one else _("New event")}</div>')
        left, right = st.columns([2, 1])
        name = left.text_input(
            _("Name"), one.name if one else "", max_chars=80, placeholder=_("Launch of the new web shop")
        )
        kind = right.selectbox(
            _("Kind"), kinds, index=kinds.index(one.kind) if one else 0, format_func=lambda code: _(EVENT_KINDS[code])
        )
        first, last, whose = st.columns(3)
        start = _day(first, _("Day, or first day"), one.start if one else None)
        end = _day(last, _("Last day, if it took longer"), one.end if one else None)
        team = whose.selectbox(
            _("Team"), teams, index=teams.index(one.team) if one and one.team else None, placeholder=_("All teams")
        )
        note = st.text_area(_("Note"), one.note if one else "", max_chars=500, height=68)
        who = "" if jobs.who() else st.text_input(_("Your name"), _who(), max_chars=60)
        if state.shows_sample():
            st.html(f'<div class="cx-small">{_("This is the sample: what you add here stays with the sample.")}</div>')
        with st.container(horizontal=True):
            save = st.form_submit_button(_("Save"), type="primary")
            st.form_submit_button(_("Cancel"), on_click=_open, args=(None,))
    if not save:
        return
    if who:
        st.session_state["_event_who"] = who
    try:
        made = events.event(
            name or "", start, kind=kind, end=end, team=team, note=note or "", id=one.id if one else NEW
        )
        saved = state.shown_store().save_event(made, _who())
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.session_state.update(_event=saved.id, _event_form=None, _event_saved=True, _event_removed=None)
    st.rerun()


def _day(place: Any, label: str, value: date | None) -> date | None:
    found: date | None = place.date_input(
        label, value, min_value=date(YEARS[0], 1, 1), max_value=date(YEARS[1] - 1, 12, 31), format="DD-MM-YYYY"
    )
    return found
