"""A chart with what belongs to it: title, unit, definition, the numbers as a table, and the download."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cxdata import formats, noise
from cxdata.boards import nothing
from cxdata.filters import Period, dimension
from cxdata.i18n import _
from cxdata.metrics import metric
from cxdata.questions import Answer, Query
from cxdata.ui import look, state, take

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


def wall(columns: int = 2) -> Any:
    """A grid for panels: rows of equal height, fewer columns on a narrow screen."""
    return st.grid(columns, min_column_width=205 if columns > 3 else 270 if columns == 3 else 400, gap="small")


def panel(
    key: str,
    title: str,
    subtitle: str,
    draw: Callable[..., go.Figure],
    query: Query,
    *,
    before: Period | None = None,
    beside: tuple[Query, str] | None = None,
    **options: Any,
) -> None:
    """A bordered chart of a question. `key` is unique on the page; `options` go to the drawing function.

    `before`: the earlier period that the groups of a breakdown are held against; `beside`: (a question, its name) whose
    line is drawn beside this one.
    """
    with st.container(border=True, height="stretch", gap="xsmall"):
        _panel(key, title, subtitle, draw, query, before, beside, options)


@st.fragment
def _panel(
    key: str,
    title: str,
    subtitle: str,
    draw: Callable[..., go.Figure],
    query: Query,
    before: Period | None,
    beside: tuple[Query, str] | None,
    options: dict[str, Any],
) -> None:
    state.use_language()
    answer = state.ask(query)
    with st.container(horizontal=True, vertical_alignment="top", gap="small", wrap=False):
        st.html(f'<div class="cx-title">{look.escaped(title)}</div><div class="cx-sub">{look.escaped(subtitle)}</div>')
        with st.container(key=f"cx-menu-{key}", width="content"):
            menu = st.popover(
                _("Table, definition, download"), icon=":material/more_horiz:", key=f"menu_{key}", on_change="rerun"
            )
    if menu.open:
        with menu:
            _details(key, answer)
            with st.container(horizontal=True):
                take.chart(
                    key,
                    title,
                    subtitle,
                    draw,
                    answer,
                    state.drawn_with(state.with_events(draw, query, options), query, before, beside),
                )
    if said := nothing(answer):
        st.html(f'<div class="cx-sub" style="padding:2.2rem 0;text-align:center">{look.escaped(said)}</div>')
        return
    figure = state.figure(draw, query, before, beside, **options)
    said = noise.said(answer, state.changes(query, before) if before else None)
    happened = "; ".join(figure.layout.meta or ())
    alt = f"{title}. {subtitle} {said} {happened and _('Events: {names}.', names=happened)}"
    st.plotly_chart(figure, key=f"chart_{key}", theme=None, config=CONFIG, alt=alt.strip())
    if said:
        st.html(f'<div class="cx-small">{look.escaped(said)}</div>')


def _details(key: str, answer: Answer) -> None:
    for name in dict.fromkeys(answer.query.metrics):
        entry = metric(name)
        st.markdown(f"**{_(entry.label)}** – {_(entry.meaning)}  \n:gray[{_(entry.formula)}]")
    st.dataframe(worded(answer), hide_index=True, height=260, key=f"table_{key}")
    st.download_button(
        _("Download CSV"),
        data=lambda: csv_of(answer),
        file_name=f"{'_'.join(answer.query.metrics[:3])}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"csv_{key}",
        on_click="ignore",
    )


def worded(answer: Answer) -> pd.DataFrame:
    """The rows of an answer in words, for reading."""
    rows, query = answer.rows, answer.query
    table: dict[str, list[Any]] = {}
    if len(set(rows["metric"])) > 1:
        table[_("Metric")] = [_(metric(name).label) for name in rows["metric"]]
    if query.grain != "total" or "month" in rows:
        table[_("Period")] = [
            formats.period(start, _grain(query, rows)) if start else formats.NONE for start in rows["period"]
        ]
    for name in query.by:
        table[_(dimension(name).label)] = [formats.group(name, None if pd.isna(word) else word) for word in rows[name]]
    if "month" in rows:
        table[_("Months")] = [int(month) for month in rows["month"]]
    units = [metric(name).unit for name in rows["metric"]]
    for column, label in (("value", _("Value")), ("low", _("Low")), ("high", _("High"))):
        if column == "value" or rows[column].notna().any():
            table[label] = [formats.value(value, unit) for value, unit in zip(rows[column], units, strict=True)]
    table["n"] = [formats.decimal(n, 0) for n in rows["n"]]
    if rows["partial"].any():
        table[_("Remark")] = [_("period not complete") if cut else "" for cut in rows["partial"]]
    return pd.DataFrame(table)


def _grain(query: Query, rows: pd.DataFrame) -> str:
    return "month" if "month" in rows else query.grain


def csv_of(answer: Answer) -> bytes:
    """The rows of an answer as plain numbers: durations in seconds, shares as 0–1; no name is read as a formula."""
    rows = answer.rows.copy()
    for name in answer.query.by:
        rows[name] = [f"'{word}" if str(word).startswith(("=", "+", "-", "@")) else word for word in rows[name]]
    return plain_csv(rows)


def plain_csv(rows: pd.DataFrame) -> bytes:
    """A table as a file that a spreadsheet opens."""
    return rows.to_csv(index=False).encode("utf-8-sig")
