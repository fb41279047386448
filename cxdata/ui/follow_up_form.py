"""The dialogs of a follow-up: asking for one, and closing the loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from cxdata import formats
from cxdata.care import follow_ups
from cxdata.care.follow_ups import HOWS, OUTCOMES, FollowUp
from cxdata.errors import CxError
from cxdata.i18n import _
from cxdata.ui import jobs, look, state

DAYS = 7  # within which a follow-up is due unless said otherwise


@dataclass(frozen=True)
class Asked:
    """A customer to follow up: number, name, why, the answer it is about ("" for none), and how likely they were to leave."""

    customer: str
    name: str
    reason: str
    answer: str = ""
    chance: float | None = None
    score: float | None = None


def ask(asked: Sequence[Asked]) -> None:
    """Open the dialog that assigns a follow-up of these customers."""
    title = (
        _("Follow up {name}", name=asked[0].name)
        if len(asked) == 1
        else _("Follow up {count} customers", count=len(asked))
    )
    st.dialog(title, width="medium")(_ask)(tuple(asked))


def _ask(asked: tuple[Asked, ...]) -> None:
    state.use_language()
    today, now = state.today(), follow_ups.trial(state.shown_store())
    for one in asked[:5]:
        st.html(f'<div class="cx-small"><b>{look.escaped(one.name)}</b> {look.escaped(one.reason)}</div>')
    if len(asked) > 5:
        st.html(f'<div class="cx-small">{look.escaped(_("and {count} more", count=len(asked) - 5))}</div>')
    left, right = st.columns(2)
    names = sorted({kept.follow_up.who for kept in state.all_follow_ups() if kept.follow_up.who}, key=str.casefold)
    mine = str(st.session_state.get("_follow_who") or jobs.who())
    if mine and mine not in names:
        names = [mine, *names]
    who = left.selectbox(
        _("Who"), names, index=names.index(mine) if mine in names else None, accept_new_options=True, key="follow_who",
        placeholder=_("Type a name and press Enter"),
    )  # fmt: skip
    due = right.date_input(
        _("By"), value=today + timedelta(days=DAYS), min_value=today, format="DD-MM-YYYY", key="follow_due"
    )
    how = st.segmented_control(
        _("How"), list(HOWS), format_func=lambda code: _(HOWS[code]), default="call", required=True, key="follow_how"
    )
    note = st.text_area(_("Note"), key="follow_note", height=80, max_chars=follow_ups.LONGEST_NOTE)
    drawn = True
    if now.share:
        st.info(
            _(
                "A draw holds out {share} of the customers chosen: they are not contacted for 90 days, so that it can be told "
                "whether following up helps.",
                share=formats.percent(now.share, 0),
            ),
            icon=":material/casino:",
        )
        drawn = not st.checkbox(
            _("Contact them whatever the draw says; they are left out of the comparison"), key="follow_certain"
        )
    if st.button(_("Assign"), type="primary", key="follow_save", width="stretch"):
        _assign(asked, str(who or ""), due, str(how), note, today, drawn=drawn)


def _assign(
    asked: Sequence[Asked], who: str, due: date, how: str, note: str, today: date, *, drawn: bool
) -> None:  # fmt: skip
    moment = instant(today, today)
    try:
        wanted = [
            FollowUp(
                0,
                one.customer,
                " ".join(who.split()),
                due,
                how,
                moment,
                one.reason,
                one.answer,
                one.chance,
                one.score,
                note=note,
            )
            for one in asked
        ]
        taken, held = follow_ups.open_for(state.shown_store(), wanted, today, drawn=drawn, by=jobs.who())
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.session_state["_follow_who"] = who
    for one in asked:
        st.session_state.pop(f"risk_pick_{one.customer}", None)
    st.session_state["_follow_told"] = (len(taken), [own.customer for own in held])
    st.rerun()


def told() -> None:
    """What was assigned last, and whom the draw held out."""
    done: tuple[int, list[str]] | None = st.session_state.pop("_follow_told", None)
    if done is None:
        return
    taken, held = done
    if taken:
        st.toast(_("Follow-ups assigned: {count}", count=taken), icon=":material/check:")
    if held:
        st.info(
            _(
                "The draw holds out: {customers}. Please do not contact them for 90 days.",
                customers=look.plain(", ".join(held)),
            ),
            icon=":material/casino:",
        )


def instant(day: date, today: date) -> int:
    """UTC epoch seconds of what was done on a day: now where that is really today, else noon."""
    zone = ZoneInfo(state.settings().zone)
    if day == today and today == datetime.now(zone).date():
        return int(datetime.now(UTC).timestamp())
    return int(datetime.combine(day, time(12), zone).timestamp())


# --- closing the loop ---------------------------------------------------------------------------------------


def close(own: FollowUp, name: str) -> None:
    """Open the dialog that closes a follow-up."""
    st.dialog(_("Close the loop with {name}", name=name), width="medium")(_close)(own)


def _close(own: FollowUp) -> None:
    state.use_language()
    today = state.today()
    if own.reason:
        st.html(f'<div class="cx-small">{look.escaped(own.reason)}</div>')
    outcome = st.segmented_control(
        _("What came of it?"), list(OUTCOMES), format_func=lambda code: _(OUTCOMES[code]), key="close_outcome"
    )
    zone = ZoneInfo(state.settings().zone)
    opened = datetime.fromtimestamp(own.opened_s, UTC).astimezone(zone).date()
    day = st.date_input(
        _("On"),
        value=max(today, opened),
        min_value=opened,
        max_value=max(today, opened),
        format="DD-MM-YYYY",
        key="close_day",
    )
    note = st.text_area(_("Note"), value=own.note, key="close_note", height=100, max_chars=follow_ups.LONGEST_NOTE)
    if not st.button(_("Close the loop"), type="primary", key="close_save", width="stretch"):
        return
    if not outcome:
        st.error(_("Say what came of it."), icon=":material/error:")
        return
    try:
        moment = max(instant(day, today), own.opened_s)
        follow_ups.close(state.shown_store(), own, outcome, moment, note, jobs.who())
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.rerun()
