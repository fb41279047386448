"""A meeting about goals: its agenda, and its minutes as they stand when it is closed.

In: a Situation, all that is known when the team sits together. Out: the Items of the agenda in order, what each says, and
Minutes, kept as plain values so that nothing in them changes later. AGENDA holds the kinds of items: adding one there adds
its screen and its part of the minutes. What is kept is in `meeting_records`; minutes as a text in `minutes`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from cxdata import formats, goal_progress, goals
from cxdata.care import people
from cxdata.care.people import AtRisk
from cxdata.comparison import Comparison
from cxdata.errors import CxError
from cxdata.filters import Filters, Period, add_months
from cxdata.following import Standing
from cxdata.goal_progress import STATUS_WORDS, Measured, Progress
from cxdata.goals import Action, CheckIn, Goal, Lesson, action_of, action_said, dumped, goal_of, plain
from cxdata.i18n import N_, _
from cxdata.questions import Moment, period_start
from cxdata.statistics import Forecast
from cxdata.summary import Finding, Place, Summary, sentences

SLOTS = 3  # actions that can be agreed for a goal in one meeting


@dataclass(frozen=True)
class Meeting:
    """A meeting. `team` "": of all. `started_at`: UTC, ISO; `until`: the day after the last whole day of the data then."""

    id: int
    team: str = ""
    started_at: str = ""
    there: tuple[str, ...] = ()
    until: date | None = None

    def is_about(self, goal: Goal) -> bool:
        return not self.team or self.team in goal.teams


@dataclass(frozen=True)
class Said:
    """What a field holds: its newest value, by whom and from which browser. `number` grows with everything that is kept."""

    value: str
    by: str = ""
    place: str = ""
    number: int = 0
    saved_at: str = ""


@dataclass(frozen=True)
class Section:
    """One item in the minutes: its numbers as plain values, and what was said."""

    kind: str
    subject: int
    body: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True)
class Minutes:
    """What is left of a meeting, frozen. `actions`: what was agreed in it; `known`: the goals that there were."""

    meeting: Meeting
    closed_at: str
    closed_by: str
    there: tuple[str, ...]
    sections: tuple[Section, ...]
    actions: tuple[Action, ...] = ()
    known: tuple[int, ...] = ()


@dataclass(frozen=True)
class Situation:
    """All that is known in a meeting. `standings`: the goals of its team, those that need it most first;
    `until`: the day after the last whole day of the data; `said`: {(item, field): what it holds}.
    """

    meeting: Meeting
    today: date
    until: date
    standings: tuple[Standing, ...] = ()
    actions: tuple[Action, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    lessons: Mapping[int, Lesson] = field(default_factory=dict)
    before: Minutes | None = None
    changes: Summary | None = None
    at_risk: AtRisk | None = None
    said: Mapping[tuple[str, str], Said] = field(default_factory=dict)

    def goal(self, number: int) -> Goal | None:
        return next((one.goal for one in self.standings if one.goal.id == number), None)

    def standing(self, number: int) -> Standing:
        return next(one for one in self.standings if one.goal.id == number)

    def has_ended(self, goal: Goal) -> bool:
        return goal.is_set and self.until >= goal.until

    def value(self, item: str, name: str) -> str:
        found = self.said.get((item, name))
        return found.value if found else ""

    @property
    def own_actions(self) -> tuple[Action, ...]:
        """The actions of the goals of the team."""
        about = {one.goal.id for one in self.standings}
        return tuple(one for one in self.actions if one.goal in about)

    @property
    def agreed_before(self) -> tuple[Action, ...]:
        """What was agreed the last time, as it stands now; what was taken off since is left out."""
        if self.before is None:
            return ()
        return tuple(one for one in self.actions if one.id in {known.id for known in self.before.actions})

    @property
    def overdue(self) -> tuple[Action, ...]:
        """Open actions past their day that are not among those of the last meeting; the oldest first."""
        seen = {one.id for one in self.agreed_before}
        found = [one for one in self.own_actions if is_overdue(one, self.today) and one.id not in seen]
        return tuple(sorted(found, key=lambda one: (one.by or date.max, one.id)))

    @property
    def new_goals(self) -> tuple[Standing, ...]:
        """Goals that the last meeting did not know; drafts are among them, and before a first meeting only these."""
        known = set(self.before.known) if self.before else {one.goal.id for one in self.standings}
        return tuple(one for one in self.standings if one.goal.is_draft or one.goal.id not in known)

    @property
    def last_check_ins(self) -> dict[int, CheckIn]:
        """{goal: its newest check-in before this meeting}."""
        return {one.goal: one for one in self.check_ins if one.meeting != self.meeting.id}


def is_overdue(action: Action, today: date) -> bool:
    return action.done is None and action.by is not None and action.by < today


def started_on(meeting: Meeting) -> date:
    return date.fromisoformat(meeting.started_at[:10])


def since_last(before: Meeting | None, moment: Moment, team: str = "") -> Filters | None:
    """What is held against the stretch before it: the days since the last meeting's data; with no meeting before, the newest
    whole month. None where the data is that of the last meeting."""
    end = moment.complete_until
    if before is None or before.until is None:
        end = period_start(end, "month")
        start = add_months(end, -1)
    else:
        start = before.until
    return Filters(Period(start, end), {"team": (team,)} if team else {}) if start < end else None


# --- the agenda ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A line of an item, in the reader's language. `look`: title, text, small, note, good, bad or action."""

    text: str
    look: str = "text"


@dataclass(frozen=True)
class ItemKind:
    """A kind of item. `subjects`: what there is an item for each of, (0,) for a kind of which there is one, () for none.

    `freeze`: the numbers of an item as plain values; `lines`: what these say, in the reader's language. `fields`: what can
    be filled in.
    """

    name: str
    label: str
    freeze: Callable[[Situation, int], Mapping[str, Any]]
    lines: Callable[[Mapping[str, Any]], list[Line]]
    subjects: Callable[[Situation], Sequence[int]] = lambda _situation: (0,)
    fields: tuple[str, ...] = ("note",)


@dataclass(frozen=True)
class Item:
    """One thing to talk about. `subject`: the goal it is about, 0 for none."""

    kind: ItemKind
    subject: int = 0

    @property
    def key(self) -> str:
        return f"{self.kind.name}-{self.subject}" if self.subject else self.kind.name


def agenda(situation: Situation) -> list[Item]:
    """The items of a meeting, in order."""
    return [Item(kind, subject) for kind in AGENDA for subject in kind.subjects(situation)]


def place_of(items: Sequence[Item], key: str) -> int:
    """Where an item stands on the agenda; the first where it is not on it any more."""
    return next((place for place, item in enumerate(items) if item.key == key), 0)


def subject_of(key: str) -> int:
    """The goal that an item is about, from its key; 0 for none."""
    number = key.rpartition("-")[2]
    return int(number) if key.startswith("goal-") and number.isdigit() else 0


def title(item: Item, situation: Situation) -> str:
    goal = situation.goal(item.subject)
    return goals.name(goal) if goal else _(item.kind.label)


def _changes(situation: Situation, _subject: int) -> dict[str, Any]:
    return {"changes": plain(situation.changes) if situation.changes else None}


def _changes_lines(body: Mapping[str, Any]) -> list[Line]:
    if body["changes"] is None:
        return [Line(_("The data is that of the last meeting: there is nothing new to compare."))]
    found = summary_of(body["changes"])
    said = [Line(_("Held against {period}", period=formats.span(found.held)), "small")]
    looks = {"better": "good", "worse": "bad"}
    return said + [Line(one.text.replace("**", ""), looks.get(one.verdict, "text")) for one in sentences(found)]


def _listed(found: Sequence[Action], situation: Situation) -> dict[str, Any]:
    return {
        "actions": [
            {**_numbered(one), "about": _numbered_goal(situation.goal(one.goal)), "late": is_overdue(one, situation.today)}
            for one in found
        ]
    }  # fmt: skip


def _agreements(situation: Situation, _subject: int) -> dict[str, Any]:
    return _listed(situation.agreed_before, situation)


def _overdue(situation: Situation, _subject: int) -> dict[str, Any]:
    return _listed(situation.overdue, situation)


def _agreements_lines(body: Mapping[str, Any]) -> list[Line]:
    return _action_lines(body) or [Line(_("Nothing was agreed the last time."))]


def _overdue_lines(body: Mapping[str, Any]) -> list[Line]:
    return _action_lines(body) or [Line(_("No other action is overdue."))]


def _action_lines(body: Mapping[str, Any]) -> list[Line]:
    made = []
    for entry in body["actions"]:
        one = action_from(entry)
        goal, text = goal_from(entry["about"]), action_said(one, late=entry["late"])
        made.append(Line(f"{goals.name(goal)}: {text}" if goal else text, "action"))
    return made


def _open_goals(situation: Situation) -> list[int]:
    """The goals that are followed; of those that ended, the ones that were not looked back on before this meeting."""
    return [one.goal.id for one in situation.standings if not one.goal.is_draft and _is_due(situation, one.goal)]


def _is_due(situation: Situation, goal: Goal) -> bool:
    if not situation.has_ended(goal) or goal.id not in situation.lessons:
        return True
    item = f"goal-{goal.id}"
    return bool(situation.value(item, "learned") or situation.value(item, "next"))


def _goal(situation: Situation, number: int) -> dict[str, Any]:
    found, item = situation.standing(number), f"goal-{number}"
    before = situation.last_check_ins.get(number)
    return {
        "goal": _numbered_goal(found.goal),
        "ended": situation.has_ended(found.goal),
        "found": plain(found.found),
        "ahead": plain(found.ahead) if found.ahead else None,
        "needed": plain(found.needed),
        "confidence": situation.value(item, "confidence"),
        "before": before.confidence if before else None,
        "learned": situation.value(item, "learned"),
        "next": situation.value(item, "next"),
        "actions": [_numbered(one) for one in situation.actions if one.goal == number and one.meeting == situation.meeting.id],
    }  # fmt: skip


def _goal_lines(body: Mapping[str, Any]) -> list[Line]:
    goal, found = goal_from(body["goal"]), progress_of(body["found"])
    assert goal is not None
    ahead = Forecast(**restored(body["ahead"])) if body["ahead"] else None
    status = Line(_(STATUS_WORDS[found.status]), look_of(found.status))
    said = [status, Line(goals.sentence(goal)), Line(goal_progress.said_of(goal, found))]
    if not body["ended"]:
        needed = math.nan if body["needed"] is None else body["needed"]
        said += [
            Line(text)
            for text in (
                goal_progress.progress_said(goal, found),
                goal_progress.needed_said(goal, found, needed),
                goal_progress.forecast_said(goal, ahead),
            )
            if text
        ]
    if body["confidence"]:
        now, before = body["confidence"], body["before"]
        words = _("Confidence {now} of 10, was {before}") if before else _("Confidence {now} of 10")
        said.append(Line(words.format(now=now, before=before)))
    for name, words in (("learned", N_("Learned: {text}")), ("next", N_("Next: {text}"))):
        if body[name]:
            said.append(Line(_(words, text=body[name]), "note"))
    return said + [Line(action_said(action_from(one)), "action") for one in body["actions"]]


def _new(situation: Situation, _subject: int) -> dict[str, Any]:
    return {"goals": [_numbered_goal(one.goal) for one in situation.new_goals]}


def _new_lines(body: Mapping[str, Any]) -> list[Line]:
    made = []
    for entry in body["goals"]:
        goal = goal_from(entry)
        assert goal is not None
        word = f"{_(STATUS_WORDS['draft'])}: " if goal.is_draft else ""
        made.append(Line(word + goals.sentence(goal)))
    return made or [Line(_("No goal was set since the last meeting."))]


def _at_risk(situation: Situation, _subject: int) -> dict[str, Any]:
    found = situation.at_risk
    return {"customers": list(found.rows), "open": found.open, "late": found.late} if found else {"customers": []}


def _at_risk_lines(body: Mapping[str, Any]) -> list[Line]:
    made = []
    for row in body["customers"]:
        about = [
            *([_("{chance} to leave", chance=formats.percent(row["chance"]))] if row["chance"] is not None else [])
        ]
        about += [_("{value} at stake", value=formats.money(row["stake"]))] if row["stake"] is not None else []
        made.append(Line(" · ".join([row["name"] or row["customer_id"], *about])))
        made.append(Line("; ".join(people.reasons_of(row)), "small"))
    if body.get("open"):
        text = _("Follow-ups open: {count}, overdue: {late}", count=body["open"], late=body["late"])
        made.append(Line(text, "bad" if body["late"] else "small"))
    return made


def _with_risk(situation: Situation) -> tuple[int, ...]:
    return (0,) if situation.at_risk and (situation.at_risk.rows or situation.at_risk.open) else ()


AGENDA: tuple[ItemKind, ...] = (
    ItemKind("changes", N_("What changed"), _changes, _changes_lines),
    ItemKind("agreements", N_("What was agreed the last time"), _agreements, _agreements_lines),
    ItemKind(
        "goal", N_("Goal"), _goal, _goal_lines, _open_goals,
        ("confidence", "note", "learned", "next", *(f"{name}{slot}" for slot in range(SLOTS) for name in ("what", "who", "by"))),
    ),
    ItemKind("overdue", N_("Overdue actions"), _overdue, _overdue_lines),
    ItemKind("at_risk", N_("Customers at risk"), _at_risk, _at_risk_lines, _with_risk),
    ItemKind("new", N_("New goals"), _new, _new_lines),
    ItemKind("close", N_("Close"), lambda _situation, _subject: {}, lambda _body: [], fields=("note", "there")),
)  # fmt: skip
KINDS = {kind.name: kind for kind in AGENDA}


# --- in words -----------------------------------------------------------------------------------------------


def look_of(status: str) -> str:
    """The look of a status: good, bad, or neither."""
    return {"better": "good", "worse": "bad"}.get(goal_progress.VERDICT_OF.get(status, ""), "text")


def name(meeting: Meeting) -> str:
    """Whose meeting it is and when: "Noord, 1 Dec 2026"."""
    return f"{meeting.team or _('All teams')}, {formats.day(started_on(meeting))}"


# --- what was filled in -------------------------------------------------------------------------------------


def actions_said(meeting: Meeting, goal: int, said: Mapping[tuple[str, str], Said]) -> dict[int, Action]:
    """{slot: the action that its fields describe}, those with a text; `id` is that of the action it has become, or 0."""
    found = {}
    for slot in range(SLOTS):
        what, who, by, own = (_value(said, goal, f"{name}{slot}") for name in ("what", "who", "by", "action"))
        if what:
            found[slot] = Action(int(own or 0), goal, what, "other", who, date.fromisoformat(by) if by else None, None, meeting.id)  # fmt: skip
    return found


def _value(said: Mapping[tuple[str, str], Said], goal: int, name: str) -> str:
    found = said.get((f"goal-{goal}", name))
    return found.value.strip() if found else ""


def check_filled(situation: Situation) -> None:
    """Raise where an action was begun and says nothing: who and when without what."""
    for one in situation.standings:
        for slot in range(SLOTS):
            what, who, by = (_value(situation.said, one.goal.id, f"{name}{slot}") for name in ("what", "who", "by"))
            if (who or by) and not what:
                raise CxError(
                    "An action for {goal} has no text. Write what will be done, or clear who does it and by when.",
                    goal=goals.name(one.goal),
                )


def minutes_of(situation: Situation, closed_at: str, closed_by: str = "") -> Minutes:
    """The minutes of a meeting as it stands. Raises CxError where something was left half filled in."""
    check_filled(situation)
    there = [entry.strip() for entry in situation.value("close", "there").split(",") if entry.strip()]
    sections = tuple(
        Section(item.kind.name, item.subject, item.kind.freeze(situation, item.subject), situation.value(item.key, "note").strip())
        for item in agenda(situation)
    )  # fmt: skip
    agreed = tuple(one for one in situation.actions if one.meeting == situation.meeting.id)
    known = tuple(one.goal.id for one in situation.standings)
    return Minutes(
        situation.meeting, closed_at, closed_by, tuple(there) or situation.meeting.there, sections, agreed, known
    )


# --- plain values -------------------------------------------------------------------------------------------


def restored(body: Mapping[str, Any]) -> dict[str, Any]:
    """Plain numbers with nan for None."""
    return {name: math.nan if value is None else value for name, value in body.items()}


def _numbered(action: Action) -> dict[str, Any]:
    return {**dumped(action), "id": action.id}


def _numbered_goal(goal: Goal | None) -> dict[str, Any] | None:
    return {**dumped(goal), "id": goal.id} if goal else None


def action_from(body: Mapping[str, Any]) -> Action:
    known = {entry.name for entry in fields(Action)} - {"id"}
    return action_of(body["id"], {name: value for name, value in body.items() if name in known})


def goal_from(body: Mapping[str, Any] | None) -> Goal | None:
    return goal_of(body["id"], {name: value for name, value in body.items() if name != "id"}) if body else None


def progress_of(body: Mapping[str, Any]) -> Progress:
    own = restored(body)
    if body["measured"] is None:
        own["measured"] = None
    else:
        at = restored(body["measured"])
        own["measured"] = Measured(
            **{**at, "start": date.fromisoformat(at["start"]), "end": date.fromisoformat(at["end"])}
        )
    return Progress(**own)


def _period(body: Mapping[str, Any]) -> Period:
    return Period(*(date.fromisoformat(body[name]) if body[name] else None for name in ("start", "end")))


def summary_of(body: Mapping[str, Any]) -> Summary:
    findings = []
    for entry in body["findings"]:
        change = restored(entry["change"])
        change |= {name: _period(entry["change"][name]) for name in ("period", "before_period")}
        change["ignored"] = tuple(change["ignored"])
        place = Place(**restored(entry["place"])) if entry["place"] else None
        findings.append(Finding(Comparison(**change), place, tuple(entry["looked_at"])))
    unsure, steady, unknown = (tuple(body[name]) for name in ("unsure", "steady", "unknown"))
    return Summary(tuple(findings), unsure, steady, unknown, _period(body["held"]), body["earlier"])


def dumped_meeting(meeting: Meeting) -> dict[str, Any]:
    found: dict[str, Any] = plain(meeting)
    found.pop("id")
    return found


def meeting_of(id: int, body: Mapping[str, Any]) -> Meeting:
    until = date.fromisoformat(body["until"]) if body["until"] else None
    return Meeting(id, body["team"], body["started_at"], tuple(body["there"]), until)


def dumped_minutes(minutes: Minutes) -> dict[str, Any]:
    return {
        "meeting": dumped_meeting(minutes.meeting),
        "closed_at": minutes.closed_at,
        "closed_by": minutes.closed_by,
        "there": list(minutes.there),
        "sections": [plain(one) for one in minutes.sections],
        "actions": [_numbered(one) for one in minutes.actions],
        "known": list(minutes.known),
    }


def minutes_from(id: int, body: Mapping[str, Any]) -> Minutes:
    return Minutes(
        meeting_of(id, body["meeting"]),
        body["closed_at"],
        body["closed_by"],
        tuple(body["there"]),
        tuple(Section(**one) for one in body["sections"]),
        tuple(action_from(one) for one in body["actions"]),
        tuple(body["known"]),
    )


def renewed(meeting: Meeting, there: Sequence[str]) -> Meeting:
    """The meeting with these people there."""
    return replace(meeting, there=tuple(dict.fromkeys(entry.strip() for entry in there if entry.strip())))
