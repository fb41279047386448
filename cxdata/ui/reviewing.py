"""The form for reviews: a batch of tickets is drawn by lot, and each reviewer goes through it one by one, without seeing
whose ticket it is or what somebody else gave. What is saved is in the numbers at once."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from cxdata import formats, review_records
from cxdata.errors import CxError
from cxdata.filters import Period, add_months
from cxdata.i18n import N_, _
from cxdata.review_records import SCALE, Batch, Review, Shown
from cxdata.schema import QUALITY
from cxdata.sources import SOURCES
from cxdata.sources.generic import GENERIC
from cxdata.ui import jobs, look, state

NEW = "new"
ASKED = {
    "quality_accuracy": (N_("Accuracy"), N_("Was the information right and complete?")),
    "quality_professionalism": (N_("Professionalism"), N_("Was the customer helped with care, in the right tone?")),
    "quality_overall": (N_("Overall experience"), N_("The contact as a whole: would you be content as this customer?")),
}
SCORE_WORDS = {1: N_("Poor"), 2: N_("Weak"), 3: N_("Fair"), 4: N_("Good"), 5: N_("Excellent")}
EACH, MOST_EACH = 3, 20


def opened() -> bool:
    """Whether the reader reviews, rather than looks at the numbers."""
    return bool(st.session_state.get("review"))


def button() -> None:
    """The way to the form."""
    if state.has("ticket_facts"):
        st.button(_("Review tickets"), icon=":material/rate_review:", on_click=_go, args=(NEW,), key="review_go")


def offer() -> None:
    """What there is to do without any judgement: review tickets."""
    if state.has("ticket_facts"):
        st.html(f'<div class="cx-sub">{look.escaped(_("Or begin here: colleagues review a few tickets of each agent, drawn by lot."))}</div>')  # fmt: skip
        button()


def show() -> None:
    """The batches, or the next ticket of one."""
    asked = str(st.session_state["review"])
    batch = next((one for one in review_records.batches(state.shown_store()) if str(one.id) == asked), None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            _("Batches") if batch else _("Service quality"), icon=":material/arrow_back:", type="tertiary", key="review_back",
            on_click=_go, args=(NEW if batch else "",),
        )  # fmt: skip
    if batch is None:
        _lobby()
    elif not _who():
        st.title(_("Review tickets"), anchor=False)
        _ask_name()
    else:
        _review(batch)


def _go(where: str) -> None:
    st.session_state.update(review=where, _review_at=None)


def _who() -> str:
    """The reader's name where it is known, or the one they gave."""
    return str(st.session_state.get("_review_name") or jobs.who())


def _keep_name(key: str) -> None:
    st.session_state["_review_name"] = " ".join(str(st.session_state.get(key) or "").split())


def _ask_name() -> None:
    with st.form("review_who", border=True):
        st.text_input(
            _("Your name"), key="review_name_asked", max_chars=review_records.LONGEST,
            help=_("With it can be seen how far reviewers agree."),
        )  # fmt: skip
        st.form_submit_button(_("Begin"), type="primary", on_click=_keep_name, args=("review_name_asked",))


# --- batches ------------------------------------------------------------------------------------------------


def _lobby() -> None:
    st.title(_("Review tickets"), anchor=False)
    lead = _(
        "A few solved tickets of each agent, drawn by lot, so that nobody picks. They come one by one, without the agent’s name; "
        "a second colleague who takes the same batch shows how far you agree."
    )
    st.html(f'<div class="cx-lead">{look.escaped(lead)}</div>')
    if problem := st.session_state.pop("_review_problem", ""):
        st.error(look.plain(problem), icon=":material/error:")
    _draw_form()
    found = review_records.batches(state.shown_store())
    st.header(_("Batches"), anchor=False)
    if not found:
        st.html(f'<div class="cx-sub">{look.escaped(_("None yet. Draw one above."))}</div>')
    made = review_records.reviews(state.shown_store())
    for one in found:
        _batch(one, [review for review in made if review.batch == one.id])


def _draw_form() -> None:
    last = state.today().replace(day=1)
    with st.form("review_draw", border=True):
        by_name = state.settings().agents == "by_name"
        left, middle, right = st.columns([2, 2, 2])
        left.multiselect(
            _("Team"), state.values("team"), key="review_teams", placeholder=_("All teams"), select_all=False
        )
        if by_name:
            middle.multiselect(
                _("Agent"), state.values("agent"), key="review_agents", placeholder=_("All agents"), select_all=False
            )
        right.text_input(
            _("Your name"), _who(), key="review_name", max_chars=review_records.LONGEST,
            help=_("With it can be seen how far reviewers agree."),
        )  # fmt: skip
        first, until, each = st.columns([2, 2, 2])
        first.date_input(_("Solved from"), add_months(last, -1), key="review_from", format="DD-MM-YYYY")
        until.date_input(_("up to and including"), last - timedelta(days=1), key="review_to", format="DD-MM-YYYY")
        of_each = _("Tickets of each agent") if by_name else _("Tickets of each team")
        each.number_input(of_each, 1, MOST_EACH, EACH, key="review_each")
        st.form_submit_button(_("Draw the tickets"), type="primary", icon=":material/casino:", on_click=_draw)


def _draw() -> None:
    session = st.session_state
    state.use_language()
    _keep_name("review_name")
    start, last = session.get("review_from"), session.get("review_to")
    try:
        wanted = Batch(
            0,
            secrets.randbelow(2**31),
            tuple(session.get("review_teams") or ()),
            tuple(session.get("review_agents") or ()),
            Period(start, _after(last)),
            int(session.get("review_each") or EACH),
        )
        made = review_records.draw(state.shown_store(), wanted, _who())
    except CxError as error:
        session["_review_problem"] = look.said(error)
        return
    _go(str(made.id))


def _after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


def _batch(batch: Batch, made: list[Review]) -> None:
    done: dict[str, int] = {}
    for one in made:
        done[one.reviewer] = done.get(one.reviewer, 0) + 1
    so_far = [
        _("{who}: {done} of {all}", who=who, done=count, all=len(batch.tickets)) for who, count in sorted(done.items())
    ]
    with st.container(horizontal=True, vertical_alignment="center", border=True, wrap=False):
        about = [
            *([", ".join(batch.agents)] if batch.agents else []),
            _("{count} tickets, {each} of each", count=len(batch.tickets), each=batch.each),
            look.saved(batch.saved_at, batch.saved_by),
        ]
        st.html(
            f'<div class="cx-title">{look.escaped(_named(batch))}</div>'
            f'<div class="cx-small">{look.escaped(" · ".join(about))}</div>'
            f'<div class="cx-sub">{look.escaped("; ".join(so_far) or _("Nobody has reviewed yet."))}</div>'
        )
        if not made:
            st.button(
                _("Remove"), icon=":material/delete:", key=f"review_drop_{batch.id}", on_click=_drop, args=(batch,),
                type="tertiary",
            )  # fmt: skip
        st.button(
            _("Review these"),
            icon=":material/play_arrow:",
            key=f"review_batch_{batch.id}",
            on_click=_go,
            args=(str(batch.id),),
        )


def _drop(batch: Batch) -> None:
    review_records.remove_batch(state.shown_store(), batch, _who())


def _named(batch: Batch) -> str:
    """Whose tickets of when."""
    return f"{', '.join(batch.teams) or _('All teams')}, {formats.span(batch.period)}"


# --- one ticket after another -------------------------------------------------------------------------------


def _review(batch: Batch) -> None:
    store, who = state.shown_store(), _who()
    tickets = review_records.shown(store, batch, who)
    own = [one for one in review_records.reviews(store) if one.reviewer.casefold() == who.casefold()]
    left = review_records.left_to_do(batch, tickets, own, who)
    at = st.session_state.get("_review_at")
    if at is None or not 0 <= at < len(tickets):
        at = tickets.index(left[0]) if left else None
    st.session_state["_review_at"] = at
    done = len(tickets) - len(left)
    said = _("{done} of {all} reviewed, as {who}", done=done, all=len(tickets), who=who)
    if len(tickets) < len(batch.tickets):
        said += " · " + _("{count} left out: your own, or not in the data any more", count=len(batch.tickets) - len(tickets))  # fmt: skip
    st.html(
        f'<h1 class="cx-goal-title" style="margin:0">{look.escaped(_named(batch))}</h1><div class="cx-sub">{look.escaped(said)}</div>'
        f'<div class="cx-bar better" role="img" aria-label="{look.escaped(said)}"><i style="width:{100 * done / max(len(tickets), 1):.1f}%"></i></div>'
    )
    if at is None:
        _finished(bool(tickets))
        return
    ticket = tickets[at]
    known = next((one for one in own if one.ticket == ticket.ticket), None)
    facts, form = st.columns([2, 3], gap="medium")
    with facts:
        _ticket(ticket, at + 1)
    with form:
        _form(batch, ticket, known, at, [tickets.index(one) for one in left])


def _finished(reviewed: bool) -> None:
    if reviewed:
        said = _(
            "You have reviewed this batch. Ask a colleague to review it too: then it can be seen how far you agree."
        )
    else:
        said = _("None of these tickets is for you: they are your own, or not in the data any more.")
    st.success(said, icon=":material/task_alt:")
    st.button(_("Service quality"), icon=":material/verified:", on_click=_go, args=("",), key="review_done")


def _ticket(one: Shown, number: int) -> None:
    """What is known of a ticket, and its number to look it up by."""
    zone = ZoneInfo(state.settings().zone)
    labels = {source.system: source.label for source in reversed((*SOURCES, *GENERIC)) if source.kind == "tickets"}
    created = datetime.fromtimestamp(one.created_s, UTC).astimezone(zone).replace(tzinfo=None)
    found = (
        (_("Help desk"), _(labels.get(one.ticket.source, one.ticket.source))),
        (_("Reason"), one.reason),
        (_("Tags"), one.tags),
        (_("Channel"), one.channel and formats.group("channel", one.channel)),
        (_("Priority"), one.priority and formats.group("priority", one.priority)),
        (_("Created"), formats.instant(created)),
        (_("First response"), _after_words(one.first_response_s)),
        (_("Resolved"), _after_words(one.resolution_s)),
        (_("Replies"), None if one.replies is None else formats.decimal(one.replies, 0)),
        (_("Reopens"), None if one.reopens is None else formats.decimal(one.reopens, 0)),
    )
    with st.container(border=True, gap="small"):
        st.html(
            f'<div class="cx-small">{look.escaped(_("Ticket {number} of this batch", number=number))}</div>'
            f'<div class="cx-title">{look.escaped(one.subject or _("without a subject"))}</div>'
        )
        st.code(one.ticket.key, language=None)
        cells = "".join(
            f"<span>{look.escaped(label)}</span><span></span><b>{look.escaped(value)}</b>"
            for label, value in found
            if value
        )
        st.html(f'<div class="cx-facts">{cells}</div>')
        st.html(f'<div class="cx-small">{look.escaped(_("Look it up in the help desk by this number, and judge what was written or said."))}</div>')  # fmt: skip


def _after_words(seconds: float | None) -> str | None:
    return None if seconds is None else _("after {duration}", duration=formats.duration(seconds))


def _form(batch: Batch, ticket: Shown, known: Review | None, at: int, left: list[int]) -> None:
    key = f"{batch.id}_{at}_{_who()}"
    low, high = SCALE
    with st.form(f"review_form_{key}", border=True):
        for name in QUALITY:
            label, asked = ASKED[name]
            st.segmented_control(
                f"**{_(label)}** – {_(asked)}", list(range(low, high + 1)), key=f"{name}_{key}",
                default=known.scores.get(name) if known else None, format_func=lambda score: f"{score} {_(SCORE_WORDS[score])}",
            )  # fmt: skip
        st.text_area(_("Comment"), known.comment if known else "", key=f"comment_{key}", max_chars=1000, height=90)
        with st.container(horizontal=True):
            save = st.form_submit_button(_("Save and next"), type="primary", icon=":material/check:")
            st.form_submit_button(_("Skip"), icon=":material/skip_next:", on_click=_turn, args=(at, left))
            if at > 0:
                st.form_submit_button(_("Previous"), icon=":material/arrow_back:", on_click=_set, args=(at - 1,))
    if not save:
        return
    scores = {name: st.session_state.get(f"{name}_{key}") for name in QUALITY}
    try:
        made = Review(known.id if known else 0, batch.id, ticket.ticket, _who(), scores, str(st.session_state.get(f"comment_{key}") or ""))  # fmt: skip
        review_records.save_review(state.shown_store(), made, jobs.who())
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    _turn(at, [one for one in left if one != at])
    st.rerun()


def _turn(at: int, left: list[int]) -> None:
    """To the next ticket that is left, round again after the last; without any, the end."""
    after = [one for one in left if one > at]
    _set(after[0] if after else left[0] if left else None)


def _set(at: int | None) -> None:
    st.session_state["_review_at"] = at
