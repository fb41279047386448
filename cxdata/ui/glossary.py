"""The reference of the numbers: the registry of metrics in both languages, and the rules that hold for all."""

from __future__ import annotations

import streamlit as st

from cxdata import formats
from cxdata.i18n import LANGUAGES, N_, _, language, set_language
from cxdata.metrics import ALL, FAMILIES
from cxdata.metrics.base import Metric
from cxdata.settings import Settings
from cxdata.ui import look

UNITS = {
    "count": N_("number"),
    "duration": N_("duration"),
    "share": N_("percent"),
    "nps": N_("points, −100 to 100"),
    "score": N_("points on the scale"),
    "number": N_("number"),
    "quality": N_("0 to 100"),
    "money": N_("euro"),
}
FILED = {
    "created": N_("creation"),
    "resolved": N_("resolution"),
    "answered": N_("answer"),
    "started": N_("start and cancel date"),
    "purchased": N_("purchase"),
}
BETTER = {"higher": N_("higher is better"), "lower": N_("lower is better"), "": N_("neither high nor low is better")}
RULES = (
    N_("Nothing measured is shown as –, never as 0. Percent changes are not taken from zero or from nothing."),
    N_("n is the number of rows a value was measured on. Below {n} a value is muted: few answers."),
    N_("A period that is not complete is drawn open and dashed, and takes no part in a comparison."),
    N_("Totals are computed from the rows again, never averaged from averages."),
    N_("Open clocks are read at the newest moment in the data, or at the moment chosen in the settings."),
    N_("Deleted tickets and spam are in no metric. Solved and closed both mean resolved."),
    N_("Medians and percentiles interpolate between values (type 7, as NumPy and Excel do)."),
    N_(
        "A change is coloured only when it is clear: its 95% interval does not hold zero (durations: Mann–Whitney test)."
    ),
)


def _in(code: str, message: str) -> str:
    """The message in a language, whatever the reader's."""
    before = language()
    set_language(code)
    try:
        return _(message)
    finally:
        set_language(before)


def matches(entry: Metric, search: str) -> bool:
    """Whether the words are in the metric's name, label or meaning, in any language."""
    texts = [entry.name]
    for code in LANGUAGES:
        texts += [_in(code, text) for text in (entry.label, entry.meaning, entry.short) if text]
    return all(word in " ".join(texts).casefold() for word in search.casefold().split())


def show(search: str) -> None:
    """Every metric that the words fit, by family."""
    other = next(code for code in LANGUAGES if code != language())
    found = [entry for entry in ALL if matches(entry, search)]
    if not found:
        st.html(f'<div class="cx-sub">{_("No metric has these words.")}</div>')
    for family, label in FAMILIES.items():
        entries = [entry for entry in found if entry.family == family]
        if not entries:
            continue
        st.header(_(label), anchor=False)
        wall = st.grid(2, min_column_width=380, gap="small")
        for entry in entries:
            with wall, st.container(border=True, height="stretch", gap=None):
                st.html(_definition(entry, other))


def _definition(entry: Metric, other: str) -> str:
    facts = [
        (_("Formula"), _(entry.formula)),
        (_("Filed by"), _(FILED[entry.time])),
        (_("Unit"), f"{_(UNITS[entry.unit])}, {_(BETTER[entry.better])}"),
    ]
    if entry.source:
        facts.append((_("Source"), entry.source))
    lines = "".join(
        f'<div class="cx-small"><b>{look.escaped(label)}</b>: {look.escaped(text)}</div>' for label, text in facts
    )
    also = f"{_in(other, entry.label)} · {entry.name}"
    return (
        f'<div class="cx-title">{look.escaped(_(entry.label))}</div><div class="cx-small">{look.escaped(also)}</div>'
        f'<div style="margin:.35rem 0">{look.escaped(_(entry.meaning))}</div>{lines}'
    )


def rules(settings: Settings) -> None:
    st.header(_("Rules for all numbers"), anchor=False)
    with st.container(border=True):
        n = formats.decimal(settings.minimum_n, 0)
        st.markdown("\n".join(f"- {_(rule, n=n) if '{n}' in rule else _(rule)}" for rule in RULES))
