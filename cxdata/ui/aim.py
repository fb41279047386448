"""What leads the reader to one place of a page: it scrolls there and marks it, once. A link leads to the chart of a metric.

In: metrics. Out: a page link whose address says `look=metric`, and on that page, after everything is drawn, the script that
looks for it. The script is always the same text, so that dashboard.py can allow it and no other.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cxdata.boards import Board, place_of
from cxdata.ui import look, view

SCRIPT = Path(__file__).with_name("aim.js")
LOOK = "look"  # in the address


def link(metric: str, label: str, icon: str | None = None) -> bool:
    """A link to the chart of a metric; False, and nothing shown, where no page has one."""
    pages, page = st.session_state.get("_pages", {}), place_of(metric)[0]
    if page not in pages:
        return False
    asked = {**view.link(page), LOOK: metric}
    st.page_link(pages[page], label=label, icon=icon, query_params=asked)
    return True


def arrive() -> None:
    """Take what is looked for out of the address, before it is read for choices."""
    if LOOK in st.query_params:
        st.session_state["_look"] = st.query_params[LOOK]
        del st.query_params[LOOK]


def at(board: Board) -> None:
    """Lead to what is looked for, where the board has it; for the end of a page."""
    metric = st.session_state.pop("_look", "")
    page, panel = place_of(metric)
    if page != board.name or not panel:
        return
    bring(card(panel))


def bring(key: str) -> None:
    """Bring the container of that key into sight, and mark it; for the end of a page."""
    turn = st.session_state["_looks"] = st.session_state.get("_looks", 0) + 1
    sign = f'<i data-cx-aim="{look.escaped(key)}" data-turn="{turn}" hidden></i>'
    st.html(f"{sign}<script>{SCRIPT.read_text(encoding='utf-8')}</script>", unsafe_allow_javascript=True)


def card(panel: str) -> str:
    """The key of the container of a panel."""
    return f"cx-panel-{panel}"
