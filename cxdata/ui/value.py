"""The parts of the Customer value page that are no charts of metrics: margin, gestures and churn by group, buying without a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from cxdata import charts, formats
from cxdata.boards import VALUE, Board, Panel
from cxdata.care import value
from cxdata.care.groups import Standing
from cxdata.care.people import LEAST_FREQUENT, LIKELY_GONE, Expected
from cxdata.care.purchases import Buying, Fitted, Held
from cxdata.errors import CxError
from cxdata.filters import Filters, dimension
from cxdata.i18n import N_, _
from cxdata.ui import board, look, loop, state, worth
from cxdata.ui.cards import figures
from cxdata.ui.view import View

POINTS = 0.1  # of churn a month, what the calculator begins with
SPLITS = ("segment", "team", "entry_channel")
MISSING = {
    "none": N_("There are no purchases: with them this says who still buys, how often and for how much."),
    "contracts": N_(
        "The customers file says what customers pay a month or when they cancelled. So it is known who is still there, and value is "
        "projected by churn, above. The model for buying without a contract is for customers of whom only purchases are known."
    ),
    "few": N_(
        "Too little to learn from: {repeat} customers came back, it takes 100 of them and 90 days of purchases."
    ),
    "unstable": N_("No model was found that fits these purchases: customers differ too little, or hardly anybody comes back."),
}  # fmt: skip


def show(view: View) -> None:
    """The page under its head. Where there is a model of purchases, that comes first."""
    margin()
    modelled = state.buying().fitted is not None
    if modelled:
        buying(view.filters)
    board.show(fitting(VALUE), view)
    groups(view.filters)
    if not modelled:
        buying(view.filters)


def fitting(whole: Board) -> Board:
    """The board without what these data cannot say: groups that nothing names, projections where nobody has a monthly value."""
    valued = bool(state.group_standings(Filters(), SPLITS[0])[0].valued)
    without = set() if valued else {"lifetime_value_projected", "revenue_churn_rate"}

    def says(panel: Panel) -> bool:
        return without.isdisjoint(panel.metrics) and all(state.values(name) for name in panel.by if name in SPLITS)

    sections = [replace(one, panels=tuple(panel for panel in one.panels if says(panel))) for one in whole.sections]
    cards = {name: page for name, page in whole.cards.items() if name not in without}
    return replace(whole, cards=cards, card_columns=len(cards), sections=tuple(one for one in sections if one.panels))


def margin() -> None:
    """The margin that everything projected takes, and the way to change it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = _("Projected values take a margin of {margin}.", margin=formats.percent(state.settings().margin, 0))
        st.html(f'<div class="cx-sub">{look.escaped(said)}</div>', width="content")
        if pages := st.session_state.get("_pages"):
            st.page_link(pages["settings"], label=_("Change the margin"), icon=":material/tune:")


# --- groups -------------------------------------------------------------------------------------------------


def groups(filters: Filters) -> None:
    """What a gesture costs and what less churn is worth, in all and for each group."""
    st.header(_("What a gesture costs, what less churn is worth"), anchor=False)
    with st.container(border=True, gap="small"):
        _groups(filters)


@st.fragment
def _groups(filters: Filters) -> None:
    state.use_language()
    offered = [name for name in SPLITS if len(state.values(name)) > 1] or [SPLITS[0]]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        by = st.segmented_control(
            _("Split by"), offered, format_func=lambda name: _(dimension(name).label), key="value_by", required=True,
            default=offered[0],
        )  # fmt: skip
        amount, horizon = worth.asked("value")
        points = st.number_input(
            _("Points less churn a month"), value=POINTS, step=0.1, format="%.2f", key="value_points", width=240
        )
    found = state.group_standings(filters, by or offered[0])
    if not found or (not found[0].valued and found[0].value_12m is None):
        st.html(
            f'<div class="cx-sub">{look.escaped(_("Nobody here has a monthly value, so churn has no price yet."))}</div>'
        )
        return
    _answers(found[0], amount, horizon, points)
    _table(found, by or offered[0], amount, horizon, points)


def _worth(one: Standing, horizon: str) -> value.Worth:
    return value.worth(one.monthly_value, one.value_12m, state.settings().margin, one.churn, horizon)


def _answers(one: Standing, amount: float | None, horizon: str, points: float | None) -> None:
    """The answers for everybody, each with its arithmetic; or the sentence that says what is missing."""
    still = _worth(one, horizon)
    try:
        lines = [(value.gesture(amount, still.amount).said(), still.how)]
    except CxError as error:
        lines = [(look.said(error), "")]
    if one.valued:
        try:
            lines += _less(value.less_churn(one.valued, one.monthly_value, state.settings().margin, one.churn, points))
        except CxError as error:
            lines.append((look.said(error), ""))
    st.html(
        "".join(
            f'<div style="margin:.15rem 0 .35rem"><b>{look.escaped(text)}</b><div class="cx-small">{look.escaped(how)}</div></div>'
            for text, how in lines
        )
    )


def _less(found: value.Less) -> list[tuple[str, str]]:
    """What less churn is worth, in two sentences with their arithmetic."""
    first, second = found.said()
    fewer = _(
        "{points} points less churn a month is worth {value} a year.", points=formats.decimal((found.now - found.then) * 100, 2),
        value=formats.money(found.by_points),
    )  # fmt: skip
    month = _("A month in which nobody leaves is worth {value} in the year after.", value=formats.money(found.month))
    return [(fewer, first), (month, second)]


def _table(found: Sequence[Standing], by: str, amount: float | None, horizon: str, points: float | None) -> None:
    """A row a group. Cells that cannot be told are a dash; where few were there, the churn has a star."""
    rows = [_row(one, by, amount, horizon, points) for one in found]
    headers = [
        _(dimension(by).label), _("Customers"), _("Monthly value"), _("Churn a month"), _("Worth of a customer"), _("After the gesture"),
        _("Less churn, a year"), _("Month without churn"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=headers)
    table = table[[name for name in headers if (table[name] != formats.NONE).any()]]
    st.dataframe(
        table, hide_index=True, height="content" if len(rows) <= 12 else 420, placeholder="", key="value_table",
        column_config={name: st.column_config.TextColumn(alignment="right") for name in headers[1:]},
    )  # fmt: skip
    if not found[0].valued:
        return
    said = _(
        "Churn is that of the past 12 months as a rate a month; * fewer than {few} customers were there then. Groups need not add up: "
        "each has its own churn.", few=state.settings().minimum_n,
    )  # fmt: skip
    st.html(f'<div class="cx-small">{look.escaped(said)}</div>')


def _row(one: Standing, by: str, amount: float | None, horizon: str, points: float | None) -> list[str]:
    still = _worth(one, horizon)
    try:
        left = formats.money(value.gesture(amount, still.amount).left)
    except CxError:
        left = formats.NONE
    try:
        less = value.less_churn(one.valued, one.monthly_value, state.settings().margin, one.churn, points)
        fewer, month = formats.money(less.by_points), formats.money(less.month)
    except CxError:
        fewer = month = formats.NONE
    few = "*" if one.opening < state.settings().minimum_n else ""
    return [
        _("All") if one.whole else formats.group(by, one.word),
        formats.decimal(one.customers, 0),
        formats.value(one.monthly_value, "money"),
        formats.NONE if one.churn is None else f"{formats.percent(one.churn, 2)}{few}",
        formats.value(still.amount, "money"),
        left,
        fewer,
        month,
    ]


# --- buying without a contract ------------------------------------------------------------------------------


def buying(filters: Filters) -> None:
    """Who still buys, who may have gone quiet, and how well that is foretold."""
    st.header(_("Buying without a contract"), anchor=False)
    found = state.buying()
    if found.fitted is None:
        st.info(_(MISSING[found.missing], repeat=formats.decimal(found.repeat, 0)), icon=":material/info:")
        return
    expected, quiet = state.expected_purchases(filters)
    _cards(expected)
    _quiet(quiet, expected)
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        st.html(_verdict(found))
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        _foretold(found.held)


def _cards(expected: Expected) -> None:
    share = (
        formats.percent(expected.alive / expected.customers, 0)
        if expected.customers and expected.alive is not None
        else formats.NONE
    )
    cards = [
        (_("Customers who bought"), formats.decimal(expected.customers, 0), ""),
        (_("Of them still buying"), formats.value(expected.alive, "count"), _("{share}, expected", share=share)),
        (_("Purchases in 12 months"), formats.value(expected.purchases, "count"), _("expected of the customers known now")),
        (_("Margin in 12 months"), formats.value(expected.value, "money"), _("expected purchases × amount × {margin}", margin=formats.percent(state.settings().margin, 0))),
    ]  # fmt: skip
    figures(cards)


def _quiet(rows: Sequence[Mapping[str, Any]], expected: Expected) -> None:
    """Those who bought often and may have stopped; a row opens the customer."""
    with st.container(border=True, gap="xsmall"):
        said = _(
            "Bought {count} times or more, and still buy with a chance under {chance}; those of whom most is still expected first. Tick a row to open it.",
            count=LEAST_FREQUENT, chance=formats.percent(LIKELY_GONE, 0),
        )  # fmt: skip
        more = f" · {_('the first {count}', count=len(rows))}" if expected.quiet > len(rows) else ""
        st.html(
            f'<div class="cx-title">{look.escaped(_("Who may have gone quiet"))} <span class="cx-small">{formats.decimal(expected.quiet, 0)}'
            f'{look.escaped(more)}</span></div><div class="cx-sub">{look.escaped(said)}</div>'
        )
        if not rows:
            st.html(f'<div class="cx-sub">{look.escaped(_("Nobody in this selection."))}</div>')
            return
        columns: dict[str, list[Any]] = {
            _("Customer"): [row["customer_id"] for row in rows],
            _("Name"): [row["name"] or "" for row in rows],
            _("Team"): [row["team"] or "" for row in rows],
            _("Segment"): [row["segment"] or "" for row in rows],
            _("Purchases"): [row["purchases"] for row in rows],
            _("Last purchase"): [row["last_purchase_on"] for row in rows],
            _("Spent so far"): [formats.value(row["spent"], "money") for row in rows],
            _("Still buys"): [formats.percent(row["p_alive"], 0) for row in rows],
            _("Expected in 12 months"): [formats.value(row["expected_purchases"], "number") for row in rows],
            _("Margin expected"): [formats.value(row["value_12m"], "money") for row in rows],
        }
        kept = {name: cells for name, cells in columns.items() if any(cell not in ("", formats.NONE) for cell in cells)}
        right = {
            name: st.column_config.TextColumn(alignment="right")
            for name, cells in kept.items()
            if name in (_("Spent so far"), _("Still buys"), _("Expected in 12 months"), _("Margin expected"))
        }
        chosen = st.dataframe(
            pd.DataFrame(kept), hide_index=True, height="content" if len(rows) <= 8 else 318, placeholder="", on_select="rerun",
            selection_mode="single-row", key="value_quiet",
            column_config={_("Last purchase"): st.column_config.DateColumn(format="DD-MM-YYYY"), **right},
        )  # fmt: skip
        picked = chosen["selection"]["rows"] if chosen else []
        if picked:
            loop.open_(rows[picked[0]]["customer_id"])
            st.rerun()


def _verdict(found: Buying) -> str:
    """How well purchases were foretold, the parameters, and what the model takes for granted; as HTML."""
    assert found.fitted is not None
    told = (
        _judged(found.held) if found.held else _("There is too little history to hold a part of it out and judge it.")
    )
    texts = [told, *_assumptions(found)]
    body = "".join(f'<div class="cx-sub" style="margin:.3rem 0">{look.escaped(text)}</div>' for text in texts)
    return (
        f'<div class="cx-title">{look.escaped(_("How well it foretells"))}</div>{body}'
        f'<div class="cx-facts">{_parameters(found.fitted)}</div>'
    )


def _judged(held: Held) -> str:
    last = held.end - pd.Timedelta(days=1).to_pytimedelta()
    off = held.expected / held.actual - 1 if held.actual else float("nan")
    first = _(
        "Knowing only what was bought before {begin}, it expected {expected} purchases from then to {end}; {actual} came ({off}).",
        begin=formats.day(held.begin), end=formats.day(last), expected=formats.decimal(held.expected, 0),
        actual=formats.decimal(held.actual, 0), off=formats.change(off, "count", False),
    )  # fmt: skip
    words = {
        "pace": formats.decimal(held.as_before, 0), "error": formats.decimal(held.error, 2), "before": formats.decimal(held.error_as_before, 2),
    }  # fmt: skip
    if held.error < held.error_as_before:
        second = _(
            "Had all gone on at their own pace it would have been {pace}. For one customer the model is off by {error} purchases on "
            "average, going on as before by {before}: the model is closer.", **words,
        )  # fmt: skip
    else:
        second = _(
            "Had all gone on at their own pace it would have been {pace}. For one customer the model is off by {error} purchases on "
            "average, going on as before by {before}: the model is no better here, so do not lean on it.", **words,
        )  # fmt: skip
    return f"{first} {second}"


def _assumptions(found: Buying) -> list[str]:
    texts = [
        _("Who bought once counts as still buying: the model lets customers stop only after a second purchase."),
    ]
    assert found.fitted is not None
    if not found.fitted.knows_amounts:
        return [
            *texts,
            _("The purchases have no amounts that can be learned from, so there are expected purchases but no value."),
        ]
    rho, eta = formats.decimal(found.rho, 2), formats.percent(found.eta, 0)
    if found.independent:
        return [
            *texts,
            _(
                "Amounts: how often and how much hardly go together (rank correlation {rho}, {eta} of the differences), as the model assumes.",
                rho=rho,
                eta=eta,
            ),
        ]
    return [
        *texts,
        _(
            "Amounts: how often and how much go together (rank correlation {rho}, {eta} of the differences), which the model assumes they do not: take the values as rough.",
            rho=rho,
            eta=eta,
        ),
    ]


def _parameter(number: float) -> str:
    """Two digits after the point; where customers hardly differ some become very large or small."""
    return formats.decimal(number, 2) if 0.005 <= number < 1e6 else f"{number:.0e}"


def _parameters(fitted: Fitted) -> str:
    names = ("r", "alpha", "a", "b", *(("p", "q", "gamma") if fitted.knows_amounts else ()))
    timing = ", ".join(f"{name} {_parameter(getattr(fitted, name))}" for name in names[:4])
    rows = [(_("BG/NBD, in days"), timing)]
    if fitted.knows_amounts:
        rows.append((_("Gamma-Gamma"), ", ".join(f"{name} {_parameter(getattr(fitted, name))}" for name in names[4:])))
    return "".join(f"<span>{look.escaped(name)}</span><span></span><b>{look.escaped(text)}</b>" for name, text in rows)


def _foretold(held: Held | None) -> None:
    title = _("Expected and actual purchases")
    subtitle = _("In the time held out, for each customer, by purchases before it")
    st.html(f'<div class="cx-title">{look.escaped(title)}</div><div class="cx-sub">{look.escaped(subtitle)}</div>')
    if held is None:
        st.html(
            f'<div class="cx-sub">{look.escaped(_("There is too little history to hold a part of it out and judge it."))}</div>'
        )
        return
    st.plotly_chart(
        charts.foretold(held, state.style()), theme=None, config=look.CHART, key="foretold", alt=f"{title}. {subtitle}"
    )
