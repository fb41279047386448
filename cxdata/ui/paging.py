"""Long lists a page at a time: which page is shown, and the buttons that turn it."""

from __future__ import annotations

import streamlit as st

from cxdata import formats
from cxdata.i18n import _
from cxdata.ui import look


def at(key: str) -> int:
    """The page of a list that is shown, from 0 on."""
    return int(st.session_state.get(f"{key}_page") or 0)


def to(key: str, page: int = 0) -> None:
    """Show this page of a list, without more the first."""
    st.session_state[f"{key}_page"] = page


def last(total: int, size: int) -> int:
    """The number of the last page of so many rows."""
    return max(total - 1, 0) // size


def buttons(key: str, page: int, size: int, total: int, more: str = "") -> None:
    """Back and on, which rows these are of how many, and what else there is to say."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(_("Previous"), disabled=page <= 0, on_click=to, args=(key, page - 1), key=f"{key}_back")
        st.button(_("Next"), disabled=page >= last(total, size), on_click=to, args=(key, page + 1), key=f"{key}_on")
        first, end = (formats.decimal(one, 0) for one in (page * size + 1, min((page + 1) * size, total)))
        words = _("{first}–{last} of {total}", first=first, last=end, total=formats.decimal(total, 0))
        st.html(f'<div class="cx-sub">{look.escaped(" · ".join(filter(None, [words, more])))}</div>')
