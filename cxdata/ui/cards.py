"""The headline cards: value, change with its verdict, n, and a sparkline, each leading to its page."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cxdata import formats
from cxdata.charts import spark_svg
from cxdata.comparison import Comparison
from cxdata.drill import Selection
from cxdata.i18n import _
from cxdata.metrics import metric
from cxdata.metrics.words import VERDICTS
from cxdata.ui import look, rows, state
from cxdata.ui.view import View


def cards(view: View, links: Mapping[str, str], columns: int = 4) -> None:
    """A wall of cards: {metric: page it leads to, or ""}."""
    compared = view.compared(*links)
    sparks = state.ask(view.series(*links))
    pages = st.session_state.get("_pages", {})
    with st.container(key="cx-cards"):
        wall = st.grid(columns, min_column_width=138 if columns > 5 else 160, gap="small")
        for name, page in links.items():
            with wall, st.container(border=True, height="stretch", gap=None):
                entry = metric(name)
                title = _(entry.short or entry.label)
                found = compared[name]
                with st.container(
                    horizontal=True, vertical_alignment="top", gap=None, wrap=False, key=f"cx-head-{name}"
                ):
                    if page in pages:
                        st.page_link(pages[page], label=title, help=_(entry.meaning), width="stretch")
                    else:
                        st.html(f'<div class="cx-sub">{look.escaped(title)}</div>', width="stretch")
                    if st.button(
                        _("Rows behind this number"),
                        key=f"rows_of_{name}",
                        icon=":material/table_rows:",
                        type="tertiary",
                        help=_("Rows behind this number"),
                    ):
                        rows.show(Selection(name, view.filters), found.value, found.n)
                st.html(_body(found, view.held.name) + _spark(sparks.of(name)))


def figures(told: Sequence[tuple[str, str, str]]) -> None:
    """A row of numbers that are no metrics: (label, value, what else there is to say)."""
    wall = st.grid(len(told), min_column_width=130 if len(told) > 4 else 160, gap="small")
    for label, value, more in told:
        with wall, st.container(border=True, height="stretch", gap=None):
            st.html(
                f'<div class="cx-sub">{look.escaped(label)}</div><div class="cx-value">{look.escaped(value)}</div>'
                f'<div class="cx-small">{look.escaped(more)}</div>'
            )


def _body(found: Comparison, held: str) -> str:
    """The inside of a card; `held`: the name of the other selection that it is held against, "" for an earlier period."""
    entry = metric(found.metric)
    few = entry.unit != "count" and 0 < found.n < state.settings().minimum_n
    value = formats.value(found.value, entry.unit)
    unit = f'<span class="cx-small"> {_("of 7")}</span>' if found.metric == "ces" and found.n else ""
    lines = [
        f'<div class="cx-value{" few" if few else ""}" title="{look.escaped(interval(found))}">{value}{unit}</div>'
    ]
    chips = [_chip(found)] if not math.isnan(found.change) else []
    if few:
        chips.append(f'<span class="cx-chip">{_("few answers")}</span>')
    lines.append(f'<div class="cx-row">{"".join(chips)}</div>')
    small = []
    if not math.isnan(found.before):
        before = formats.value(found.before, entry.unit)
        small.append(_("{name}: {value}", name=held, value=before) if held else _("was {value}", value=before))
    if entry.unit != "count":
        small.append(f"n = {formats.decimal(found.n, 0)}")
    if found.ignored:
        small.append(_("all channels and priorities"))
    lines.append(f'<div class="cx-small">{"<br>".join(look.escaped(text) for text in small)}</div>')
    return "".join(lines)


def _chip(found: Comparison) -> str:
    """The change, and what it is worth: coloured only where it is clear."""
    entry = metric(found.metric)
    change = look.escaped(formats.change(found.change, entry.unit, entry.is_rate))
    if found.verdict in ("better", "worse"):
        return f'<span class="cx-chip {found.verdict}">{change} {look.escaped(_(VERDICTS[found.verdict]))}</span>'
    words = f'<span class="cx-small">{look.escaped(_(VERDICTS[found.verdict]))}</span>' if found.verdict else ""
    return f'<span class="cx-chip">{change}</span>{words}'


def interval(found: Comparison) -> str:
    """The 95% interval in words, for a hover; "" where there is none."""
    unit = metric(found.metric).unit
    if math.isnan(found.low) or math.isnan(found.high):
        return ""
    ends = f"{formats.value(found.low, unit)} – {formats.value(found.high, unit)}"
    return _("95% interval {ends}", ends=ends)


def _spark(rows: Any) -> str:
    values = list(rows["value"])
    return spark(values, last_partial=bool(rows["partial"].iloc[-1]) if values else False)


def spark(values: Sequence[float | None], *, last_partial: bool = False) -> str:
    """A sparkline as HTML; "" where there are fewer than two values."""
    svg = spark_svg(values, state.style().colours[0], last_partial=last_partial)
    if not svg:
        return ""
    data = base64.b64encode(svg.encode()).decode()
    return f'<div class="cx-spark"><img alt="" src="data:image/svg+xml;base64,{data}"></div>'
