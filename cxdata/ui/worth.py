"""What a gesture to one customer costs against what they are still worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cxdata import formats
from cxdata.care import value
from cxdata.care.value import HORIZON_WORDS, HORIZONS
from cxdata.errors import CxError
from cxdata.filters import Filters
from cxdata.i18n import _
from cxdata.ui import look, state

GESTURE = 30.0  # euros, what the calculators begin with


def asked(where: str) -> tuple[float | None, str]:
    """(what a gesture costs, the horizon): the choices that one customer and groups share."""
    amount = st.number_input(
        _("A gesture of (€)"), value=GESTURE, step=5.0, format="%.2f", key=f"{where}_gesture", width=130,
    )  # fmt: skip
    horizon = st.selectbox(
        _("Against the value of"), list(HORIZONS), format_func=lambda code: _(HORIZON_WORDS[code]), key=f"{where}_horizon",
        width=205, filter_mode=None,
    )  # fmt: skip
    return amount, horizon


def of_customer(row: Mapping[str, Any]) -> None:
    """What a gesture to this customer costs against what they are still worth; on their page."""
    with st.container(border=True, gap="xsmall"):
        st.html(f'<div class="cx-title">{look.escaped(_("What a gesture costs"))}</div>')
        if not row["is_there"] and row["p_alive"] is None:
            st.html(f'<div class="cx-sub">{look.escaped(_("Has left."))}</div>')
            return
        _of_customer(row)


@st.fragment
def _of_customer(row: Mapping[str, Any]) -> None:
    state.use_language()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        amount, horizon = asked("customer")
    churn, whose = _churn_of(row)
    worth = value.worth(row["monthly_value"], row["value_12m"], state.settings().margin, churn, horizon)
    try:
        said = worth.how if worth.amount is None else value.gesture(amount, worth.amount).said(one=True)
    except CxError as error:
        said = look.said(error)
    how = " ".join(filter(None, [worth.how, whose if row["monthly_value"] is not None else ""]))
    lines = [f"<b>{look.escaped(said)}</b>"]
    if worth.amount is not None:
        lines.append(f'<div class="cx-small">{look.escaped(formats.money(worth.amount))}: {look.escaped(how)}</div>')
    if row["p_alive"] is not None:
        lines.append(f'<div class="cx-small">{look.escaped(_buys(row))}</div>')
    st.html("".join(lines))


def _churn_of(row: Mapping[str, Any]) -> tuple[float | None, str]:
    """(monthly churn, whose it is in words): that of the customer's segment where enough were there, else of all."""
    found = state.group_standings(Filters(), "segment")
    own = next((one for one in found if not one.whole and one.word == row["segment"] and one.word is not None), None)
    if own and own.opening >= state.settings().minimum_n:
        return own.churn, _("(churn of {segment}, past 12 months).", segment=formats.group("segment", own.word))
    whole = found[0].churn if found else None
    return whole, _("(churn of all customers, past 12 months).")


def _buys(row: Mapping[str, Any]) -> str:
    """What the purchases say of a customer."""
    return _(
        "Still buys with a chance of {chance}; {count} purchases are expected in the next 12 months.",
        chance=formats.percent(row["p_alive"], 0), count=formats.value(row["expected_purchases"], "number"),
    )  # fmt: skip
