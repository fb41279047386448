"""Minutes as a text: a title, sections and lines in the reader's language; what was typed stays as it was.

In: Minutes. Out: Blocks, for the page, paper and messages alike, and Markdown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cxdata import formats, goals
from cxdata.goals import action_said
from cxdata.i18n import _
from cxdata.meetings import KINDS, Minutes, Section, goal_from, name

LOOKS = ("title", "heading", "text", "small", "good", "bad", "note", "action")


@dataclass(frozen=True)
class Block:
    """A paragraph and how it looks, one of LOOKS."""

    text: str
    look: str = "text"


def title(minutes: Minutes) -> str:
    return _("Minutes: {meeting}", meeting=name(minutes.meeting))


def about(minutes: Minutes, zone: str) -> list[str]:
    """When it was, and who was there."""
    start, end = (_local(text, zone) for text in (minutes.meeting.started_at, minutes.closed_at))
    when = (
        f"{start:%H:%M} – {end:%H:%M}"
        if start.date() == end.date()
        else f"{formats.instant(start)} – {formats.instant(end)}"
    )
    said = [_("{day}, {time}", day=formats.day(start.date()), time=when) if start.date() == end.date() else when]
    if minutes.there:
        said.append(_("There: {names}", names=", ".join(minutes.there)))
    if minutes.closed_by:
        said.append(_("Closed by {who}", who=minutes.closed_by))
    return said


def _local(moment: str, zone: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))


def blocks(minutes: Minutes, zone: str) -> list[Block]:
    """The whole text, what was agreed first."""
    made = [Block(title(minutes), "title"), *(Block(text, "small") for text in about(minutes, zone))]
    made.append(Block(_("Who does what, by when"), "heading"))
    made += agreed(minutes) or [Block(_("Nothing was agreed."))]
    for section in minutes.sections:
        lines = _section(section)
        if lines:
            made += [Block(_heading(section), "heading"), *lines]
    return made


def agreed(minutes: Minutes) -> list[Block]:
    names = {
        section.subject: goals.name(goal)
        for section in minutes.sections
        if section.kind == "goal" and (goal := goal_from(section.body["goal"]))
    }
    ordered = sorted(minutes.actions, key=lambda one: (one.by or date.max, one.id))
    return [
        Block(f"{action_said(one)} ({names[one.goal]})" if one.goal in names else action_said(one), "action")
        for one in ordered
    ]


def _heading(section: Section) -> str:
    goal = goal_from(section.body.get("goal"))
    return goals.name(goal) if goal else _(KINDS[section.kind].label) if section.kind in KINDS else section.kind


def _section(section: Section) -> list[Block]:
    lines = KINDS[section.kind].lines(section.body) if section.kind in KINDS else []
    return [*(Block(line.text, line.look) for line in lines), *([Block(section.note, "note")] if section.note else [])]


def markdown(minutes: Minutes, zone: str) -> str:
    """The minutes as Markdown."""
    marks = {"title": "# ", "heading": "## ", "action": "- ", "note": "> "}
    made: list[str] = []
    for block, before in zip(own := blocks(minutes, zone), [None, *own], strict=False):
        text = "\n> ".join(_plain(line) for line in block.text.splitlines())
        if block.look != "note":
            text = text.replace("\n> ", " ")
        if made and not (before and before.look == block.look == "action"):
            made.append("")
        made.append(marks.get(block.look, "") + (f"**{text}**" if block.look in ("good", "bad") else text))
    return "\n".join(made) + "\n"


def text(minutes: Minutes, zone: str) -> str:
    """The minutes as plain text, for a message."""
    marks = {"action": "- ", "note": "  "}
    made = []
    for block in blocks(minutes, zone)[1:]:
        made += [""] if block.look == "heading" else []
        made.append(block.text.upper() if block.look == "heading" else marks.get(block.look, "") + block.text)
    return "\n".join(made)


def _plain(words: str) -> str:
    """Text that was typed, safe in Markdown."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", words)
