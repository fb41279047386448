"""What the pages share: the store, the language, the theme, and cached answers and figures.

In: the environment (CX_DATABASE) and the session. Out: the store that is shown (the sample until there is other
data), and answers and figures cached by question and data version.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import streamlit as st

from cxdata import (
    alerting,
    before_after,
    comparison,
    drill,
    following,
    goal_overview,
    goal_records,
    goals,
    i18n,
    journal,
    needs,
    queries,
    summary,
)  # fmt: skip
from cxdata.arrays import Key
from cxdata.before_after import Reading
from cxdata.care import effect, follow_ups, groups, people, rules, scoring
from cxdata.care.effect import Effect
from cxdata.care.groups import Standing as GroupStanding
from cxdata.care.model import Learned
from cxdata.care.people import AtRisk, Expected, Profile, Totals, Wanted
from cxdata.care.purchases import Buying
from cxdata.charts import Style, draws
from cxdata.comparison import Comparison, Rest
from cxdata.drill import Selection
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError
from cxdata.events import Event, Kept, concerning
from cxdata.filters import Filters, Period
from cxdata.following import Standing
from cxdata.goal_overview import Followed
from cxdata.goals import Action, Goal
from cxdata.i18n import _
from cxdata.questions import Answer, Moment, Query
from cxdata.sample import FILES, FOLDER, import_sample, keep_alerts
from cxdata.sample_care import keep_follow_ups
from cxdata.sample_goals import keep_goals
from cxdata.sample_meeting import keep_meeting
from cxdata.settings import Settings
from cxdata.store import Store
from cxdata.summary import Summary
from cxdata.views import KeptView

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ROOT / "pages"
STATIC = Path(__file__).resolve().parent / "static"
Held = Period | Filters | None
Against = Period | Rest | None
_sample_lock = threading.Lock()


def database_path() -> Path:
    return Path(os.environ.get("CX_DATABASE") or ROOT / "data" / "cx.duckdb")


@st.cache_resource(show_spinner=False)
def own_store() -> Store:
    """The organisation's database. Raises CxError where it does not open."""
    return Store(database_path())


@st.cache_resource(show_spinner=False)
def sample_store() -> Store:
    """The sample company, imported once and kept beside the database under the fingerprint of its files."""
    with _sample_lock:
        path = database_path().parent / f"sample-{_fingerprint()}.duckdb"
        try:
            store = Store(path)
        except CxError:  # another dashboard holds it, or the folder cannot be written
            store = Store(None)
        if len(store.imports()) < len(FILES):
            if store.imports():
                store.close()
                path.unlink(missing_ok=True)
                store = Store(path)
            import_sample(store, now=datetime.now(UTC))
            keep_alerts(store)
            keep_goals(store)
            keep_meeting(store)
            keep_follow_ups(store)
            alerting.check(store, ())
            scoring.ensure(store)
        return store


def _fingerprint() -> str:
    """Changes with the sample files and with the code that turns them into facts."""
    digest = hashlib.sha256()
    code = (ROOT / "cxdata").glob("*.py")
    for path in sorted([FOLDER / name for name in FILES] + [*code, *(ROOT / "cxdata" / "sources").glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def shows_sample() -> bool:
    """Whether the sample is shown: the organisation has imported nothing yet, or this reader asked for it."""
    return not has_own_data() or bool(st.session_state.get("_sample"))


def has_own_data() -> bool:
    return any(row["undone_at"] is None for row in _imports(own_store().version))


@st.cache_data(show_spinner=False, max_entries=4)
def _imports(version: int) -> list[dict[str, Any]]:  # noqa: ARG001
    return own_store().imports()


def shown_store() -> Store:
    return sample_store() if shows_sample() else own_store()


def version() -> tuple[str, int]:
    """What caches carry in their key: which store, and the state of its data."""
    return ("sample", sample_store().version) if shows_sample() else ("own", own_store().version)


def engine() -> DuckDBEngine:
    return DuckDBEngine(shown_store())


@st.cache_data(show_spinner=False, max_entries=8)
def _settings(key: tuple[str, int]) -> tuple[Settings, Moment | None]:  # noqa: ARG001
    return shown_store().settings(), shown_store().moment()


def settings() -> Settings:
    return _settings(version())[0]


def moment() -> Moment | None:
    """As-of of the data that is shown; None without any."""
    return _settings(version())[1]


def the_moment() -> Moment:
    found = moment()
    if found is None:
        st.stop()
    return found


def use_language() -> None:
    """Set the language of this run: the reader's choice, else the setting. Fragments run without the frame."""
    i18n.set_language(st.session_state.get("lang") or settings().language)


def is_dark() -> bool:
    return st.context.theme.type == "dark"


def style() -> Style:
    return Style(is_dark(), settings().minimum_n)


_Cached = TypeVar("_Cached", bound=Callable[..., Any])
_remembered: list[Any] = []


def remembered(entries: int) -> Callable[[_Cached], _Cached]:
    """Keep so many answers of a function, shared by all readers and not to be changed. Its first argument says of what."""

    def kept(function: _Cached) -> _Cached:
        cached = st.cache_resource(show_spinner=False, max_entries=entries)(function)
        _remembered.append(cached)
        return cast("_Cached", cached)

    return kept


def forget() -> None:
    """Drop every cached answer, figure and row, in which somebody may stand who was erased."""
    st.cache_data.clear()
    for cached in _remembered:
        cached.clear()


# --- cached questions ---------------------------------------------------------------------------------------


@remembered(600)
def _ask(key: tuple[str, int], query: Query) -> Answer:  # noqa: ARG001
    return queries.ask(engine(), query, the_moment())


def ask(query: Query) -> Answer:
    """The answer of a question, cached until the data or the settings change. Not to be changed."""
    return _ask(version(), query)


@remembered(300)
def _compare(key: tuple[str, int], query: Query, other: Held) -> dict[str, Comparison]:  # noqa: ARG001
    return comparison.compare(engine(), query, the_moment(), other)


def compare(query: Query, other: Held) -> dict[str, Comparison]:
    """Each metric of a question in total against another period or selection."""
    return _compare(version(), query, other)


@remembered(300)
def _changes(key: tuple[str, int], query: Query, other: Held | Rest) -> dict[Key, Comparison]:  # noqa: ARG001
    if isinstance(other, Rest):
        return comparison.compare_with_rest(engine(), query, the_moment())
    return comparison.compare_groups(engine(), query, the_moment(), other)


@remembered(50)
def _summarised(key: tuple[str, int], names: tuple[str, ...], filters: Filters, other: Held) -> Summary:  # noqa: ARG001
    return summary.summarise(engine(), names, filters, the_moment(), other)


def summarised(names: tuple[str, ...], filters: Filters, other: Held) -> Summary:
    """What changed beyond noise among some metrics."""
    return _summarised(version(), names, filters, other)


def changes(query: Query, other: Held | Rest) -> dict[Key, Comparison]:
    """Each group of a question about one metric against another period; with REST, of any metrics against the other groups."""
    return _changes(version(), query, other)


@remembered(300)
def _figure(
    key: tuple[Any, ...],  # noqa: ARG001
    query: Query,
    _draw: Callable[..., go.Figure],
    options: tuple[tuple[str, Any], ...],
    before: Against,
    beside: tuple[Query, str] | None,
) -> go.Figure:
    return _draw(ask(query), style(), **drawn_with(dict(options), query, before, beside))


def drawn_with(
    options: dict[str, Any], query: Query, before: Against, beside: tuple[Query, str] | None
) -> dict[str, Any]:
    """The options of a drawing function with the answers that stand beside its own."""
    more: dict[str, Any] = {"changes": changes(query, before)} if before else {}
    if beside:
        more["beside"] = (ask(beside[0]), beside[1])
    return options | more


def with_marks(draw: Callable[..., go.Figure], query: Query, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a drawing function, with the events and goals that concern the question where it draws them."""
    found = dict(options)
    if draws(draw, "events"):
        found["events"] = concerning(happened(query.metrics), query.filters)
    if draws(draw, "goals"):
        found["goals"] = goals.concerning([kept.goal for kept in all_goals()], query)
    return found


def figure(
    draw: Callable[..., go.Figure],
    query: Query,
    before: Against = None,
    beside: tuple[Query, str] | None = None,
    **options: Any,
) -> go.Figure:
    """A figure of a question with its events and goals, cached by question, theme, language and data. Not to be changed.

    `before`: groups are held against that period, or each other; `beside`: (a question, its name) drawn beside the line. A drawing
    function that takes `events` or `goals` is handed those that concern the question.
    """
    options = with_marks(draw, query, options)
    key = (version(), draw.__name__, is_dark(), i18n.language(), settings().minimum_n)
    return _figure(key, query, draw, tuple(sorted(options.items())), before, beside)


@st.cache_data(show_spinner=False, max_entries=8)
def _events(key: tuple[bool, int]) -> tuple[Kept, ...]:  # noqa: ARG001
    return shown_store().events()


def events() -> tuple[Kept, ...]:
    """The events of the store that is shown, newest first; changes of others are there at once."""
    sample = shows_sample()
    return _events((sample, (sample_store() if sample else own_store()).events_version))


@st.cache_data(show_spinner=False, max_entries=8)
def _journal(key: tuple[bool, int], what: str) -> Any:  # noqa: ARG001
    return getattr(goal_records, what)(shown_store())


def _journaled(what: str) -> Any:
    return _journal((shows_sample(), journal.number(shown_store())), what)


def all_goals() -> tuple[goal_records.Kept, ...]:
    """The goals of the store that is shown, drafts included; changes of others are there at once."""
    found: tuple[goal_records.Kept, ...] = _journaled("goals")
    return found


def actions() -> tuple[Action, ...]:
    found: tuple[Action, ...] = _journaled("actions")
    return found


def objectives() -> tuple[str, ...]:
    found: tuple[str, ...] = _journaled("objectives")
    return found


def happened(metrics: Sequence[str] = ()) -> tuple[Event, ...]:
    """The events that are kept, and the actions that are done for goals on these metrics; none given: for all goals."""
    done: tuple[tuple[str, Event], ...] = _journaled("done_as_events")
    return (*(kept.event for kept in events()), *(event for name, event in done if not metrics or name in metrics))


@remembered(200)
def _standing(key: tuple[str, int], goal: Goal) -> Standing:  # noqa: ARG001
    return following.standing(engine(), goal, the_moment())


def standing(goal: Goal) -> Standing:
    """Where a goal stands, cached until the data or the settings change."""
    return _standing(version(), goal)


@remembered(200)
def _history(key: tuple[str, int], goal: Goal) -> Answer | None:  # noqa: ARG001
    return following.history(engine(), goal, the_moment())


def history(goal: Goal) -> Answer | None:
    """The metric of a goal on its rows over all periods. Its target and dates do not matter."""
    asked = Goal(0, goal.metric, goal.values, grain=goal.grain, clock=goal.clock)
    return _history(version(), asked)


@st.cache_data(show_spinner=False, max_entries=50)
def _needs(key: tuple[str, int], filters: Filters) -> tuple[list[needs.Comment], list[needs.Reason]]:  # noqa: ARG001
    store, moment = shown_store(), the_moment()
    return needs.comments(store, filters, moment), needs.reasons(store, filters, moment)


def cached_needs(filters: Filters) -> tuple[list[needs.Comment], list[needs.Reason]]:
    """(the comments with the lowest scores, the most frequent reasons and tags) of a selection."""
    return _needs(version(), filters)


@remembered(8)
def _followed(key: tuple[Any, ...], day: date) -> tuple[Followed, ...]:  # noqa: ARG001
    standings = following.by_need(standing(kept.goal) for kept in all_goals())
    return goal_overview.followed(shown_store(), standings, day)


def followed() -> tuple[Followed, ...]:
    """All goals with where they stand and what was said and done, those that need it most first."""
    store = shown_store()
    return _followed((version(), journal.number(store), store.events_version), today())


def today() -> date:
    """The day on which reviews and actions are due or not: of the sample the day up to which its data goes."""
    zone = ZoneInfo(settings().zone)
    return the_moment().complete_until if shows_sample() else datetime.now(zone).date()


@st.cache_data(show_spinner=False, max_entries=8)
def _views(key: tuple[bool, int]) -> tuple[KeptView, ...]:  # noqa: ARG001
    return shown_store().views()


def views() -> tuple[KeptView, ...]:
    """The saved views of the store that is shown, by name; changes of others are there at once."""
    return _views((shows_sample(), shown_store().views_version))


@remembered(100)
def _reading(key: tuple[Any, ...], event: Event, others: tuple[Event, ...]) -> Reading:  # noqa: ARG001
    return before_after.reading(engine(), event, others, the_moment())


def reading(event: Event) -> Reading:
    """What was different after an event, in the reader's language; cached until the data or the events change."""
    return _reading((version(), i18n.language()), event, happened())


@remembered(4)
def _learned(key: tuple[str, int]) -> Learned:  # noqa: ARG001
    return scoring.ensure(shown_store())


def learned() -> Learned:
    """What the past says of who leaves; customers are scored after an import, and else here, once."""
    with st.spinner(_("Working out which customers are at risk …")):
        return _learned(version())


@remembered(4)
def _buying(key: tuple[str, int]) -> Buying:  # noqa: ARG001
    return scoring.buying(shown_store())


def buying() -> Buying:
    """What the purchases say of who still buys; worked out after an import, and else here, once."""
    learned()
    return _buying(version())


@st.cache_data(show_spinner=False, max_entries=50)
def _expected(key: tuple[str, int], filters: Filters) -> tuple[Expected, list[dict[str, Any]]]:  # noqa: ARG001
    return people.expected(shown_store(), filters), people.quiet(shown_store(), filters)


def expected_purchases(filters: Filters) -> tuple[Expected, list[dict[str, Any]]]:
    """(what is expected of those who buy without a contract, those of them who may have gone quiet)."""
    return _expected(version(), filters)


@st.cache_data(show_spinner=False, max_entries=50)
def _standings(key: tuple[str, int], filters: Filters, by: str) -> list[GroupStanding]:  # noqa: ARG001
    return groups.standings(shown_store(), filters, by, the_moment())


def group_standings(filters: Filters, by: str) -> list[GroupStanding]:
    """How many customers there are in each group, what they pay and how many leave; the whole first."""
    learned()
    return _standings(version(), filters, by)


@st.cache_data(show_spinner=False, max_entries=100)
def _people(key: tuple[str, int], wanted: Wanted, limit: int, offset: int) -> tuple[int, list[dict[str, Any]]]:  # noqa: ARG001
    return people.page(shown_store(), wanted, limit, offset)


def people_page(wanted: Wanted, size: int, page: int) -> tuple[int, int, list[dict[str, Any]]]:
    """(the page shown, how many customers a list has, its rows); past the end of the list it is the last page."""
    found, rows = _people(version(), wanted, size, page * size)
    if not rows and found:
        page = (found - 1) // size
        found, rows = _people(version(), wanted, size, page * size)
    return page, found, rows


@st.cache_data(show_spinner=False, max_entries=100)
def _totals(key: tuple[str, int], wanted: Wanted) -> Totals:  # noqa: ARG001
    return people.totals(shown_store(), wanted)


def people_totals(wanted: Wanted) -> Totals:
    """What a list of customers adds up to."""
    return _totals(version(), wanted)


@st.cache_data(show_spinner=False, max_entries=50)
def _profile(key: tuple[str, int], customer: str) -> Profile:  # noqa: ARG001
    return people.profile(shown_store(), engine(), customer, the_moment())


def profile(customer: str) -> Profile:
    """Everything the data hold of a customer. Raises CxError where there is none of that number."""
    learned()
    return _profile(version(), customer)


@st.cache_data(show_spinner=False, max_entries=8)
def _follow_ups(key: tuple[bool, int]) -> tuple[follow_ups.Kept, ...]:  # noqa: ARG001
    return follow_ups.follow_ups(shown_store())


def all_follow_ups() -> tuple[follow_ups.Kept, ...]:
    """The follow-ups of the store that is shown; changes of others are there at once."""
    return _follow_ups((shows_sample(), journal.number(shown_store())))


@remembered(20)
def _at_risk(key: tuple[Any, ...], team: str, day: date) -> AtRisk:  # noqa: ARG001
    filters = Filters(values={"team": (team,)} if team else {})
    in_force = rules.rules(settings())
    return people.at_risk(shown_store(), learned(), filters, all_follow_ups(), day, in_force)


def at_risk(team: str = "") -> AtRisk:
    """The customers of a team, or of all, that a meeting should hear of."""
    return _at_risk((version(), journal.number(shown_store())), team, today())


@remembered(4)
def _effects(key: tuple[Any, ...]) -> tuple[Effect, Effect]:  # noqa: ARG001
    kept, found = all_follow_ups(), learned()
    by_draw = effect.of_draw(engine(), kept, the_moment())
    return by_draw, effect.of_those_alike(engine(), kept, the_moment(), found)


def effects() -> tuple[Effect, Effect]:
    """Whether following up helps: (by the draw, by those alike in risk)."""
    with st.spinner(_("Comparing with customers alike in risk …")):
        return _effects((version(), journal.number(shown_store())))


@st.cache_data(show_spinner=False, max_entries=50)
def _values(key: tuple[str, int], name: str) -> list[str]:  # noqa: ARG001
    return queries.distinct_values(engine(), name)


@st.cache_data(show_spinner=False, max_entries=8)
def _own_groups(key: tuple[str, int]) -> tuple[str, ...]:  # noqa: ARG001
    return queries.own_groups(engine())


def own_groups() -> tuple[str, ...]:
    """The names of the columns that imports keep to compare groups by."""
    return _own_groups(version())


@st.cache_data(show_spinner=False, max_entries=20)
def _has(key: tuple[str, int], facts: str) -> bool:  # noqa: ARG001
    return bool(engine().query(f"select count(*) > 0 as there from {facts}").to_pylist()[0]["there"])


@st.cache_data(show_spinner=False, max_entries=100)
def _behind(key: tuple[str, int], what: str, chosen: Selection) -> Any:  # noqa: ARG001
    return getattr(drill, what)(engine(), chosen, the_moment())


def cached_behind(what: str, chosen: Selection) -> Any:
    """An answer of `drill` about a selection: recomputed, left_out or presets; cached until the data change."""
    return _behind(version(), what, chosen)


def has(facts: str) -> bool:
    """Whether a fact table has rows at all."""
    return _has(version(), facts)


def values(name: str) -> list[str]:
    """The values of a dimension in the data."""
    return _values(version(), name)


@st.cache_data(show_spinner=False, max_entries=50)
def cached_rows(key: tuple[str, int], _make: Callable[..., Any], name: str, filters: Filters, *more: Any) -> Any:  # noqa: ARG001
    """Rows behind numbers, cached by what was asked of them."""
    return _make(engine(), filters, the_moment(), *more)
