"""What was different after an event: the days compared, what else changed, and a table of all metrics."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cxdata import before_after, events, formats
from cxdata.comparison import Comparison
from cxdata.events import Event
from cxdata.i18n import N_, _
from cxdata.metrics import metric
from cxdata.metrics.words import VERDICTS
from cxdata.selection import CLOCK_WORDS
from cxdata.ui import look, state
from cxdata.ui.panels import plain_csv

GROUPS = (
    (("better", "worse"), N_("Clear changes")),
    (("none",), N_("No clear change")),
    (("",), N_("Not judged: no direction that is good, no interval, or few answers")),
)


def show(event: Event) -> None:
    """The reading of an event, with everything that makes it less sure."""
    found = state.reading(event)
    st.header(_("Before and after: {name}", name=look.plain(event.name)), anchor=False)
    with st.container(border=True):
        whose = event.team or _("All teams")
        about = [events.when(event), whose, _(CLOCK_WORDS[state.settings().clock])]
        lines = [look.escaped(" · ".join(about)), *(look.escaped(text) for text in found.unread)]
        st.html("".join(f'<div class="cx-sub">{line}</div>' for line in lines))
        if not found.found:
            return
        for part in found.parts:
            st.html(f'<div class="cx-sub">{look.escaped(before_after.sentence(part))}</div>')
        if found.warnings:
            lines = [f"**{_('Something else changed at the same time')}**", *map(look.plain, found.warnings)]
            st.warning("  \n".join(lines), icon=":material/warning:")
        st.html(f'<div class="cx-sub">{look.escaped(_caveats(found.found))}</div>')
        st.html(_table(found.found))
        st.download_button(
            _("Download CSV"), data=lambda: plain_csv(pd.DataFrame(before_after.rows(found))), mime="text/csv",
            file_name=f"before_after_{event.id}.csv", icon=":material/download:", on_click="ignore", key="reading_csv",
        )  # fmt: skip


def _caveats(found: Sequence[Comparison]) -> str:
    return _(
        "The verdicts allow for {count} metrics at once (Benjamini–Hochberg at 5%), so that a single interval beside zero may "
        "still be no clear change. Durations are judged by a rank test. Before against after is no experiment: it says that "
        "something changed, not that the event did it.",
        count=sum(not math.isnan(one.p) for one in found),
    )


def _table(found: Sequence[Comparison]) -> str:
    heads = [
        _("Metric"), _("Before"), _("After"), _("Change"), _("95% interval of the difference"), _("n before"), _("n after"),
        "",
    ]  # fmt: skip
    body = []
    for verdicts, label in GROUPS:
        rows = [_row(one) for one in found if one.verdict in verdicts]
        if rows:
            body += [f'<tr><th colspan="8">{look.escaped(_(label))}</th></tr>', *rows]
    head = "".join(f'<th scope="col">{look.escaped(text)}</th>' for text in heads)
    return f'<div class="cx-table"><table><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'


def _row(one: Comparison) -> str:
    entry = metric(one.metric)
    verdict = (
        f'<span class="cx-chip {one.verdict}">{look.escaped(_(VERDICTS[one.verdict]))}</span>' if one.verdict else ""
    )
    cells = [
        look.escaped(_(entry.label)),
        formats.value(one.before, entry.unit),
        formats.value(one.value, entry.unit),
        formats.change(one.change, entry.unit, entry.is_rate),
        _ends(one),
        formats.decimal(one.before_n, 0),
        formats.decimal(one.n, 0),
        verdict,
    ]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _ends(one: Comparison) -> str:
    """The interval of the difference, in the unit of the metric; – where it has none."""
    unit = metric(one.metric).unit
    if math.isnan(one.difference_low) or math.isnan(one.difference_high):
        return formats.NONE
    low, high = (formats.difference(end, unit) for end in (one.difference_low, one.difference_high))
    return _("{low} to {high}", low=low, high=high)
