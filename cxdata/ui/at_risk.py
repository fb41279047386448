"""The customers at risk: who, why, what is at stake, and the way to follow them up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from cxdata import formats
from cxdata.care import follow_ups, people, rules
from cxdata.care.follow_ups import FollowUp
from cxdata.care.model import Learned
from cxdata.care.people import Wanted
from cxdata.filters import Filters
from cxdata.i18n import N_, _
from cxdata.ui import customer, follow_up_form, look, paging, ranking, state
from cxdata.ui.cards import figures

PAGE_SIZE = 10
ORDER_WORDS = {"stake": N_("Most at stake"), "chance": N_("Highest chance"), "value": N_("Highest value")}


def show(filters: Filters) -> None:
    """The list with its totals, what it rests on, and the rules."""
    learned = state.learned()
    ranked = _toolbar(learned)
    wanted = Wanted(filters, st.session_state.get("risk_search") or "", ranked, _order(learned))
    _summary(wanted, learned)
    _list(wanted, learned)
    ranking.show(learned)


def _order(learned: Learned) -> str:
    return str(st.session_state.get("risk_order") or ("stake" if learned.fitted else "chance"))


def _toolbar(learned: Learned) -> str:
    """Search, order and ranking; the ranking that is chosen."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text_input(
            _("Search"), key="risk_search", placeholder=_("Name, number or e-mail"), icon=":material/search:",
            label_visibility="collapsed", on_change=paging.to, args=("risk",), width=240,
        )  # fmt: skip
        st.selectbox(
            _("Order"), list(ORDER_WORDS), key="risk_order", format_func=lambda code: _(ORDER_WORDS[code]), width=190,
            label_visibility="collapsed", filter_mode=None, on_change=paging.to, args=("risk",),
        )  # fmt: skip
        if learned.fitted is None:
            return "rules"
        chosen = st.segmented_control(
            _("Ranked by"), list(people.RANKINGS), key="risk_ranking", default=learned.better, required=True,
            format_func=lambda code: {"model": _("Model"), "rules": _("Rules")}[code], label_visibility="collapsed",
            on_change=paging.to, args=("risk",),
        )  # fmt: skip
    return chosen or learned.better


def _summary(wanted: Wanted, learned: Learned) -> None:
    """What the list adds up to."""
    totals, kept = state.people_totals(wanted), state.all_follow_ups()
    today = state.today()
    late = sum(one.follow_up.is_late(today) for one in kept)
    cards = [(_("Customers"), formats.decimal(totals.customers, 0), "")]
    if learned.fitted:
        expected = formats.decimal(totals.leaving or 0, 0)
        cards.append((_("Expected to leave in 90 days"), expected, _("{share} of them", share=_share(totals))))
    if totals.stake is not None:
        of = _("of {value} a year", value=formats.money(totals.value_year or 0))
        cards.append((_("Value at stake"), formats.money(totals.stake), of))
    opened = sum(one.follow_up.is_open for one in kept)
    cards.append((_("Follow-ups open"), formats.decimal(opened, 0), _("{count} overdue", count=late) if late else ""))
    figures(cards)


def _share(totals: people.Totals) -> str:
    return formats.percent((totals.leaving or 0) / totals.customers) if totals.customers else formats.NONE


# --- the list -----------------------------------------------------------------------------------------------


def _list(wanted: Wanted, learned: Learned) -> None:
    page, found, rows = state.people_page(wanted, PAGE_SIZE, paging.at("risk"))
    if not found:
        text = _("No customer has this name or number.") if wanted.search else _("No customers in this selection.")
        st.html(f'<div class="cx-sub">{look.escaped(text)}</div>')
        return
    newest = follow_ups.newest_of(state.all_follow_ups())
    in_force = rules.rules(state.settings())
    with st.container(border=True, gap="xsmall"):
        picked = [row for row in rows if st.session_state.get(f"risk_pick_{row['customer_id']}")]
        _bar(picked, wanted.ranking)
        for row in rows:
            _row(row, wanted.ranking, in_force, newest.get(row["customer_id"]), learned)
        paging.buttons("risk", page, PAGE_SIZE, found)


def _bar(picked: Sequence[Mapping[str, Any]], ranked: str) -> None:
    """What to do with those that are ticked."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = _("Follow up {count} customers", count=len(picked)) if len(picked) > 1 else _("Follow up")
        if st.button(label, icon=":material/add_call:", type="primary", disabled=not picked, key="risk_follow"):
            follow_up_form.ask([_asked(row, ranked) for row in picked])
        said = _("Tick whom to follow up; a name opens everything that is known.")
        st.html(f'<div class="cx-small">{look.escaped(said)}</div>')


def _asked(row: Mapping[str, Any], ranked: str) -> follow_up_form.Asked:
    why = "; ".join(one.text for one in people.reasons(row, ranked, rules.rules(state.settings())))
    return follow_up_form.Asked(
        row["customer_id"], row["name"] or row["customer_id"], why, "", row["chance"], row["score"]
    )


def _row(
    row: Mapping[str, Any], ranked: str, in_force: Sequence[rules.Rule], followed: FollowUp | None, learned: Learned
) -> None:
    number, today = row["customer_id"], state.today()
    with st.container(horizontal=True, vertical_alignment="top", gap="small", wrap=False, key=f"cx-person-{number}"):
        busy = followed is not None and (followed.is_open or followed.is_held_out(today))
        st.checkbox(
            _("Choose {name}", name=row["name"] or number), key=f"risk_pick_{number}", label_visibility="collapsed", disabled=busy,
            width="content",
        )  # fmt: skip
        with st.container(gap=None):
            st.button(
                look.plain(row["name"] or number),
                type="tertiary",
                key=f"risk_open_{number}",
                on_click=customer.open_,
                args=(number,),
            )
            about = [
                *([number] if row["name"] else []),
                *(formats.group(name, row[name]) for name in ("team", "segment") if row[name]),
                _("since {month}", month=formats.period(row["started_on"].replace(day=1), "month")),
            ]
            chips = "".join(
                f'<span class="cx-chip">{look.escaped(one.text)}</span>'
                for one in people.reasons(row, ranked, in_force)[:5]
            )
            if not chips:
                chips = f'<span class="cx-small">{look.escaped(_("Nothing out of the ordinary"))}</span>'
            state_chip = _state(followed, today)
            st.html(
                f'<div class="cx-small">{look.escaped(" · ".join(about))}</div><div class="cx-row">{state_chip}{chips}</div>'
            )
        _numbers(row, learned, ranked)


def _state(followed: FollowUp | None, today: date) -> str:
    """How a follow-up stands, as HTML."""
    if followed is None:
        return ""
    if followed.is_held_out(today):
        text, style = _("held out until {day}", day=formats.day_short(followed.due)), ""
    elif followed.is_open:
        late = followed.is_late(today)
        text = _("{who} · by {day}", who=followed.who, day=formats.day_short(followed.due))
        style = "worse" if late else "lagging"
    elif followed.closed_s is not None:
        outcome = _(follow_ups.OUTCOMES[followed.outcome]).lower()
        text, style = _("followed up: {outcome}", outcome=outcome), "better"
    else:
        return ""
    return f'<span class="cx-chip {style}">{look.escaped(text)}</span>'


def _numbers(row: Mapping[str, Any], learned: Learned, ranked: str) -> None:
    """Chance, value and what is at stake, aligned right."""
    cells = []
    if learned.fitted:
        cells.append((formats.percent(row["chance"]), _("chance to leave")))
    if ranked == "rules" or not learned.fitted:
        cells.append((formats.decimal(row["score"], 0), _("points")))
    if row["value_year"] is not None:
        cells.append((formats.money(row["value_year"]), _("margin a year")))
    if row["stake"] is not None and not math.isnan(row["stake"]):
        cells.append((formats.money(row["stake"]), _("at stake")))
    html = "".join(
        f'<div><b>{look.escaped(value)}</b><span class="cx-small">{look.escaped(label)}</span></div>'
        for value, label in cells
    )
    st.html(f'<div class="cx-numbers">{html}</div>', width="content")
