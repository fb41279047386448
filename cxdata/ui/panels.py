"""A chart with what belongs to it: title, unit, definition, the numbers as a table, and the download."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cxdata import charts, drill, formats
from cxdata.boards import nothing
from cxdata.filters import dimension
from cxdata.i18n import _
from cxdata.metrics import metric
from cxdata.metrics.base import Curve
from cxdata.questions import Answer, Query
from cxdata.ui import aim, alerts, goal_form, look, rows, state, take
from cxdata.ui.state import Against


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
    before: Against = None,
    beside: tuple[Query, str] | None = None,
    **options: Any,
) -> None:
    """A bordered chart of a question. `key` is unique on the page; `options` go to the drawing function.

    `before`: the earlier period that the groups are held against, or REST; `beside`: (a question, its name) whose
    line is drawn beside this one.
    """
    with st.container(border=True, height="stretch", gap="xsmall", key=aim.card(key)):
        _panel(key, title, subtitle, draw, query, before, beside, options)


@st.fragment
def _panel(
    key: str,
    title: str,
    subtitle: str,
    draw: Callable[..., go.Figure],
    query: Query,
    before: Against,
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
                    state.drawn_with(state.with_marks(draw, query, options), query, before, beside),
                )
    if said := nothing(answer):
        st.html(f'<div class="cx-sub" style="padding:2.2rem 0;text-align:center">{look.escaped(said)}</div>')
        return
    figure = state.figure(draw, query, before, beside, **options)
    said = charts.said(draw, answer, state.changes(query, before) if before else None, options.get("names", ()))
    happened = "; ".join(figure.layout.meta or ())
    alt = f"{title}. {subtitle} {said} {happened and _('Events: {names}.', names=happened)}"
    turn = st.session_state.get(f"_turn_{key}", 0)
    event = st.plotly_chart(
        figure, key=f"chart_{key}_{turn}", theme=None, config=look.CHART, alt=alt.strip(), on_select="rerun",
        selection_mode="points",
    )  # fmt: skip
    if chosen := _chosen(figure, answer, event["selection"]["points"]):
        st.session_state[f"_turn_{key}"] = turn + 1  # a new chart has nothing chosen
        rows.show(*chosen)
    if said:
        st.html(f'<div class="cx-small">{look.escaped(said)}</div>')


def _chosen(
    figure: go.Figure, answer: Answer, points: Sequence[Mapping[str, Any]]
) -> tuple[drill.Selection, float, int] | None:
    """(selection, value, n) of the mark that was clicked; None where it is none of the answer."""
    found = next((point for point in points if figure.data[point["curve_number"]].meta), None)
    if found is None:
        return None
    meta = figure.data[found["curve_number"]].meta
    key = dict(meta["keys"][found["point_index"]])
    if "period" in key:
        key["period"] = date.fromisoformat(key["period"])
    own = answer.of(meta["metric"])
    for name, value in key.items():
        own = own[own[name].isna() if value is None else own[name] == value]
    if own.empty:
        return None
    row = own.iloc[0]
    return drill.of_mark(answer.query, meta["metric"], key), float(row["value"]), int(row["n"])


def _details(key: str, answer: Answer) -> None:
    for name in dict.fromkeys(answer.query.metrics):
        entry = metric(name)
        st.markdown(f"**{_(entry.label)}** – {_(entry.meaning)}  \n:gray[{_(entry.formula)}]")
        if isinstance(entry.measure, Curve):
            continue
        with st.container(horizontal=True, gap="small"):
            if st.button(
                _("Rows behind {metric}", metric=_(entry.label)), icon=":material/table_rows:", key=f"rows_{key}_{name}"
            ):
                whole = state.ask(Query((name,), filters=answer.query.filters)).one(name)
                rows.show(drill.Selection(name, answer.query.filters), float(whole["value"]), int(whole["n"]))
            if st.button(
                _("Set a goal on {metric}", metric=_(entry.short or entry.label)),
                icon=":material/flag:",
                key=f"goal_on_{key}_{name}",
            ):
                goal_form.start(name, answer.query.filters)
                st.switch_page(st.session_state["_pages"]["goals"])
            if st.button(
                _("Alert me on {metric}", metric=_(entry.short or entry.label)),
                icon=":material/notification_add:",
                key=f"alert_{key}_{name}",
            ):
                alerts.draft(answer.query, name)
                st.switch_page(st.session_state["_pages"]["alerts"])
    st.caption(_("Click a mark in the chart for the rows behind it."))
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
