"""The reference of the numbers: the registry of metrics in both languages, and the rules that hold for all."""

from __future__ import annotations

import streamlit as st

from cxdata import formats
from cxdata.i18n import LANGUAGES, _, language, set_language
from cxdata.metrics import ALL, FAMILIES
from cxdata.metrics.base import Metric
from cxdata.metrics.words import BETTER, FILED, RULES, UNITS
from cxdata.settings import Settings
from cxdata.ui import look


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
