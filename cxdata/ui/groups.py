"""Two groups held against each other on every metric at once, and small charts of all groups side by side."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from cxdata import charts, comparison, formats
from cxdata.comparison import Comparison
from cxdata.filters import FILTERS, NOTHING, Filters, dimension
from cxdata.i18n import _
from cxdata.metrics import ALL, metric
from cxdata.metrics.base import Curve
from cxdata.questions import Query
from cxdata.ui import differences, look, state
from cxdata.ui.differences import Words
from cxdata.ui.panels import panel, plain_csv
from cxdata.ui.view import View


def show(view: View) -> None:
    """The choices, the table and the small charts."""
    names = [*(entry.name for entry in FILTERS), *state.own_groups()]
    offered = [name for name in names if len(state.values(name)) > 1]
    if not offered:
        look.empty(_("This page needs two groups: teams, channels, priorities or segments in the data."))
        return
    by = _split(offered)
    kept = replace(view.filters, values={name: own for name, own in view.filters.values.items() if name != by})
    if by in view.filters.values:
        said = _("The filter on {dimension} does not hold here.", dimension=_(dimension(by).label).lower())
        st.html(f'<div class="cx-sub">{look.escaped(said)}</div>')
    _two(by, kept)
    _all(view, by, kept)


def _split(offered: list[str]) -> str:
    session = st.session_state
    if session.get("split") not in offered:
        session["split"] = offered[0]
    with st.container(border=True):
        st.segmented_control(
            _("Split by"), offered, format_func=lambda name: _(dimension(name).label), key="split", required=True,
            help=_("Any other column of an export, such as the variant of an A/B test: keep it on import as a group."),
        )  # fmt: skip
        by = str(session["split"])
        words = [*state.values(by), NOTHING]
        first = [word for word in session.get("first") or [] if word in words] or words[:1]
        second = [word for word in session.get("second") or [] if word in words and word not in first]
        session["first"], session["second"] = first, second
        left, right = st.columns(2)
        left.multiselect(_("First group"), words, key="first", format_func=partial(formats.group, by), select_all=False)
        right.multiselect(
            _("Second group"), [word for word in words if word not in first], key="second",
            format_func=partial(formats.group, by), placeholder=_("All others"), select_all=False,
        )  # fmt: skip
    return by


def _two(by: str, kept: Filters) -> None:
    """Every metric of the first group against the second."""
    first = tuple(st.session_state["first"])
    second = tuple(st.session_state["second"])
    others = second or tuple(word for word in [*state.values(by), NOTHING] if word not in first)
    names = tuple(
        entry.name for entry in ALL
        if not isinstance(entry.measure, Curve) and entry.table in dimension(by).facts and state.has(entry.table)
    )  # fmt: skip
    own, other = (replace(kept, values={**kept.values, by: words}) for words in (first, others))
    found = [one for one in state.compare(Query(names, filters=own), other).values() if one.n or one.before_n]
    left, right = _name(by, first), _name(by, second) if second else _("all others")
    st.header(_("{first} against {second}", first=look.plain(left), second=look.plain(right)), anchor=False)
    with st.container(border=True):
        if not found:
            st.html(f'<div class="cx-sub">{look.escaped(_("Neither group has anything in this selection."))}</div>')
            return
        st.html(f'<div class="cx-sub">{look.escaped(_caveats(found))}</div>')
        words = Words(right, left, _("Difference"), _("Clearly different"), _("No clear difference"))
        st.html(differences.table(found, words))
        st.download_button(
            _("Download CSV"), data=lambda: plain_csv(pd.DataFrame(comparison.records(found, "first", "second"))), mime="text/csv",
            file_name=f"{by}_groups.csv", icon=":material/download:", on_click="ignore", key="groups_csv",
        )  # fmt: skip


def _name(by: str, words: tuple[str, ...]) -> str:
    return ", ".join(formats.group(by, word) for word in words)


def _caveats(found: list[Comparison]) -> str:
    judged = sum(one.verdict != "" for one in found)
    return _(
        "{period}. The verdicts allow for {count} metrics (Benjamini–Hochberg at 5%); durations are judged by a rank test. "
        "Unless customers were divided by lot, as in an A/B test, a difference does not say what caused it.",
        period=formats.span(found[0].period),
        count=judged,
    )


def _all(view: View, by: str, kept: Filters) -> None:
    """One metric over the periods, a small chart for every group."""
    offered = [
        entry.name for entry in ALL
        if not isinstance(entry.measure, Curve) and entry.table in dimension(by).facts and state.has(entry.table)
    ]  # fmt: skip
    st.header(_("All groups side by side"), anchor=False)
    if st.session_state.get("metric") not in offered:
        st.session_state["metric"] = offered[0]
    name = st.selectbox(_("Metric"), offered, format_func=lambda name: _(metric(name).label), key="metric")
    query = Query((name,), view.grain, (by,), kept)
    panel(
        "multiples",
        _(metric(name).label),
        _("On one scale; grey is everything together; the newest complete value beside the name, worst first"),
        charts.multiples,
        query,
        beside=(replace(query, by=()), _("Everything")),
    )
