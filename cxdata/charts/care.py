"""Figures of care: how chances came true, and the life of one customer.

In: what was learned of the past, or a Profile. Out: figures. See `charts` for what they share.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cxdata import formats
from cxdata.care.follow_ups import FollowUp
from cxdata.care.model import Held
from cxdata.care.people import Profile
from cxdata.care.purchases import MOST_EARLIER
from cxdata.care.purchases import Held as HeldPurchases
from cxdata.charts.look import HEIGHT, Style, layout, value_axis
from cxdata.i18n import N_, _


def calibration(held: dict[str, Held], style: Style, *, names: dict[str, str]) -> go.Figure:
    """What was expected against what came, of months held out: groups of customers with about the same chance."""
    top = max([0.01, *(max(one.chance, one.high) for own in held.values() for one in own.groups)]) * 1.05
    traces: list[go.Scatter] = [
        go.Scatter(
            x=[0, top], y=[0, top], mode="lines", line={"color": style.muted, "width": 1, "dash": "dot"}, hoverinfo="skip",
            showlegend=False,
        )
    ]  # fmt: skip
    for (code, own), colour in zip(held.items(), style.colours, strict=False):
        texts = [
            _(
                "expected {chance}, came {share}",
                chance=formats.percent(one.chance),
                share=formats.percent(one.left / one.n),
            )
            + f"  n = {formats.decimal(one.n, 0)}  [{formats.percent(one.low)} – {formats.percent(one.high)}]"
            for one in own.groups
        ]
        shares = [one.left / one.n for one in own.groups]
        traces.append(
            go.Scatter(
                x=[one.chance for one in own.groups], y=shares, mode="markers+lines", name=names[code], hovertext=texts,
                hovertemplate="<b>%{fullData.name}</b><br>%{hovertext}<extra></extra>",
                marker={"color": colour, "size": 8}, line={"color": colour, "width": 1.5},
                error_y={
                    "type": "data", "symmetric": False, "thickness": 1, "width": 3, "color": colour,
                    "array": [one.high - share for one, share in zip(own.groups, shares, strict=True)],
                    "arrayminus": [share - one.low for one, share in zip(own.groups, shares, strict=True)],
                },
            )
        )  # fmt: skip
    axis = {"tickformat": ".0%", "range": [0, top], "nticks": 6}
    return go.Figure(
        data=traces,
        layout=layout(
            style, HEIGHT + 30, showlegend=True, margin={"t": 28},
            xaxis={**axis, "title": {"text": _("chance that was given"), "font": {"size": 12}}},
            yaxis={**axis, "title": {"text": _("share that left"), "font": {"size": 12}}},
        ),
    )  # fmt: skip


def foretold(held: HeldPurchases, style: Style) -> go.Figure:
    """Purchases in the time held out, expected and actual, of customers by the number of their earlier purchases."""
    labels = [f"{one.earlier}{'+' if one.earlier == MOST_EARLIER else ''}" for one in held.groups]
    bars = []
    for name, totals, colour in (
        (_("expected"), [one.expected for one in held.groups], style.colours[0]),
        (_("came"), [float(one.actual) for one in held.groups], style.colours[1]),
    ):
        each = [total / one.n for total, one in zip(totals, held.groups, strict=True)]
        texts = [
            _(
                "{value} each, {total} in all; {n} customers", value=formats.decimal(value, 2), total=formats.decimal(total, 0),
                n=formats.decimal(one.n, 0),
            )
            for value, total, one in zip(each, totals, held.groups, strict=True)
        ]  # fmt: skip
        bars.append(
            go.Bar(
                x=labels, y=each, name=name, marker={"color": colour}, customdata=texts,
                hovertemplate="<b>%{fullData.name}</b>: %{customdata}<extra></extra>",
            )
        )  # fmt: skip
    top = max((max(one.expected, one.actual) / one.n for one in held.groups), default=1.0)
    return go.Figure(
        data=bars,
        layout=layout(
            style, HEIGHT, showlegend=True, barmode="group", bargap=0.25, margin={"t": 28},
            xaxis={"type": "category", "title": {"text": _("purchases before, after the first"), "font": {"size": 12}}},
            yaxis=value_axis("number", [0.0, top]),
        ),
    )  # fmt: skip


_LANES = (N_("Follow-ups"), N_("Purchases"), N_("Scores"), N_("Contacts"))


def timeline(profile: Profile, follow_ups: Sequence[FollowUp], style: Style, *, today: date) -> go.Figure:
    """The life of a customer: contacts with their waits, scores, purchases and follow-ups, each in a lane of its own."""
    lanes = {name: place for place, name in enumerate(_LANES)}
    traces = [
        *_contacts(profile.tickets, lanes[_LANES[3]], style, today),
        *_scores(profile.answers, lanes[_LANES[2]], style),
    ]
    bought = profile.purchases
    traces.append(
        _marks(
            _("Purchase"), pd.to_datetime(bought["purchased_s"], unit="s"), lanes[_LANES[1]], style.colours[1], "square",
            [formats.money(amount) if amount == amount and amount is not None else "" for amount in bought["amount"]],
        )
    )  # fmt: skip
    closed = [own for own in follow_ups if not own.held_out]
    traces.append(
        _marks(
            _("Follow-up"), pd.to_datetime(pd.Series([own.opened_s for own in closed], dtype="float64"), unit="s"),
            lanes[_LANES[0]], style.colours[3], "diamond", [own.who for own in closed],
        )
    )  # fmt: skip
    return go.Figure(
        data=[trace for trace in traces if len(trace.x)],
        layout=layout(
            style, 230, margin={"t": 26}, showlegend=True, hovermode="closest",
            xaxis={"type": "date", "showgrid": True, "gridcolor": style.grid},
            yaxis={
                "tickvals": list(lanes.values()), "ticktext": [_(name) for name in _LANES], "range": [-0.6, len(lanes) - 0.4],
                "showgrid": False,
            },
        ),
    )  # fmt: skip


def _contacts(tickets: pd.DataFrame, lane: int, style: Style, today: date) -> list[go.Scatter]:
    """Tickets as dots, coloured where a target was missed, with a line for as long as they were open."""
    x: list[Any] = []
    for row in tickets.itertuples():
        end = row.resolved_at_s if row.resolved_at_s == row.resolved_at_s else None
        if end is None and row.says_resolved:
            continue
        until = pd.Timestamp(end, unit="s") if end is not None else pd.Timestamp(today)
        x += [pd.Timestamp(row.created_s, unit="s"), until, None]
    spans = go.Scatter(
        x=x,
        y=[lane] * len(x),
        mode="lines",
        line={"color": style.muted, "width": 3},
        hoverinfo="skip",
        showlegend=False,
    )
    late = (tickets["first_response_met"] == False) | (tickets["resolution_met"] == False)  # noqa: E712
    made = [spans]
    for name, which, colour in ((_("Contact"), ~late, style.colours[0]), (_("Contact, SLA missed"), late, style.bad)):
        own = tickets[which]
        texts = [
            f"{formats.group('channel', row.channel)} · {row.team or formats.NONE}<br>"
            + _("first response after {wait}", wait=formats.value(row.first_response_calendar_s, "duration"))
            for row in own.itertuples()
        ]
        made.append(_marks(name, pd.to_datetime(own["created_s"], unit="s"), lane, colour, "circle", texts))
    return made


def _scores(answers: pd.DataFrame, lane: int, style: Style) -> list[go.Scatter]:
    """Answers as dots, low ones and high ones coloured; a dot's height within its lane says nothing."""
    made = []
    for name, which, colour in (
        (_("Low score"), answers["normal"] < 0.5, style.bad),
        (_("Middle score"), (answers["normal"] >= 0.5) & (answers["normal"] < 0.75), style.muted),
        (_("High score"), answers["normal"] >= 0.75, style.good),
    ):
        own = answers[which]
        texts = [
            f"{row.kind.upper().replace('_', ' ')}: {formats.decimal(row.score, 0)}/{formats.decimal(max(row.best, row.worst), 0)}"
            for row in own.itertuples()
        ]
        made.append(_marks(name, pd.to_datetime(own["answered_s"], unit="s"), lane, colour, "circle", texts))
    return made


def _marks(name: str, x: Any, lane: int, colour: str, symbol: str, texts: list[str]) -> go.Scatter:
    return go.Scatter(
        x=list(x), y=[lane] * len(texts), mode="markers", name=name, hovertext=texts,
        hovertemplate="<b>%{fullData.name}</b> %{x|%d-%m-%Y}<br>%{hovertext}<extra></extra>",
        marker={"color": colour, "size": 9, "symbol": symbol},
    )  # fmt: skip
