"""What was different after an event: the days compared, what else changed, and a table of all metrics."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cxdata import before_after, events
from cxdata.comparison import Comparison
from cxdata.events import Event
from cxdata.i18n import _
from cxdata.selection import CLOCK_WORDS
from cxdata.ui import differences, look, state
from cxdata.ui.differences import Words
from cxdata.ui.panels import plain_csv


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
        words = Words(_("before"), _("after"), _("Change"), _("Clear changes"), _("No clear change"))
        st.html(differences.table(found.found, words))
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
