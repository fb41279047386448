"""Parts of the SLA page: how late the late ones are, and the tickets whose clock runs or ran out."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cxdata import charts, formats, rows
from cxdata.filters import Filters
from cxdata.i18n import N_, _
from cxdata.ui import look, state
from cxdata.ui.view import View

TARGETS = {"first_response": N_("First response"), "resolution": N_("Resolution")}


def _late(engine: Any, filters: Filters, moment: Any, target: str) -> list[tuple[int, int | None, int]]:
    return rows.lateness(engine, filters, moment, target)


def late(view: View) -> None:
    """For each target: by how much the breached tickets that were met in the end were late."""
    st.header(_("How late the late ones are"), anchor=False)
    for column, (target, label) in zip(st.columns(2), TARGETS.items(), strict=True):
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            found = state.cached_rows(state.version(), _late, "late", view.filters, target)
            sub = _("Breached and met in the end, by how much too late")
            st.html(f'<div class="cx-title">{_(label)}</div><div class="cx-sub">{sub}</div>')
            if not any(count for *_span, count in found):
                st.html(f'<div class="cx-sub" style="padding:2rem 0;text-align:center">{_("Nothing was late.")}</div>')
                continue
            labels = [_span_words(low, high) for low, high, _count in found]
            style = state.style()
            figure = charts.distribution(labels, [count for *_span, count in found], [style.colours[0]] * 6, style)
            st.plotly_chart(figure, key=f"late_{target}", theme=None, config=look.CHART, alt=f"{_(label)}. {sub}")


def _span_words(low: int, high: int | None) -> str:
    if high is None:
        return _("over {time}", time=formats.duration(low))
    if low == 0:
        return _("up to {time}", time=formats.duration(high))
    return f"{formats.duration(low)} – {formats.duration(high)}"


def _open(engine: Any, filters: Filters, moment: Any, target: str, breached: bool) -> pd.DataFrame:
    return rows.open_tickets(engine, filters, moment, target, breached=breached)


@st.fragment
def now(view: View) -> None:
    """Tickets that are open now: running with the nearest deadline first, and those past it."""
    state.use_language()
    st.header(_("Now: clocks that run, and those that ran out"), anchor=False)
    with st.container(border=True):
        found = {
            (target, breached): state.cached_rows(state.version(), _open, "open", view.filters, target, breached)
            for target in TARGETS
            for breached in (False, True)
        }
        codes = {f"{target}-{'late' if late_ else 'runs'}": (target, late_) for target, late_ in found}
        choice = codes[
            st.segmented_control(
                _("Tickets"),
                list(codes),
                format_func=lambda code: (
                    f"{_(TARGETS[codes[code][0]])}, {_('breached') if codes[code][1] else _('running')} ({len(found[codes[code]])})"
                ),
                default="resolution-runs",
                required=True,
                key="deadline_choice",
                label_visibility="collapsed",
            )
        ]
        table = found[choice]
        if table.empty:
            st.html(f'<div class="cx-sub">{_("No open ticket in this selection.")}</div>')
            return
        named = state.settings().agents == "by_name"
        words = pd.DataFrame(
            {
                _("Ticket"): table["key"],
                _("Deadline"): [formats.instant(moment) for moment in table["deadline"]],
                _("Late by") if choice[1] else _("Left"): [formats.duration(abs(left)) for left in table["left_s"]],
                _("Priority"): [formats.group("priority", _word(word)) for word in table["priority"]],
                _("Team"): [formats.group("team", _word(word)) for word in table["team"]],
                _("Channel"): [formats.group("channel", _word(word)) for word in table["channel"]],
                **({_("Agent"): [formats.group("agent", _word(word)) for word in table["agent"]]} if named else {}),
                _("Created"): [formats.instant(moment) for moment in table["created"]],
            }
        )
        seen = formats.instant(state.the_moment().local)
        st.html(
            f'<div class="cx-sub">{look.escaped(_("As the data stood on {moment}, whatever the period chosen.", moment=seen))}</div>'
        )
        st.dataframe(words, hide_index=True, height=320)


def _word(word: Any) -> Any:
    return None if pd.isna(word) else word
