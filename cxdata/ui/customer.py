"""One customer on a page of their own: what is known, why they may leave, what they are worth, and what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cxdata import charts, formats
from cxdata.care import duplicates, follow_ups, people, rules
from cxdata.care.follow_ups import FollowUp
from cxdata.care.people import Profile, Reason
from cxdata.errors import CxError
from cxdata.i18n import _
from cxdata.ui import follow_up_form, jobs, look, state, worth
from cxdata.ui.cards import figures
from cxdata.ui.voice import KIND_WORDS

MOST_SHOWN = 200


def open_(number: str) -> None:
    """Show this customer; "" for the list."""
    st.session_state["customer"] = number


def show(number: str) -> None:
    """The page of a customer, or the sentence that there is none."""
    st.button(
        _("All customers"),
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=open_,
        args=("",),
        key="customers_back",
    )
    try:
        found = state.profile(number)
    except CxError as error:
        st.warning(look.plain(look.said(error)), icon=":material/info:")
        return
    own = [kept.follow_up for kept in state.all_follow_ups() if kept.follow_up.customer == number]
    _head(found, own)
    with st.container(border=True, gap="xsmall"):
        figure = charts.timeline(found, own, state.style(), today=state.the_moment().until)
        if figure.data:
            st.plotly_chart(
                figure, theme=None, config=look.CHART, key="timeline", alt=_("Timeline of {name}", name=found.title)
            )
        else:
            st.html(
                f'<div class="cx-sub">{look.escaped(_("No contacts, answers or purchases of this customer."))}</div>'
            )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _tickets(found)
        _answers(found)
        _purchases(found)
    with right:
        _risk(found)
        worth.of_customer(found.row)
        _follow_ups(found, own)
        _same(found)


def _head(found: Profile, own: Sequence[FollowUp]) -> None:
    row = found.row
    with st.container(horizontal=True, vertical_alignment="top", wrap=False, key="cx-goal-head"):
        st.html(
            f'<h1 class="cx-goal-title">{look.escaped(found.title)}</h1><div class="cx-sub">{look.escaped(_about(row))}</div>'
        )
        busy = any(one.is_open or one.is_held_out(state.today()) for one in own)
        if st.button(_("Follow up"), icon=":material/add_call:", type="primary", key="customer_follow", disabled=busy):
            in_force = rules.rules(state.settings())
            ranked = state.learned().better
            why = "; ".join(one.text for one in people.reasons(row, ranked, in_force))
            follow_up_form.ask(
                [follow_up_form.Asked(found.customer, found.title, why, "", row["chance"], row["score"])]
            )
    facts = [
        (_("Contacts"), formats.decimal(row["tickets"], 0)),
        (_("Open tickets"), formats.decimal(row["open_tickets"], 0)),
        (_("Last contact"), formats.day(row["last_contact_on"]) if row["last_contact_on"] else formats.NONE),
        (_("Monthly value"), formats.money(row["monthly_value"]) if row["monthly_value"] is not None else formats.NONE),
        (_("Spent so far"), formats.money(row["spent"]) if row["spent"] is not None else formats.NONE),
        (_("Margin a year"), formats.money(row["value_year"]) if row["value_year"] is not None else formats.NONE),
    ]
    figures([(label, value, "") for label, value in facts])


def _about(row: Mapping[str, Any]) -> str:
    """Number, e-mail address, team, segment, and since or until when."""
    if row["is_there"] or row["cancelled_on"] is None:
        since = _("customer since {day}", day=formats.day(row["started_on"]))
    else:
        since = _(
            "customer from {first} to {last}",
            first=formats.day(row["started_on"]),
            last=formats.day(row["cancelled_on"]),
        )
    told = [row["customer_id"] if row["name"] else "", row["email"] or ""]
    told += [formats.group(name, row[name]) if row[name] else "" for name in ("team", "segment", "entry_channel")]
    renews = _("renews on {day}", day=formats.day(row["renews_on"])) if row["renews_on"] else ""
    estimated = _("estimated from activity") if row["estimated"] else ""
    return " · ".join(filter(None, [*told, since, renews, estimated]))


def _risk(found: Profile) -> None:
    """The chance and its reasons, by the model and by the rules."""
    row, learned = found.row, state.learned()
    with st.container(border=True, gap="xsmall"):
        st.html(f'<div class="cx-title">{look.escaped(_("At risk?"))}</div>')
        if not row["is_there"]:
            st.html(f'<div class="cx-sub">{look.escaped(_("Has left."))}</div>')
            return
        in_force = rules.rules(state.settings())
        by_rules = people.reasons(row, "rules", in_force)
        if learned.fitted:
            said = _(
                "Chance to leave within 90 days: {chance}, where {rate} is usual.", chance=formats.percent(row["model_chance"]),
                rate=formats.percent(learned.rate or 0),
            )  # fmt: skip
            st.html(f'<div class="cx-sub">{look.escaped(said)}</div>')
            moves = _list(people.reasons(row, "model", in_force), _("Raises the chance"), "worse")
            moves += _list(people.protections(row), _("Lowers it"), "better")
            if moves:
                st.html(moves)
        points = _("Points by the rules: {points}", points=formats.decimal(row["score"], 0))
        st.html(_list(by_rules, points, "") or f'<div class="cx-small">{look.escaped(points)}</div>')
        if row["stake"] is not None:
            said = _("Value at stake: {value}, the chance times a year's margin.", value=formats.money(row["stake"]))
            st.html(f'<div class="cx-small">{look.escaped(said)}</div>')


def _list(found: Sequence[Reason], title: str, style: str) -> str:
    if not found:
        return ""
    chips = "".join(f'<span class="cx-chip {style}">{look.escaped(one.text)}</span>' for one in found)
    return (
        f'<div class="cx-small">{look.escaped(title)}</div><div class="cx-row" style="margin-top:.1rem">{chips}</div>'
    )


def _follow_ups(found: Profile, own: Sequence[FollowUp]) -> None:
    with st.container(border=True, gap="xsmall"):
        st.html(f'<div class="cx-title">{look.escaped(_("Follow-ups"))}</div>')
        if not own:
            st.html(f'<div class="cx-sub">{look.escaped(_("None yet."))}</div>')
        for one in reversed(own):
            entry(one, found.title)


def entry(one: FollowUp, name: str, *, key: str = "") -> None:
    """A follow-up with what can be done; `key` tells lists apart."""
    today = state.today()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(f'<div class="cx-small">{look.escaped(told(one, today))}</div>')
        if one.is_open and st.button(_("Close the loop"), key=f"close{key}_{one.id}", width="content"):
            follow_up_form.close(one, name)


def told(one: FollowUp, today: date) -> str:
    """A follow-up in words."""
    if one.held_out:
        text = _("Held out by the draw until {day}", day=formats.day(one.due))
        return text if one.is_held_out(today) else _("Was held out by the draw until {day}", day=formats.day(one.due))
    how = _(follow_ups.HOWS[one.how])
    if one.closed_s is None:
        text = _("{how} by {who}, due {day}", how=how, who=one.who, day=formats.day(one.due))
        text += f" ({_('overdue')})" if one.is_late(today) else ""
    else:
        day = formats.day(pd.Timestamp(one.closed_s, unit="s", tz="UTC").tz_convert(state.settings().zone).date())
        text = _(
            "{how} by {who} on {day}: {outcome}",
            how=how,
            who=one.who,
            day=day,
            outcome=_(follow_ups.OUTCOMES[one.outcome]).lower(),
        )
    return " · ".join(filter(None, [text, one.reason, one.note]))


# --- one customer under two numbers -------------------------------------------------------------------------


def _same(found: Profile) -> None:
    """The numbers that are one customer, those that may be, and the way to say so and to take it back."""
    store = state.shown_store()
    with st.expander(_("The same customer under another number?"), icon=":material/merge:"):
        for one in duplicates.merges(store):
            if one.into == found.customer:
                text = _("{number} counts as this customer", number=one.number)
                _line(text, _("Separate"), f"separate_{one.id}", partial(duplicates.separate, store, one, jobs.who()))
        for row in duplicates.alike(store, found):
            text = " · ".join(filter(None, [row["customer_id"], row["name"], row["email"], row["team"]]))
            act = partial(duplicates.merge, store, row["customer_id"], found.customer, jobs.who())
            _line(text, _("Is the same"), f"same_{row['customer_id']}", act)
        number = st.text_input(_("Another number of this customer"), key="same_number")
        if st.button(_("Is the same"), key="same_typed", disabled=not number):
            _change(partial(duplicates.merge, store, number, found.customer, jobs.who()))


def _line(text: str, label: str, key: str, act: Callable[[], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(f'<div class="cx-small">{look.escaped(text)}</div>')
        if st.button(label, key=key, width="content"):
            _change(act)


def _change(act: Callable[[], None]) -> None:
    """Merge or separate, with the facts derived again; what cannot be is said."""
    try:
        with st.spinner(_("Computing all numbers again …")):
            act()
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.rerun()


# --- what the files hold ------------------------------------------------------------------------------------


def _tickets(found: Profile) -> None:
    rows = found.tickets.head(MOST_SHOWN)
    if rows.empty:
        return
    said = people.subjects(state.shown_store(), rows)
    table = pd.DataFrame(
        {
            _("Created"): rows["created_on"],
            _("Ticket"): rows["key"],
            _("Subject"): [said.get((row.source, row.key), "") for row in rows.itertuples()],
            _("Channel"): [formats.group("channel", word) if word else "" for word in rows["channel"]],
            _("Team"): rows["team"].fillna(""),
            _("First response"): [formats.value(second, "duration") for second in rows["first_response_calendar_s"]],
            _("Resolved"): rows["resolved_on"],
            _("SLA"): [_sla(row) for row in rows.itertuples()],
            _("Reopened"): [int(count) if count else None for count in rows["reopens"]],
        }
    )
    _table(_("Contacts"), table, len(found.tickets))


def _sla(row: Any) -> str:
    late = [
        name
        for name, met in ((_("First response"), row.first_response_met), (_("Resolution"), row.resolution_met))
        if met is False
    ]
    return _("missed: {targets}", targets=", ".join(late).lower()) if late else ""


def _answers(found: Profile) -> None:
    rows = found.answers.head(MOST_SHOWN)
    if rows.empty:
        return
    table = pd.DataFrame(
        {
            _("Answered"): rows["answered_on"],
            _("Question"): [_(KIND_WORDS[kind]) for kind in rows["kind"]],
            _("Score"): [
                f"{formats.decimal(row.score, 0)}/{formats.decimal(max(row.best, row.worst), 0)}"
                for row in rows.itertuples()
            ],
            _("Comment"): rows["comment"].fillna(""),
            _("Ticket"): rows["ticket_id"].fillna(""),
        }
    )
    _table(_("Answers"), table, len(found.answers))


def _purchases(found: Profile) -> None:
    rows = found.purchases.head(MOST_SHOWN)
    if rows.empty:
        return
    table = pd.DataFrame(
        {
            _("Purchased"): rows["purchased_on"],
            _("Order"): rows["key"],
            _("Amount"): [formats.value(amount, "money") for amount in rows["amount"]],
        }
    )
    _table(_("Purchases"), table, len(found.purchases))


def _table(title: str, table: pd.DataFrame, total: int) -> None:
    with st.container(border=True, gap="xsmall"):
        more = f" · {_('the newest {count}', count=MOST_SHOWN)}" if total > MOST_SHOWN else ""
        st.html(
            f'<div class="cx-title">{look.escaped(title)} <span class="cx-small">{formats.decimal(total, 0)}{look.escaped(more)}</span></div>'
        )
        days = {
            name: st.column_config.DateColumn(format="DD-MM-YYYY") for name in table.columns if _is_day(table[name])
        }
        st.dataframe(table, hide_index=True, height=min(38 + 35 * len(table), 300), column_config=days, placeholder="")


def _is_day(column: pd.Series) -> bool:
    known = column.dropna()
    return bool(len(known)) and isinstance(known.iloc[0], date)
