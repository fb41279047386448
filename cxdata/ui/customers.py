"""The Customers page: those at risk, and everybody, found by name or number."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cxdata import formats
from cxdata.care.people import Wanted
from cxdata.filters import Filters
from cxdata.i18n import N_, _
from cxdata.ui import at_risk, customer, follow_up_form, look, paging, state, view

PAGE_SIZE = 25
TABS = {"": N_("Customers at risk"), "all": N_("All customers")}
USES = ("team", "segment", "entry_channel")


def show() -> None:
    """One customer where one is chosen, else the lists."""
    number = str(st.session_state.get("customer") or "")
    if number:
        follow_up_form.told()
        customer.show(number)
        return
    filters = _head()
    follow_up_form.told()
    tab = st.segmented_control(
        _("List"),
        list(TABS),
        format_func=lambda code: _(TABS[code]),
        key="show",
        required=True,
        label_visibility="collapsed",
    )
    if tab:
        _everybody(filters)
    else:
        at_risk.show(filters)


def _head() -> Filters:
    st.title(_("Customers"), anchor=False)
    if state.moment() is None or not state.has("customer_facts"):
        look.empty(
            _(
                "This page needs customers: a list with start and cancel dates, or purchases, tickets or answers that name them."
            )
        )
        st.stop()
    seen = view.current(USES, ("customer_facts",))
    seen = view.without(seen, *(name for name in seen.filters.values if name not in USES))
    names = [formats.group(name, word) for name in USES for word in seen.filters.values.get(name, ())]
    where = ", ".join(names) if names else _("all customers")
    said = _(
        "{where} · as of {day}", where=where[0].upper() + where[1:], day=formats.day(state.the_moment().local.date())
    )
    st.html(f'<div class="cx-lead">{look.escaped(said)}</div>')
    look.estimated_note()
    return seen.filters


def _everybody(filters: Filters) -> None:
    """Everybody, also who has left: search, and a row to open."""
    learned = state.learned()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        search = st.text_input(
            _("Search"), key="people_search", placeholder=_("Name, number or e-mail"), icon=":material/search:",
            label_visibility="collapsed", width=300,
        )  # fmt: skip
    wanted = Wanted(filters, search or "", "model" if learned.fitted else "rules", "last_contact", everybody=True)
    page, found, rows = state.people_page(wanted, PAGE_SIZE, paging.at("people"))
    if not rows:
        text = _("No customer has this name or number.") if search else _("No customers in this selection.")
        st.html(f'<div class="cx-sub">{look.escaped(text)}</div>')
        return
    table = pd.DataFrame(
        {
            _("Customer"): [row["customer_id"] for row in rows],
            _("Name"): [row["name"] or "" for row in rows],
            _("Team"): [row["team"] or "" for row in rows],
            _("Segment"): [row["segment"] or "" for row in rows],
            _("Since"): [row["started_on"] for row in rows],
            _("Left"): [row["cancelled_on"] if not row["is_there"] else None for row in rows],
            _("Contacts"): [row["tickets"] for row in rows],
            _("Open"): [row["open_tickets"] or None for row in rows],
            _("Last contact"): [row["last_contact_on"] for row in rows],
            _("Margin a year"): [formats.value(row["value_year"], "money") for row in rows],
        }
    )
    days = {
        name: st.column_config.DateColumn(format="DD-MM-YYYY") for name in (_("Since"), _("Left"), _("Last contact"))
    }
    chosen = st.dataframe(
        table, hide_index=True, height=35 * len(rows) + 40, column_config=days, placeholder="", on_select="rerun", selection_mode="single-row",
        key=f"people_table_{page}_{search}",
    )  # fmt: skip
    picked = chosen["selection"]["rows"] if chosen else []
    if picked:
        customer.open_(rows[picked[0]]["customer_id"])
        st.rerun()
    paging.buttons("people", page, PAGE_SIZE, found, _("tick a row to open it"))
