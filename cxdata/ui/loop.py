"""The Follow-ups page: what is due, what was done, and whether it helps."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from cxdata import formats
from cxdata.care import follow_ups
from cxdata.care.effect import Effect
from cxdata.care.follow_ups import FollowUp, Kept
from cxdata.i18n import _
from cxdata.ui import customer, follow_up_form, jobs, look, state

SHOWN = 60
FIT, HEIGHT = 7, 430  # how many stand in a list, and from then on its height in pixels
SHARES = (0.0, 0.1, 0.2, 0.3, 0.5)


def lists() -> None:
    """What is open, those due first on top, and what was closed last."""
    follow_up_form.told()
    today, kept = state.today(), state.all_follow_ups()
    names = _names(kept)
    due = sorted((one.follow_up for one in kept if one.follow_up.is_open), key=lambda own: (own.due, own.id))
    done = sorted(
        (one.follow_up for one in kept if one.follow_up.closed_s is not None), key=lambda own: -(own.closed_s or 0)
    )
    held = [one.follow_up for one in kept if one.follow_up.is_held_out(today)]
    left, right = st.columns(2, gap="medium")
    late = sum(own.is_late(today) for own in due)
    with left:
        _list(
            _("To do"),
            due,
            names,
            _("{count} overdue", count=late) if late else "",
            _("Nobody is to be contacted. The Customers page proposes whom."),
        )
    with right:
        _list(_("Done"), done, names, "", _("Nothing was closed yet."))
        if held:
            _list(_("Held out by the draw"), held, names, "", "")


def _names(kept: Sequence[Kept]) -> dict[str, str]:
    """{customer: name} of those who are followed up."""
    numbers = tuple(sorted({one.follow_up.customer for one in kept}))
    state.learned()
    return _named(state.version(), numbers) if numbers and state.has("customer_facts") else {}


@st.cache_data(show_spinner=False, max_entries=20)
def _named(key: tuple[str, int], numbers: tuple[str, ...]) -> dict[str, str]:  # noqa: ARG001
    sql = "select customer_id, name from customer_scores where customer_id in $numbers and name is not null"
    return {
        row["customer_id"]: row["name"] for row in state.shown_store().query(sql, numbers=list(numbers)).to_pylist()
    }


def _list(title: str, found: Sequence[FollowUp], names: dict[str, str], more: str, nothing: str) -> None:
    with st.container(border=True, gap="xsmall", height=HEIGHT if len(found) > FIT else "stretch"):
        chip = f' <span class="cx-chip worse">{look.escaped(more)}</span>' if more else ""
        st.html(f'<div class="cx-title">{look.escaped(title)} <span class="cx-small">{len(found)}</span>{chip}</div>')
        if not found:
            st.html(f'<div class="cx-sub">{look.escaped(nothing)}</div>')
        for own in found[:SHOWN]:
            name = names.get(own.customer, own.customer)
            with st.container(gap=None, key=f"cx-goalcard-follow-{own.id}"):
                st.button(
                    look.plain(name), type="tertiary", key=f"follow_open_{own.id}", on_click=open_, args=(own.customer,)
                )
                customer.entry(own, name, key="_list")
        if len(found) > SHOWN:
            st.html(f'<div class="cx-small">{look.escaped(_("and {count} more", count=len(found) - SHOWN))}</div>')


def open_(number: str) -> None:
    """Go to the page of this customer (see `go`)."""
    customer.open_(number)
    st.session_state["_go"] = "customers"


def go() -> None:
    """Go to the page that a button of this run asked for."""
    if st.session_state.pop("_go", None):
        st.switch_page(st.session_state["_pages"]["customers"], query_params={"customer": st.session_state["customer"]})


# --- does it help? ------------------------------------------------------------------------------------------


def helps() -> None:
    """Whether those who are followed up stay longer, and the draw that would tell for sure."""
    st.header(_("Does following up help?"), anchor=False)
    by_draw, by_those_alike = state.effects()
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        st.html(
            f'<div class="cx-title">{look.escaped(_("Against customers alike in risk"))}</div>'
            + _told(by_those_alike, _("those alike"))
        )
        warning = _(
            "No experiment: who is called is chosen, and what was seen in the choice is not all in the risk. Only a draw can tell."
        )
        st.html(f'<div class="cx-small">{look.escaped(warning)}</div>')
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        st.html(f'<div class="cx-title">{look.escaped(_("By a draw"))}</div>' + _told(by_draw, _("held out")))
        _switch()


def _told(found: Effect, others: str) -> str:
    """An effect in words and numbers, as HTML."""
    waiting = (
        f'<div class="cx-small">{look.escaped(_("{count} were chosen less than 90 days ago and are not in it yet.", count=found.waiting))}</div>'
        if found.waiting
        else ""
    )
    if not found.is_told:
        return f'<div class="cx-sub">{look.escaped(_("Nothing to compare yet."))}</div>{waiting}'
    ends = f"{formats.change(found.low, 'share', True)} – {formats.change(found.high, 'share', True)}"
    verdict = {
        "better": _("Customers who are followed up stay clearly more often."),
        "worse": _("Customers who are followed up stay clearly less often."),
        "unclear": _("No clear difference: it may be chance."),
    }[found.verdict]
    style = found.verdict if found.verdict in ("better", "worse") else ""
    rows = (
        (_("followed up"), f"{formats.percent(found.stayed)}, n = {formats.decimal(found.followed, 0)}"),
        (others, f"{formats.percent(found.others_stayed)}, n = {formats.decimal(found.others, 0)}"),
    )
    cells = "".join(f"<span>{look.escaped(name)}</span><span></span><b>{look.escaped(text)}</b>" for name, text in rows)
    return (
        f'<div class="cx-sub">{look.escaped(_("Share that is still there after 90 days"))}</div><div class="cx-facts">{cells}</div>'
        f'<div class="cx-row" style="margin-top:0"><span class="cx-chip {style}">{look.escaped(formats.change(found.difference, "share", True))}</span>'
        f'<span class="cx-small">{look.escaped(_("95% interval {ends}", ends=ends))}</span></div>'
        f'<div class="cx-sub">{look.escaped(verdict)}</div>{waiting}'
    )


def _switch() -> None:
    """The share that a draw holds out."""
    store = state.shown_store()
    now = follow_ups.trial(store)
    shares = sorted({*SHARES, now.share})
    chosen = st.segmented_control(
        _("Held out of those chosen"), shares, default=now.share, required=True, key="hold_out",
        format_func=lambda share: formats.percent(share, 0) if share else _("nobody"),
    )  # fmt: skip
    said = _(
        "Of the customers chosen for a follow-up, a draw then leaves out this share for 90 days. The draw of a customer stays the "
        "same however often it is tried. Use it where a call less does no harm, and only for as long as it takes."
    )
    st.html(f'<div class="cx-small">{look.escaped(said)}</div>')
    if not math.isclose(chosen, now.share):
        follow_ups.hold_out(store, chosen, jobs.who())
        st.rerun()
