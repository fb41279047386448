"""Before a meeting and after it: one starts or goes on here, and the minutes of past ones are listed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from cxdata import formats, meeting_records, meetings
from cxdata.errors import CxError
from cxdata.i18n import _
from cxdata.meetings import Meeting, Minutes
from cxdata.ui import jobs, look, state

SHOWN = 6  # minutes that are listed before the rest is asked for
LONGEST = 60  # characters of a name


def show() -> None:
    st.title(_("Meeting"), anchor=False)
    lead = _(
        "The goals of a team one by one, those that need it most first. What is said is kept as it is typed; at the end there are "
        "minutes, and the next meeting begins with them."
    )
    st.html(f'<div class="cx-lead">{look.escaped(lead)}</div>')
    if problem := st.session_state.pop("_meeting_problem", ""):
        st.error(look.plain(problem), icon=":material/error:")
    store = state.shown_store()
    past = meeting_records.past(store)
    _open_ones(meeting_records.meetings_of(store))
    _form(past)
    _past(past)


def who() -> str:
    """Whose entries these are: the name given for meetings, else that of the reader where it is known."""
    return str(st.session_state.get("_meeting_name") or jobs.who())


def enter(number: int, item: str = "") -> None:
    st.session_state.update(meeting=str(number), item=item, minutes="")


def _open_ones(found: tuple[Meeting, ...]) -> None:
    for one in found:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            about = f"{_('open since {moment}', moment=_local(one.started_at))}"
            names = f" · {', '.join(one.there)}" if one.there else ""
            st.html(
                f'<div class="cx-title">{look.escaped(one.team or _("All teams"))}</div>'
                f'<div class="cx-sub">{look.escaped(about + names)}</div>'
            )
            st.button(
                _("Continue"), icon=":material/play_arrow:", type="primary", key=f"continue_{one.id}", on_click=enter,
                args=(one.id,),
            )  # fmt: skip
            st.button(_("Drop it"), key=f"drop_{one.id}", on_click=_drop, args=(one.id,), help=_("Ends it without minutes. What was kept of goals and actions stays."))  # fmt: skip


def _drop(number: int) -> None:
    try:
        meeting_records.drop(state.shown_store(), number, who())
    except CxError:  # somebody else was first
        return


def _form(past: tuple[Minutes, ...]) -> None:
    names = sorted({name for one in past for name in one.there}, key=str.casefold)
    with st.form("meeting_form", border=True):
        st.html(f'<div class="cx-title">{_("Start a meeting")}</div>')
        left, middle, right = st.columns(3)
        left.selectbox(
            _("Whose goals"), ["", *state.values("team")], format_func=lambda team: team or _("All teams"), key="meeting_team",
        )  # fmt: skip
        middle.multiselect(
            _("Who is there"), names, key="meeting_there", accept_new_options=True, placeholder=_("Type a name and press Enter"),
            select_all=False,
        )  # fmt: skip
        right.text_input(
            _("Your name"),
            who(),
            key="meeting_name",
            max_chars=LONGEST,
            help=_("Others in the meeting see who wrote what."),
        )
        st.form_submit_button(_("Start"), type="primary", icon=":material/play_arrow:", on_click=_start)


def _start() -> None:
    session = st.session_state
    session["_meeting_name"] = " ".join(str(session.get("meeting_name") or "").split())
    moment, team = state.the_moment(), session.get("meeting_team") or ""
    there = [name[:LONGEST] for name in [session["_meeting_name"], *(session.get("meeting_there") or [])] if name]
    made = Meeting(0, team, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), tuple(there), moment.complete_until)
    try:
        enter(meeting_records.start(state.shown_store(), made, who()).id)
    except CxError as error:
        session["_meeting_problem"] = look.said(error)


def _past(past: tuple[Minutes, ...]) -> None:
    st.header(_("Past meetings"), anchor=False)
    if not past:
        st.html(f'<div class="cx-sub">{look.escaped(_("None yet. Their minutes will be here."))}</div>')
        return
    every = len(past) <= SHOWN or bool(st.session_state.get("_meetings_all"))
    with st.container(border=True, gap="small"):
        for one in past if every else past[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                done = sum(1 for section in one.sections if section.kind == "goal")
                about = [_("{count} goals", count=done) if done != 1 else _("1 goal")]
                agreed = len(one.actions)
                about.append(_("{count} actions agreed", count=agreed) if agreed != 1 else _("1 action agreed"))
                about += [", ".join(one.there)] if one.there else []
                st.html(
                    f'<div class="cx-title">{look.escaped(meetings.name(one.meeting))}</div>'
                    f'<div class="cx-small">{look.escaped(" · ".join(about))}</div>'
                )
                st.button(
                    _("Minutes"), icon=":material/description:", key=f"minutes_{one.meeting.id}", on_click=_read,
                    args=(one.meeting.id,),
                )  # fmt: skip
    if not every:
        st.button(_("Show all {count}", count=len(past)), type="tertiary", on_click=_all)


def _all() -> None:
    st.session_state["_meetings_all"] = True


def _read(number: int) -> None:
    st.session_state.update(meeting="", item="", minutes=str(number))


def _local(moment: str) -> str:
    return formats.instant(
        datetime.fromisoformat(moment).astimezone(ZoneInfo(state.settings().zone)).replace(tzinfo=None)
    )
