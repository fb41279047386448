"""Part of the Voice of customer page: the comments."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cxdata import formats, rows
from cxdata.care import follow_ups
from cxdata.care.follow_ups import FollowUp
from cxdata.filters import Filters
from cxdata.i18n import N_, _
from cxdata.ui import follow_up_form, look, paging, state
from cxdata.ui.view import View

KIND_WORDS = {
    "nps": "NPS",
    "csat": "CSAT",
    "ces": "CES",
    "quality_accuracy": N_("Accuracy"),
    "quality_professionalism": N_("Professionalism"),
    "quality_overall": N_("Overall experience"),
}
PAGE_SIZE = 12
LONGEST = 120  # characters of a comment in the reason of a follow-up


def _comments(
    engine: Any, filters: Filters, moment: Any, search: str, lowest: bool, page: int
) -> tuple[pd.DataFrame, int]:
    return rows.comments(engine, filters, moment, search=search, lowest_first=lowest, page=page, size=PAGE_SIZE)


@st.fragment
def comments(view: View) -> None:
    """The comments, newest or lowest first, searchable, a page at a time. Shown as text, never as HTML."""
    state.use_language()
    st.header(_("Comments"), anchor=False)
    with st.container(border=True):
        left, middle = st.columns([3, 2], vertical_alignment="bottom")
        search = left.text_input(
            _("Search"), key="comment_search", placeholder=_("Search in comments"), label_visibility="collapsed",
            icon=":material/search:",
        )  # fmt: skip
        order = middle.segmented_control(
            _("Order"), ["new", "low"], key="comment_order", default="new", required=True, label_visibility="collapsed",
            format_func=lambda code: {"new": _("Newest first"), "low": _("Lowest score first")}[code],
        )  # fmt: skip
        asked = (search, order, view.filters)
        if st.session_state.get("_comments_asked") != asked:
            st.session_state["_comments_asked"] = asked
            paging.to("comments")
        page = paging.at("comments")
        found, total = state.cached_rows(
            state.version(), _comments, "comments", view.filters, search or "", order == "low", page
        )
        if not total:
            text = _("No comment holds these words.") if search else _("No comments in this selection.")
            st.html(f'<div class="cx-sub">{text}</div>')
            return
        newest = follow_ups.newest_of(state.all_follow_ups())
        for row in found.itertuples():
            _comment(row, newest.get(row.customer_id))
        paging.buttons("comments", page, PAGE_SIZE, total)


def _is_low(row: Any) -> bool:
    return bool(row.normal <= 0.6 if row.kind == "nps" else row.normal < 0.5)


def _comment(row: Any, followed: FollowUp | None) -> None:
    """A comment with its score and what is known of it; a low one of a known customer can be followed up from here."""
    customer = None if pd.isna(row.customer_id) else str(row.customer_id)
    if customer is None or not _is_low(row) or not state.has("customer_facts"):
        st.html(_told(row))
        return
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", wrap=False, key=f"cx-said-{row.source}-{row.key}"
    ):
        st.html(_told(row))
        today = state.today()
        busy = followed is not None and (followed.is_open or followed.is_held_out(today))
        words = _("Follow up")
        if followed is not None and followed.is_open:
            words = _("{who} · by {day}", who=followed.who, day=formats.day_short(followed.due))
        if st.button(
            look.plain(words),
            icon=":material/add_call:",
            disabled=busy,
            key=f"follow_{row.source}_{row.key}",
            width="content",
        ):
            why = f"{_(KIND_WORDS[row.kind])} {_score(row)}: {row.comment[:LONGEST]}"
            follow_up_form.ask([follow_up_form.Asked(customer, customer, why, f"{row.source}|{row.key}")])


def _score(row: Any) -> str:
    return f"{formats.decimal(row.score, 0)}/{formats.decimal(max(row.best, row.worst), 0)}"


def _told(row: Any) -> str:
    high = row.normal >= 0.9 if row.kind == "nps" else row.normal >= 0.75
    style = "low" if _is_low(row) else "high" if high else ""
    about = [formats.day(row.answered_on), _(KIND_WORDS[row.kind])]
    for name in ("team", "channel", "segment"):
        word = getattr(row, name)
        if word is not None and not pd.isna(word):
            about.append(formats.group(name, word))
    for label, word in ((_("customer"), row.customer_id), (_("ticket"), row.ticket_id)):
        if word is not None and not pd.isna(word):
            about.append(f"{label} {word}")
    text = look.escaped(row.comment)
    return (
        f'<div class="cx-comment"><p><span class="cx-score {style}">{_score(row)}</span>{text}</p>'
        f'<div class="cx-small">{look.escaped(" · ".join(about))}</div></div>'
    )
