"""What is taken along: the boards chosen, with every answer on them and all that has to be said with the numbers.

In: boards, filters, what they are held against, an engine, the moment, goals. Out: a Report, plain values, which `paper` and `sheets` write
as PDF and XLSX. It asks what the pages ask, so the numbers are the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cxdata import comparison, formats, queries, rows, selection
from cxdata.boards import Board, Panel
from cxdata.charts import draws
from cxdata.comparison import Comparison
from cxdata.engine import Engine
from cxdata.errors import CxError
from cxdata.events import Event, concerning
from cxdata.facts import TABLES
from cxdata.filters import Filters, Period
from cxdata.goal_overview import Followed
from cxdata.goals import Goal
from cxdata.goals import concerning as held_against
from cxdata.i18n import N_, _
from cxdata.metrics import ALL, metric
from cxdata.metrics.base import Metric
from cxdata.queries import distinct_values
from cxdata.questions import Answer, Moment, Query
from cxdata.selection import Held

GOALS, GOALS_TITLE = "goals", N_("Goals")  # their chapter, as it is chosen and as it is called


@dataclass(frozen=True)
class Chapter:
    """A board with its answers. `missing`: the sentence of a board that has no data, and nothing else then.

    `cards`: the comparisons, `series` the same metrics over time; `panels`: each with its answer; `more`: {key of a panel:
    what else is drawn}; `remarks`: what has to be
    said with these numbers.
    """

    board: Board
    sentence: str
    cards: Mapping[str, Comparison]
    series: Answer
    panels: tuple[tuple[Panel, Answer], ...]
    more: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Report:
    """Chapters under one title. `filters`, `held` and `grain` as chosen; `made`: when, if it is to be said.

    `remark`: what has to be said of the whole, such as that it is the sample. `goals`: a chapter of their own, the
    last; None: without it.
    """

    title: str
    chapters: tuple[Chapter, ...]
    filters: Filters
    held: Held
    grain: str
    moment: Moment
    made: datetime | None = None
    remark: str = ""
    goals: tuple[Followed, ...] | None = None

    @property
    def sentence(self) -> str:
        """The choices in words, for all chapters."""
        if not self.chapters:
            return self.of_goals
        return selection.sentence(self.filters, self.held, self.moment, tuple(self.filters.values))

    @property
    def of_goals(self) -> str:
        """What the chapter of goals is about: they have rows and days of their own."""
        until = formats.day(self.moment.complete_until - timedelta(days=1))
        teams = ", ".join(self.filters.values.get("team", ())) or _("All teams")
        return _("{teams}; where they stand with the data up to {day}", teams=teams, day=until)

    @property
    def compared(self) -> tuple[Period, Period]:
        """The stretches that are compared."""
        return comparison.stretches(self.filters.period, self.held.before, self.moment.complete_until)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Every metric in the report, in the order of the registry."""
        there = {name for chapter in self.chapters if not chapter.missing for name in chapter.board.metrics}
        there |= {one.goal.metric for one in self.goals or ()}
        return tuple(entry for entry in ALL if entry.name in there)


@dataclass(frozen=True)
class Beside:
    """What is drawn on charts beside their numbers: events, actions that are done by metric, paths of goals."""

    events: tuple[Event, ...]
    done: tuple[tuple[str, Event], ...]
    goals: tuple[Goal, ...]


def report(
    engine: Engine, boards: Sequence[Board], filters: Filters, held: Held, moment: Moment, *, grain: str = "",
    made: datetime | None = None, events: Sequence[Event] = (), title: str = "", remark: str = "",
    remarks: Sequence[str] = (), goals: Sequence[Followed] | None = None, done: Sequence[tuple[str, Event]] = (),
    paths: Sequence[Goal] = (),
) -> Report:  # fmt: skip
    """Ask all that is on the boards. Raises CxError where none of them has data, unless goals are asked for.

    `grain`: day, week, month or quarter, by default what suits the period. `title`: by default that of the board, where it
    is one. `remarks`: what has to be said with the numbers of every chapter. `goals`: to follow after the boards. `done`, `paths`:
    actions that are done, by metric, and goals whose paths are drawn, as on the pages.
    """
    grain = grain or selection.grain_of(filters.period)
    beside = Beside(tuple(events), tuple(done), tuple(paths))
    chapters = tuple(_chapter(engine, board, filters, held, moment, grain, beside) for board in boards)
    chapters = tuple(replace(chapter, remarks=(*remarks, *chapter.remarks)) for chapter in chapters)
    if all(chapter.missing for chapter in chapters) and goals is None:
        raise CxError(chapters[0].missing if chapters else N_("Choose at least one page."))
    titles = [*(board.title for board in boards), *([] if goals is None else [GOALS_TITLE])]
    title = title or (_(titles[0]) if len(titles) == 1 else _("Customer care report"))
    return Report(title, chapters, filters, held, grain, moment, made, remark, goals if goals is None else tuple(goals))


def _chapter(
    engine: Engine, board: Board, filters: Filters, held: Held, moment: Moment, grain: str, beside: Beside
) -> Chapter:
    board = board.seen(moment.settings)
    sentence = selection.sentence(filters, held, moment, board.uses)
    own = replace(filters, values={name: chosen for name, chosen in filters.values.items() if name in board.uses})
    cards = Query(tuple(board.cards), filters=own)
    there = [table for table in TABLES if _has(engine, table)]
    if board.needs and not set(board.needs) & set(there):
        return Chapter(board, sentence, {}, Answer(cards, queries.NO_ROWS), (), missing=board.what)
    absent = [section for section in board.sections if section.needs and not distinct_values(engine, section.needs)]
    said = [f"{_(section.title)}: {_(section.what)}" for section in absent]
    shown = tuple(section for section in board.sections if section not in absent and section.tables & set(there))
    board = replace(board, sections=shown)
    panels = board.panels
    return Chapter(
        board,
        sentence,
        comparison.compare(engine, cards, moment, _only(held.against, board.uses)),
        queries.ask(engine, replace(cards, grain=grain), moment),
        tuple((panel, queries.ask(engine, panel.query(own, grain), moment)) for panel in panels),
        {
            panel.key: _more(engine, panel, panel.query(own, grain), held, moment, beside, board.uses)
            for panel in panels
        },
        (*(rows.customer_remarks(engine, moment.settings) if "customer_facts" in board.needs else ()), *said),
    )


def _has(engine: Engine, table: str) -> bool:
    return bool(engine.query(f"select count(*) > 0 as there from {table}").to_pylist()[0]["there"])


def _only(held: Period | Filters, uses: Collection[str]) -> Period | Filters:
    """What is held against, without the filters that the numbers of a board do not have."""
    if isinstance(held, Period):
        return held
    return replace(held, values={name: chosen for name, chosen in held.values.items() if name in uses})


def _more(
    engine: Engine,
    panel: Panel,
    query: Query,
    held: Held,
    moment: Moment,
    marked: Beside,
    uses: Collection[str],
) -> dict[str, Any]:
    """What is drawn besides the answer, as on the page."""
    found: dict[str, Any] = {}
    if panel.changes:
        found["changes"] = comparison.compare_groups(engine, query, moment, held.before)
    if panel.rest:
        found["changes"] = comparison.compare_with_rest(engine, query, moment)
    if panel.is_line and (beside := held.beside(query)):
        asked, name = beside
        own = _only(asked.filters, uses)
        assert isinstance(own, Filters)
        found["beside"] = queries.ask(engine, replace(asked, filters=own), moment), name
    if draws(panel.draw, "events"):
        done = [event for name, event in marked.done if name in query.metrics]
        found["events"] = concerning([*marked.events, *done], query.filters)
    if draws(panel.draw, "goals"):
        found["goals"] = held_against(marked.goals, query)
    return found


def measured_on(answer: Answer) -> str:
    """On how many rows the values of an answer are measured: "n = 120 – 340"; "" for counts and curves."""
    if all(metric(name).unit == "count" for name in answer.query.metrics) or "month" in answer.rows:
        return ""
    known = answer.rows["n"][answer.rows["n"] > 0]
    if known.empty:
        return ""
    low, high = (formats.decimal(int(end), 0) for end in (known.min(), known.max()))
    return f"n = {low}" if low == high else f"n = {low} – {high}"
