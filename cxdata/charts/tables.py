"""Tables of colour and curves: weekday and hour, cohorts, survival.

In: an Answer. Out: a go.Figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cxdata import formats
from cxdata.charts.look import HEIGHT, Style, group_name, interval_line, keys_of, layout
from cxdata.i18n import N_, _
from cxdata.questions import Answer


def week_heatmap(answer: Answer, style: Style) -> go.Figure:
    """Counts by weekday and hour."""
    rows = answer.rows
    table = rows.pivot_table(index="weekday", columns="hour", values="value", aggfunc="sum").reindex(
        index=range(1, 8), columns=range(24)
    )
    days = [formats.weekday(number) for number in range(1, 8)]
    hover = [
        [
            f"{day} {hour}:00–{hour + 1}:00: <b>{formats.value(table.loc[number, hour], 'count')}</b>"
            for hour in range(24)
        ]
        for number, day in zip(range(1, 8), days, strict=True)
    ]
    return go.Figure(
        data=[
            go.Heatmap(
                x=list(range(24)),
                y=days,
                z=table.fillna(0).to_numpy().tolist(),
                colorscale=style.scale,
                showscale=False,
                xgap=2,
                ygap=2,
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
            ),
            _cells(
                [hour for _number in range(1, 8) for hour in range(24)],
                [day for day in days for _hour in range(24)],
                [text for line in hover for text in line],
                {
                    "metric": answer.query.metrics[0],
                    "keys": [{"weekday": number, "hour": hour} for number in range(1, 8) for hour in range(24)],
                },
            ),
        ],
        layout=layout(
            style,
            height=HEIGHT,
            xaxis={
                "tickvals": list(range(0, 24, 3)),
                "ticktext": [f"{hour}:00" for hour in range(0, 24, 3)],
                "showline": False,
                "range": [-0.5, 23.5],
            },
            yaxis={"range": [6.5, -0.5], "showgrid": False, "nticks": None, "ticks": "", "ticklabelstandoff": 6},
        ),
    )


def _cells(x: Sequence[Any], y: Sequence[Any], hover: Sequence[str], meta: dict[str, Any]) -> go.Scatter:
    """Unseen marks over the cells of a heatmap, which cannot be chosen itself."""
    return go.Scatter(
        x=list(x),
        y=list(y),
        mode="markers",
        marker={"color": "rgba(0,0,0,0)", "size": 16, "symbol": "square"},
        customdata=list(hover),
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
        meta=meta,
    )


_COHORT_WORDS = {
    "cohort_retention": (
        N_("{month}: after {count} months <b>{share}</b> of {n} still there"),
        N_("months since the start"),
    ),
    "second_purchase_cohorts": (
        N_("{month}: within {count} months <b>{share}</b> of {n} bought again"),
        N_("months since the first purchase"),
    ),
}  # what is said of a cell, and the name of the axis


def cohorts(answer: Answer, style: Style, most: int = 18) -> go.Figure:
    """The triangle: a row a start month, a column for each number of months since; empty where as-of has not come."""
    name = answer.query.metrics[0]
    said, axis = _COHORT_WORDS[name]
    rows = answer.rows
    periods = sorted(set(rows["period"]))[-most:]
    rows = rows[rows["period"].isin(periods)]
    table = rows.pivot(index="period", columns="month", values="value").reindex(index=periods)
    sizes = rows.groupby("period")["n"].max()
    labels = [f"{formats.period_short(start, 'month')}  ({formats.decimal(sizes[start], 0)})" for start in periods]
    hover = [
        [
            ""
            if pd.isna(table.loc[start, month])
            else _(
                said,
                month=formats.period(start, "month"),
                count=month,
                share=formats.percent(table.loc[start, month]),
                n=formats.decimal(sizes[start], 0),
            )
            for month in table.columns
        ]
        for start in periods
    ]
    cells = [[None if pd.isna(value) else value for value in line] for line in table.to_numpy()]
    known = [value for line in cells for value in line if value is not None]
    words = [["" if value is None else formats.decimal(value * 100, 0) for value in line] for line in cells]
    return go.Figure(
        data=[
            go.Heatmap(
                x=[int(month) for month in table.columns],
                y=labels,
                z=cells,
                zmin=min(known, default=0),
                zmax=1 if name == "cohort_retention" else max(known, default=1),
                colorscale=style.scale,
                showscale=False,
                xgap=2,
                ygap=2,
                text=words,
                texttemplate="%{text}",
                textfont={"size": 11},
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
                hoverongaps=False,
            ),
            _cells(
                rows["month"].astype(int),
                [labels[periods.index(start)] for start in rows["period"]],
                [hover[periods.index(row.period)][list(table.columns).index(row.month)] for row in rows.itertuples()],
                keys_of(rows),
            ),
        ],
        layout=layout(
            style,
            height=max(220, 60 + 22 * len(periods)),
            xaxis={
                "title": {"text": _(axis)},
                "dtick": 1 if len(table.columns) < 20 else 3,
                "range": [min(table.columns, default=0) - 0.5, max(table.columns, default=0) + 0.5],
            },
            yaxis={
                "range": [len(labels) - 0.5, -0.5],
                "showgrid": False,
                "nticks": None,
                "type": "category",
                "ticks": "",
                "ticklabelstandoff": 6,
            },
        ),
    )


def survival(answer: Answer, style: Style, most_months: int = 60) -> go.Figure:
    """Kaplan–Meier with its band; one line, or one for each group without bands."""
    by = answer.query.by
    rows = answer.rows[answer.rows["month"] <= most_months]
    groups: list[tuple[Any, pd.DataFrame]] = [("", rows)] if not by else list(rows.groupby(by[0], dropna=False))
    data: list[go.Scatter] = []
    for number, (group, part) in enumerate(groups):
        colour = style.colours[number % 10]
        word = group_name(by[0], group) if by else ""
        months = part["month"].astype(int).tolist()
        if not by:
            data.append(
                go.Scatter(
                    x=months + months[::-1],
                    y=part["high"].tolist() + part["low"].tolist()[::-1],
                    fill="toself",
                    fillcolor=colour,
                    opacity=0.16,
                    line={"width": 0},
                    hoverinfo="skip",
                    showlegend=False,
                )
            )
        hover = [
            _("after {count} months <b>{share}</b> still there", count=row.month, share=formats.percent(row.value))
            + ("" if by else interval_line(row.low, row.high, "share"))
            + f"<br>n = {formats.decimal(row.n, 0)}"
            for row in part.itertuples()
        ]
        data.append(
            go.Scatter(
                x=months,
                y=part["value"],
                mode="lines",
                name=word,
                meta=keys_of(part, by),
                line={"color": colour, "width": 2.4, "shape": "hv"},
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    low = min((value for value in rows["low"] if not formats.nothing(value)), default=0.0)
    return go.Figure(
        data=data,
        layout=layout(
            style,
            xaxis={"title": {"text": _("months since the start")}, "dtick": 6 if len(rows) > 24 else None},
            yaxis={"tickformat": ".0%", "range": [max(0.0, low - 0.1), 1.005]},
            showlegend=bool(by),
        ),
    )
