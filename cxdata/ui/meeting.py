"""A meeting on the big screen: one item at a time, with what can be said about it, kept as it is typed and shared at once.

The keys and the clocks are in static/meeting.js: they press the buttons that are drawn here.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import streamlit as st

from cxdata import (
    following,
    formats,
    goal_progress,
    goal_records,
    goals,
    journal,
    meeting_records,
    meetings,
    summary,
)
from cxdata.errors import CxError
from cxdata.following import Standing
from cxdata.goals import CONFIDENCE, Action, Goal
from cxdata.i18n import _
from cxdata.meetings import SLOTS, Item, Meeting, Situation
from cxdata.ui import lobby, look, state
from cxdata.ui.goals import chip, figure

EVERY = 2.0  # seconds between two looks at what others wrote
TYPING = 5.0  # seconds after a change in which a field is not changed from elsewhere
_CSS = """
<style>
html {{ font-size: clamp(15px, 1.12vw, 22px) !important; }}
[data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], .st-key-cx-sample,
[data-testid="stSidebarCollapsedControl"], [data-testid="stExpandSidebarButton"] {{ display: none !important; }}
[data-testid="stMainBlockContainer"] {{ max-width: none; padding: 1rem 2.2rem 4rem 2.2rem; }}
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] {{ gap: .9rem; }}
[data-testid="stMain"] h1 {{ font-size: 2.1rem; padding: 0; line-height: 1.15; }}
.cx-meeting {{ display: flex; justify-content: space-between; gap: 1rem; color: {grey}; font-size: 1rem; }}
.cx-meeting b {{ font-weight: 600; color: {text}; font-variant-numeric: tabular-nums; }}
.cx-dots {{ display: flex; gap: .3rem; align-items: center; }}
.cx-dots i {{ width: .6rem; height: .6rem; border-radius: 50%; background: {chip}; border: 1px solid {line}; }}
.cx-dots i.done {{ background: {grey}; border-color: {grey}; }}
.cx-dots i.now {{ background: {text}; border-color: {text}; transform: scale(1.35); }}
.cx-big {{ display: grid; grid-template-columns: repeat(5, minmax(0, auto)); gap: .2rem 1.4rem; justify-content: space-between; }}
.cx-big .cx-value {{ font-size: 1.75rem; white-space: normal; }}
.cx-big .cx-small {{ font-size: .86rem; }}
[data-testid="stMain"] [data-testid="stHorizontalBlock"]:not(:has([data-testid="stPlotlyChart"])):has(> [data-testid="stColumn"] textarea) {{ margin-top: .7rem; }}
.cx-say {{ font-size: 1.25rem; line-height: 1.4; color: {text}; margin: .3rem 0; }}
.cx-say.small {{ font-size: .95rem; color: {grey}; }}
.cx-say.good {{ border-left: .3rem solid {good}; padding-left: .7rem; }}
.cx-say.bad {{ border-left: .3rem solid {bad}; padding-left: .7rem; }}
.cx-row > .cx-chip {{ font-size: 1rem; padding: .12rem .8rem; }}
[class*="st-key-cx-done-"] label p {{ font-size: 1.12rem; }}
.st-key-cx-meeting-bar {{ position: fixed; left: 0; right: 0; bottom: 0; padding: .5rem 2.2rem .7rem 2.2rem; z-index: 20;
             background: {paper}; border-top: 1px solid {line}; }}
.st-key-cx-meeting-bar button {{ min-height: 2.2rem; }}
.st-key-cx-meeting-chart, .st-key-cx-meeting-chart :is([data-testid="stElementContainer"], [data-testid="stFullScreenFrame"]) {{
             height: calc(100vh - 22.6rem) !important; min-height: 14rem; }}
[data-testid="stLayoutWrapper"]:has(> .st-key-cx-meeting-chart) {{ height: auto !important; }}
.cx-big {{ margin-top: .6rem; }}
[data-testid="stMain"] .stHtml:has(.cx-big) {{ margin-top: .3rem; }}
</style>
"""


def show() -> None:
    """The item that the link names, of the meeting that it names; the way back where there is none."""
    try:
        meeting = meeting_records.one_meeting(state.shown_store(), _number(st.session_state["meeting"]))
    except CxError as error:
        st.session_state["_meeting_problem"] = look.said(error)
        _leave()
        st.rerun()
    if meeting_records.minutes(state.shown_store(), meeting.id) is not None:
        st.session_state.update(meeting="", item="", minutes=str(meeting.id))
        st.rerun()
    situation = _situation(meeting)
    items = meetings.agenda(situation)
    at = meetings.place_of(items, st.session_state.get("item") or "")
    item = items[at]
    if st.session_state.get("_meeting_on") != (meeting.id, item.key):
        st.session_state.update(item=item.key, _meeting_on=(meeting.id, item.key), _meeting_shown={})
    st.html(_CSS.format(**look.colours()))
    _head(meeting, items, at)
    st.title(look.plain(meetings.title(item, situation)), anchor=False)
    if meeting.team and meeting.team not in state.values("team"):
        st.warning(look.plain(_("The data has no team {team} any more. Its goals stay; nothing new is measured.", team=meeting.team)))  # fmt: skip
    if item.kind.name == "goal":
        _goal(situation, item)
    elif item.kind.name == "close":
        _close(situation, item)
    else:
        _plain(situation, item)
    _bar(items, at)
    version = int((state.STATIC / "meeting.js").stat().st_mtime)
    st.html(f'<script src="app/static/meeting.js?{version}"></script>', unsafe_allow_javascript=True)


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 0


# --- what is known ------------------------------------------------------------------------------------------


@state.remembered(20)
def _kept(key: tuple[Any, ...], meeting: Meeting, day: date) -> Situation:  # noqa: ARG001
    return meeting_records.gathered(state.shown_store(), meeting, day, state.the_moment().complete_until)


def _situation(meeting: Meeting) -> Situation:
    """All that is known now; asked again only where something was kept or imported since."""
    store = state.shown_store()
    key = (state.version(), journal.number(store))
    found = _kept(key, meeting, state.today())
    standings = following.by_need(state.standing(one.goal) for one in state.all_goals() if meeting.is_about(one.goal))
    span = meetings.since_last(found.before.meeting if found.before else None, state.the_moment(), meeting.team)
    changes = state.summarised(summary.METRICS, span, None) if span else None
    risk = state.at_risk(meeting.team) if state.has("customer_facts") else None
    return replace(found, standings=tuple(standings), changes=changes, at_risk=risk)


# --- the frame of every item --------------------------------------------------------------------------------


def _head(meeting: Meeting, items: list[Item], at: int) -> None:
    dots = "".join(f'<i class="{"now" if place == at else "done" if place < at else ""}"></i>' for place in range(len(items)))  # fmt: skip
    place = _("{number} of {count}", number=at + 1, count=len(items))
    st.html(
        f'<div class="cx-meeting" data-item="{meeting.id}/{look.escaped(items[at].key)}" data-start="{look.escaped(meeting.started_at)}">'
        f'<span>{look.escaped(meetings.name(meeting))}</span><span class="cx-dots">{dots}&ensp;<b>{look.escaped(place)}</b></span>'
        f'<span>{look.escaped(_("this item"))} <b class="cx-clock-item">0:00</b>&ensp;{look.escaped(_("in all"))} '
        f'<b class="cx-clock-whole">0:00</b></span></div>'
    )


def _bar(items: list[Item], at: int) -> None:
    """On, back and out; the keys press these."""
    with st.container(horizontal=True, vertical_alignment="center", key="cx-meeting-bar"):
        _step("back", _("Back"), "arrow_back", items[at - 1].key if at else "")
        _step("next", _("Next"), "arrow_forward", items[at + 1].key if at + 1 < len(items) else "")
        with st.container(width="content", key="cx-meeting-leave"):
            st.button(_("Leave"), icon=":material/close:", type="tertiary", key="meeting_leave", on_click=_leave)
        keys = _(
            "Arrow keys or Page Up and Page Down go on and back, Escape leaves. Everything is kept as it is typed."
        )
        st.html(f'<div class="cx-small">{look.escaped(keys)}</div>')


def _step(name: str, label: str, icon: str, key: str) -> None:
    with st.container(width="content", key=f"cx-meeting-{name}"):
        st.button(
            label, icon=f":material/{icon}:", type="primary" if name == "next" else "secondary", key=f"meeting_{name}",
            disabled=not key, on_click=_go, args=(key,),
        )  # fmt: skip


def _go(key: str) -> None:
    st.session_state["item"] = key


def _leave() -> None:
    st.session_state.update(meeting="", item="", _meeting_on=None)


# --- fields -------------------------------------------------------------------------------------------------


def _place() -> str:
    """This browser, so that its own entries are told from those of others."""
    if "_meeting_place" not in st.session_state:
        st.session_state["_meeting_place"] = secrets.token_hex(8)
    return str(st.session_state["_meeting_place"])


def _shown() -> dict[tuple[int, str, str], tuple[int, str]]:
    """{field: (number, text)} of what each field began with on this screen; typing goes on from there."""
    found: dict[tuple[int, str, str], tuple[int, str]] = st.session_state.setdefault("_meeting_shown", {})
    return found


def _key(meeting: int, item: str, field: str) -> str:
    """The key of a widget. Another text to begin with makes it another widget: one that is there is never written into."""
    return f"say/{meeting}/{item}/{field}/{_shown()[meeting, item, field][0]}"


def _text(meeting: int, item: str, field: str) -> str:
    return _shown()[meeting, item, field][1]


def _held(meeting: int, item: str, field: str) -> str:
    """What a field holds at this moment."""
    return _as_text(st.session_state.get(_key(meeting, item, field), _text(meeting, item, field)))


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _say(meeting: Meeting, item: str, field: str, key: str) -> None:
    text = _as_text(st.session_state.get(key))
    st.session_state.setdefault("_meeting_typed", {})[meeting.id, item, field] = time.monotonic()
    try:
        meeting_records.say(
            state.shown_store(), meeting, item, field, text, state.today(), by=lobby.who(), place=_place()
        )
    except CxError as error:
        st.session_state["_meeting_problem"] = look.said(error)


def _bring_in(situation: Situation, item: str, names: tuple[str, ...], **proposed: str) -> None:
    """Begin the fields with what was kept, else with what is proposed; again where somebody else wrote since, but not while
    it is typed in."""
    shown, typed = _shown(), st.session_state.setdefault("_meeting_typed", {})
    for name in names:
        place, found = (situation.meeting.id, item, name), situation.said.get((item, name))
        number, text = (found.number, found.value) if found else (0, proposed.get(name, ""))
        if place in shown:
            is_own = found is None or found.place == _place() or shown[place][0] >= number
            if is_own or time.monotonic() - typed.get(place, -TYPING) < TYPING:
                continue
        shown[place] = (number, text)


def _others(situation: Situation, item: str, labels: dict[str, str]) -> None:
    """Say which fields somebody else wrote last."""
    written: dict[str, list[str]] = {}
    for (own, name), found in situation.said.items():
        if own == item and found.place and found.place != _place() and name in labels:
            written.setdefault(found.by or _("Somebody else"), []).append(labels[name])
    said = [_("{who} wrote: {fields}", who=who, fields=", ".join(dict.fromkeys(names)).lower()) for who, names in written.items()]  # fmt: skip
    if said:
        st.html(f'<div class="cx-small">{look.escaped(" · ".join(said))}</div>')


def _note(situation: Situation, item: str, field: str, label: str, height: int = 96) -> None:
    key = _key(situation.meeting.id, item, field)
    st.text_area(
        label, _text(situation.meeting.id, item, field), key=key, height=height,
        max_chars=meeting_records.LONGEST, on_change=_say, args=(situation.meeting, item, field, key),
    )  # fmt: skip


def _now(meeting: Meeting) -> Situation | None:
    """What is known at this look of a fragment; the page goes on to the minutes where somebody has closed the meeting."""
    state.use_language()
    if meeting_records.minutes(state.shown_store(), meeting.id) is not None:
        st.rerun()
    if problem := st.session_state.pop("_meeting_problem", ""):
        st.error(look.plain(problem), icon=":material/error:")
    return _situation(meeting)


# --- a goal -------------------------------------------------------------------------------------------------


def _goal(situation: Situation, item: Item) -> None:
    found = situation.standing(item.subject)
    left, right = st.columns([11, 8], gap="medium")
    with left:
        _numbers(found, ended=situation.has_ended(found.goal))
        if found.history is not None:
            with st.container(key="cx-meeting-chart"):
                st.plotly_chart(
                    figure(found.goal), width="stretch", height="stretch", theme=None, config=look.CHART,
                    key=f"goal_chart_{item.subject}", alt=goals.sentence(found.goal),
                )  # fmt: skip
    with right:
        st.fragment(_goal_fields, run_every=EVERY)(situation.meeting, item)


def _numbers(found: Standing, *, ended: bool) -> None:
    goal, at, unit = found.goal, found.found.measured, found.goal.entry.unit
    cells = [
        (_("Now"), formats.value(at.value if at else None, unit), _measured(goal, found)),
        (_("Target"), formats.value(goal.target, unit), _("by {day}", day=formats.day(goal.deadline)) if goal.deadline else ""),
    ]  # fmt: skip
    if not formats.nothing(found.found.progress):
        expected = _("{share} expected", share=formats.percent(found.found.expected, 0))
        cells.append((_("Progress"), formats.percent(found.found.progress, 0), "" if ended else expected))
    if not ended and not formats.nothing(found.needed) and found.status != goal_progress.REACHED:
        cells.append(
            (_("Needed"), formats.difference(found.needed, unit), _("a {grain}", grain=goals.grain_word(goal)))
        )
    if found.ahead is not None:
        ends = f"{formats.value(found.ahead.low, unit)} – {formats.value(found.ahead.high, unit)}"
        cells.append((_("Forecast"), formats.value(found.ahead.value, unit), ends))
    body = "".join(
        f'<div><div class="cx-small">{look.escaped(label)}</div><div class="cx-value">{look.escaped(value)}</div>'
        f'<div class="cx-small">{look.escaped(about)}</div></div>'
        for label, value, about in cells
    )
    because = f"{goal.objective} · " if goal.objective else ""
    owner = _("owner {who}", who=goal.owner) if goal.owner else _("no owner")
    st.html(
        f'<div class="cx-row" style="margin-top:0">{chip(found.status)}'
        f'<span class="cx-sub">{look.escaped(because + owner)}</span></div><div class="cx-big">{body}</div>'
    )
    if at is None or found.found.reason or not found.found.is_clear:
        st.html(f'<div class="cx-sub">{look.escaped(goal_progress.said_of(goal, found.found))}</div>')


def _measured(goal: Goal, found: Standing) -> str:
    at = found.found.measured
    if at is None:
        return ""
    when = formats.period_short(at.start, goal.grain) if goal.kind == "level" else _("up to {day}", day=formats.day(at.end - timedelta(days=1)))  # fmt: skip
    return when if goal.entry.unit == "count" else f"{when}, n = {formats.decimal(at.n, 0)}"


def _goal_fields(meeting: Meeting, item: Item) -> None:
    situation = _now(meeting)
    goal = situation.goal(item.subject) if situation else None
    if situation is None or goal is None:
        return
    ended, key = situation.has_ended(goal), item.key
    _bring_in(situation, key, item.kind.fields)
    if ended:
        _note(situation, key, "learned", _("What did we learn?"))
        _note(situation, key, "next", _("What comes next?"))
    else:
        before = situation.last_check_ins.get(goal.id)
        label = _("Confidence that it will be reached")
        label += f" ({_('was {value}', value=before.confidence)})" if before and before.confidence else ""
        own = _key(meeting.id, key, "confidence")
        (low, high), number = CONFIDENCE, _text(meeting.id, key, "confidence")
        st.segmented_control(
            label, list(range(low, high + 1)), default=int(number) if number.isdigit() else None,
            key=own, width="stretch", on_change=_say,
            args=(meeting, key, "confidence", own),
        )  # fmt: skip
        _note(situation, key, "note", _("Note"))
        if before and before.note:
            st.html(f'<div class="cx-small">{look.escaped(_("Last time: {text}", text=before.note))}</div>')
    _actions(situation, goal, key)
    labels = {"confidence": _("Confidence"), "note": _("Note"), "learned": _("Learned"), "next": _("Next step")}
    labels |= {f"{name}{slot}": _("Action") for slot in range(SLOTS) for name in ("what", "who", "by")}
    _others(situation, key, labels)


def _actions(situation: Situation, goal: Goal, key: str) -> None:
    """The actions that are agreed now, a row each; the next row is there when one before it has a text."""
    meeting = situation.meeting
    names = sorted({*meeting.there, *([goal.owner] if goal.owner else [])}, key=str.casefold)
    for slot in range(SLOTS):
        fields = {name: f"{name}{slot}" for name in ("what", "who", "by")}
        keys = {name: _key(meeting.id, key, field) for name, field in fields.items()}
        first = {name: _text(meeting.id, key, field) for name, field in fields.items()}
        held = {name: _held(meeting.id, key, field).strip() for name, field in fields.items()}
        if slot and not any(held.values()) and not _held(meeting.id, key, f"what{slot - 1}").strip():
            break
        shown: Literal["visible", "collapsed"] = "visible" if slot == 0 else "collapsed"
        what, who, by = st.columns([10, 6, 6], gap="small")
        what.text_input(
            _("Next action"), first["what"], key=keys["what"], max_chars=goals.LONGEST, label_visibility=shown,
            placeholder=_("What will be done"), on_change=_say, args=(meeting, key, fields["what"], keys["what"]),
        )  # fmt: skip
        offered = list(dict.fromkeys([*names, *([first["who"]] if first["who"] else [])]))
        who.selectbox(
            _("Who"), offered, index=offered.index(first["who"]) if first["who"] else None, key=keys["who"],
            accept_new_options=True, placeholder=_("Name"), label_visibility=shown, on_change=_say,
            args=(meeting, key, fields["who"], keys["who"]),
        )  # fmt: skip
        by.date_input(
            _("By when"), value=date.fromisoformat(first["by"]) if first["by"] else None, key=keys["by"],
            format="DD-MM-YYYY", label_visibility=shown, on_change=_say, args=(meeting, key, fields["by"], keys["by"]),
        )  # fmt: skip
        if (held["who"] or held["by"]) and not held["what"]:
            said = _("Write what will be done: an action without it is not kept.")
            st.html(f'<div class="cx-small">{look.escaped(said)}</div>')


# --- other items --------------------------------------------------------------------------------------------


def _plain(situation: Situation, item: Item) -> None:
    """An item that says its lines and takes a note."""
    left, right = st.columns([11, 8], gap="medium")
    with left:
        if item.kind.name in ("agreements", "overdue"):
            st.fragment(_listed, run_every=EVERY)(situation.meeting, item)
        else:
            _lines(situation, item)
        if item.kind.name == "new" and (page := st.session_state.get("_pages", {}).get("goals")):
            st.page_link(page, label=_("Set a goal"), icon=":material/add:")
        if item.kind.name == "at_risk" and (page := st.session_state.get("_pages", {}).get("customers")):
            st.page_link(page, label=_("Assign follow-ups"), icon=":material/add_call:")
    with right:
        st.fragment(_fields, run_every=EVERY)(situation.meeting, item)


def _lines(situation: Situation, item: Item) -> None:
    lines = item.kind.lines(item.kind.freeze(situation, item.subject))
    st.html("".join(f'<div class="cx-say {line.look}">{look.escaped(line.text)}</div>' for line in lines))


def _listed(meeting: Meeting, item: Item) -> None:
    """Actions that can be ticked off."""
    situation = _now(meeting)
    if situation is None:
        return
    found = situation.agreed_before if item.kind.name == "agreements" else situation.overdue
    done = [one for one in situation.own_actions if (meeting.id, one.id) in st.session_state.get("_ticked", {})]
    found = (*found, *(one for one in done if item.kind.name == "overdue" and one not in found))
    if not found:
        _lines(situation, item)
        return
    with st.container(height=430 if len(found) > 8 else "content", border=False):
        for one in found:
            goal, key = situation.goal(one.goal), f"done/{item.kind.name}/{one.id}"
            st.session_state[key] = one.done is not None
            text = goals.action_said(one, late=meetings.is_overdue(one, situation.today))
            label = f"{goals.name(goal)}: {text}" if goal else text
            with st.container(key=f"cx-done-{item.kind.name}-{one.id}"):
                st.checkbox(look.plain(label), key=key, on_change=_tick, args=(meeting.id, one, key))


def _tick(meeting: int, action: Action, key: str) -> None:
    st.session_state.setdefault("_ticked", {})[meeting, action.id] = True
    known = {one.id: one for one in goal_records.actions(state.shown_store(), action.goal)}
    if action.id in known:
        done = state.today() if st.session_state[key] else None
        goal_records.save_action(state.shown_store(), replace(known[action.id], done=done), lobby.who())


def _fields(meeting: Meeting, item: Item) -> None:
    situation = _now(meeting)
    if situation is not None:
        _bring_in(situation, item.key, item.kind.fields)
        _note(situation, item.key, "note", _("Note"), 180)
        _others(situation, item.key, {"note": _("Note")})


def _close(situation: Situation, item: Item) -> None:
    left, right = st.columns([11, 8], gap="medium")
    with left:
        st.fragment(_agreed, run_every=EVERY)(situation.meeting)
    with right:
        st.fragment(_closing, run_every=EVERY)(situation.meeting, item)


def _agreed(meeting: Meeting) -> None:
    situation = _now(meeting)
    if situation is None:
        return
    found = [one for one in situation.actions if one.meeting == meeting.id]
    lines = [f'<div class="cx-title">{look.escaped(_("Who does what, by when"))}</div>']
    for one in found:
        goal, text = situation.goal(one.goal), goals.action_said(one)
        lines.append(f'<div class="cx-say">{look.escaped(f"{text} ({goals.name(goal)})" if goal else text)}</div>')
    if not found:
        lines.append(f'<div class="cx-say">{look.escaped(_("Nothing was agreed."))}</div>')
    st.html("".join(lines))


def _closing(meeting: Meeting, item: Item) -> None:
    situation = _now(meeting)
    if situation is None:
        return
    _bring_in(situation, item.key, item.kind.fields, there=", ".join(meeting.there))
    there = _key(meeting.id, item.key, "there")
    st.text_input(
        _("Who was there"), _text(meeting.id, item.key, "there"), key=there, max_chars=goals.LONGEST, on_change=_say,
        args=(meeting, item.key, "there", there), help=_("Names, with commas between them."),
    )  # fmt: skip
    _note(situation, item.key, "note", _("Anything else"), 120)
    _others(situation, item.key, {"note": _("Note"), "there": _("Who was there")})
    try:
        meetings.check_filled(situation)
    except CxError as error:
        st.warning(look.said(error), icon=":material/edit:")
    if st.button(_("Close and make the minutes"), type="primary", icon=":material/task_alt:", key="meeting_close"):
        try:
            made = meeting_records.close(
                state.shown_store(), _situation(meeting), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), lobby.who()
            )
        except CxError as error:
            st.error(look.said(error), icon=":material/error:")
            return
        st.session_state.update(meeting="", item="", minutes=str(made.meeting.id), _meeting_closed=True)
        st.rerun()
