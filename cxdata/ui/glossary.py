"""The reference of the numbers: the registry of metrics with what each is now, and the rules that hold for all.

In: the reader's words and the family. Out: a card for every metric that fits, searched in all languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import streamlit as st

from cxdata import formats, selection
from cxdata.boards import place_of
from cxdata.drill import Selection
from cxdata.filters import FILTERS, Filters
from cxdata.i18n import LANGUAGES, _, language, set_language
from cxdata.metrics import ALL, FAMILIES
from cxdata.metrics.base import Curve, Metric
from cxdata.metrics.words import BETTER, FILED, RULES, UNITS
from cxdata.questions import TOTAL, Query
from cxdata.selection import CLOCK_WORDS
from cxdata.settings import Settings
from cxdata.ui import aim, look, rows, state
from cxdata.ui.cards import spark
from cxdata.ui.menu import MENU

EVERY = ""  # the choice of all families
SHORTEST = 4  # letters of a word that may have a typo


@dataclass(frozen=True)
class Now:
    """What a metric is over the last 12 whole months: value, n and a value for each month, or of a curve."""

    value: float
    n: float
    series: tuple[float, ...]


# --- searching ----------------------------------------------------------------------------------------------


def _in(code: str, message: str) -> str:
    """The message in a language, whatever the reader's."""
    before = language()
    set_language(code)
    try:
        return _(message)
    finally:
        set_language(before)


@cache
def _texts(entry: Metric) -> str:
    """All that is said of a metric, in every language."""
    said = [entry.label, entry.short, entry.meaning, entry.formula, *entry.pitfalls]
    return " ".join([entry.name, *(_in(code, text) for code in LANGUAGES for text in said if text)]).casefold()


@cache
def _words(entry: Metric) -> tuple[str, ...]:
    text = _texts(entry).replace("_", " ")
    return tuple({"".join(letter for letter in word if letter.isalnum()) for word in text.split()})


def found(search: str, entries: Iterable[Metric] = ALL) -> tuple[tuple[Metric, ...], bool]:
    """(the metrics that hold all words, whether they hold them as written); else those that do but for a letter."""
    asked, known = search.casefold().split(), tuple(entries)
    exact = tuple(entry for entry in known if all(word in _texts(entry) for word in asked))
    if exact:
        return exact, True
    return tuple(entry for entry in known if all(_nearly(word, entry) for word in asked)), False


def _nearly(word: str, entry: Metric) -> bool:
    """Whether a metric holds the word, or one that differs in a letter from it."""
    if word in _texts(entry):
        return True
    cutoff = 1 - 1.01 / len(word)
    return len(word) >= SHORTEST and bool(get_close_matches(word, _words(entry), n=1, cutoff=cutoff))


# --- what they are now --------------------------------------------------------------------------------------


def _last_year() -> Filters:
    """The last 12 whole months of everything."""
    moment = state.the_moment()
    return Filters(selection.whole_year(moment.complete_until), {}, moment.settings.clock)


def _now() -> Mapping[str, Now]:
    """Every metric over the last 12 whole months of everything, asked at once; nothing without data."""
    moment = state.moment()
    if moment is None:
        return {}
    filters = _last_year()
    names = tuple(entry.name for entry in ALL if state.has(entry.table) and not isinstance(entry.measure, Curve))
    shown = {}
    if names:
        totals, series = state.ask(Query(names, TOTAL, (), filters)), state.ask(Query(names, "month", (), filters))
        for name in names:
            row = totals.one(name)
            shown[name] = Now(row["value"], row["n"], tuple(series.of(name)["value"]))
    if state.has("customer_facts"):
        curve = state.ask(Query(("survival",), TOTAL, (), filters)).rows
        after = curve[curve["month"] == 12]
        if len(after):
            shown["survival"] = Now(after["value"].iloc[0], after["n"].iloc[0], tuple(curve["value"]))
    return shown


# --- the page -----------------------------------------------------------------------------------------------


def show(search: str, family: str) -> None:
    """Every metric of the family that the words fit."""
    other = next(code for code in LANGUAGES if code != language())
    fitting, as_written = found(search, (entry for entry in ALL if family in (EVERY, entry.family)))
    if not fitting:
        st.html(f'<div class="cx-sub">{_("No metric has these words.")}</div>')
    elif not as_written:
        st.html(f'<div class="cx-sub">{look.escaped(_("Nothing has exactly these words. Nearest:"))}</div>')
    now = _now()
    for code, label in FAMILIES.items():
        entries = [entry for entry in fitting if entry.family == code]
        if not entries:
            continue
        st.header(_(label), anchor=False)
        wall = st.grid(2, min_column_width=340, gap="small")
        for entry in entries:
            with wall, st.container(border=True, height="stretch", gap=None, key=f"cx-def-{entry.name}"):
                st.html(_definition(entry, other, now.get(entry.name)))
                if entry.name in now and entry.name == "first_contact_resolution":
                    st.html(rows.presets(Selection(entry.name, _last_year())))
                _link(entry)


def about_now() -> str:
    """Of which period the numbers on the page are; "" without data."""
    moment = state.moment()
    if moment is None:
        return ""
    return _(
        "Values: everything, {period}, {clock}.",
        period=formats.span(selection.whole_year(moment.complete_until)),
        clock=_(CLOCK_WORDS[moment.settings.clock]).lower(),
    )


def _link(entry: Metric) -> None:
    page, _panel = place_of(entry.name)
    titles = {name: title for entries in MENU.values() for name, title, _icon in entries}
    if page:
        aim.link(entry.name, _("Shown on: {page}", page=_(titles[page])), ":material/arrow_forward:")


def _definition(entry: Metric, other: str, now: Now | None) -> str:
    interval = entry.measure.interval_by
    facts = [
        (_("Formula"), _(entry.formula)),
        (_("Unit"), f"{_(UNITS[entry.unit])}, {_(BETTER[entry.better])}"),
        (_("Filed by"), _(FILED[entry.time])),
        (_("Interval"), f"95%, {_(interval)}" if interval else _("none")),
        (_("Split by"), ", ".join(_(one.label).lower() for one in FILTERS if entry.table in one.facts)),
    ]
    if entry.source:
        facts.append((_("Source"), entry.source))
    lines = "".join(f"<span>{look.escaped(label)}</span><div>{look.escaped(text)}</div>" for label, text in facts)
    return (
        f'<div class="cx-def"><div class="cx-def-name"><div class="cx-title">{look.escaped(_(entry.label))}</div>'
        f'<div class="cx-small">{look.escaped(f"{_in(other, entry.label)} · {entry.name}")}</div></div>'
        f'<div class="cx-def-now">{_value(entry, now)}</div>'
        f'<div class="cx-def-meaning">{look.escaped(_(entry.meaning))}</div><div class="cx-def-facts">{lines}</div>'
        f"{_pitfalls(entry.pitfalls)}</div>"
    )


def _value(entry: Metric, now: Now | None) -> str:
    if now is None:
        return f'<div class="cx-small">{look.escaped(_("a curve"))}</div>' if isinstance(entry.measure, Curve) else ""
    few = entry.unit != "count" and now.n < state.settings().minimum_n
    small = [] if entry.unit == "count" else [f"n = {formats.decimal(now.n, 0)}"]
    if isinstance(entry.measure, Curve):
        small.insert(0, _("after 12 months"))
    return (
        f'<div class="cx-value{" few" if few else ""}">{look.escaped(formats.value(now.value, entry.unit))}</div>'
        f'<div class="cx-small">{"<br>".join(look.escaped(text) for text in small)}</div>{spark(now.series)}'
    )


def _pitfalls(texts: Sequence[str]) -> str:
    points = "".join(f"<li>{look.escaped(_(text))}</li>" for text in texts)
    return (
        f'<div class="cx-def-mind"><b>{look.escaped(_("Often confused"))}</b><ul>{points}</ul></div>' if points else ""
    )


def rules(settings: Settings) -> None:
    st.header(_("Rules for all numbers"), anchor=False)
    with st.container(border=True):
        n = formats.decimal(settings.minimum_n, 0)
        st.markdown("\n".join(f"- {_(rule, n=n) if '{n}' in rule else _(rule)}" for rule in RULES))
