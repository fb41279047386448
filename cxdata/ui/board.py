"""A board on the screen: the head of its page, its cards, and its sections of panels."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cxdata.boards import Board, Section
from cxdata.comparison import REST
from cxdata.i18n import _
from cxdata.ui import aim, look, state, take
from cxdata.ui.cards import cards
from cxdata.ui.panels import panel, wall
from cxdata.ui.view import View


def head(board: Board, otherwise: Callable[[], None] | None = None) -> View:
    """Title and sentence of a board's page, the menu to take it along, and its view. Stops the run where there is nothing to
    show, after what to do `otherwise`."""
    with st.container(horizontal=True, vertical_alignment="center", key="cx-head"):
        with st.container():
            view = look.head(
                _(board.title),
                *board.uses,
                needs=board.needs,
                what=_(board.what) if board.what else "",
                otherwise=otherwise,
            )
        take.pages(board)
    return view


def show(board: Board, view: View) -> None:
    """The cards and all panels; with the chart in sight that a link asked for."""
    cards(view, board.cards, board.card_columns)
    for section in board.seen(state.settings()).sections:
        if not any(state.has(table) for table in section.tables):
            continue
        if section.title:
            st.header(_(section.title), anchor=False)
        if section.needs and not state.values(section.needs):
            with st.container(border=True):
                st.html(f'<div class="cx-sub">{look.escaped(_(section.what))}</div>')
        elif section.columns == 1:
            _panels(section, view)
        else:
            with wall(section.columns):
                _panels(section, view)
    aim.at(board)


def _panels(section: Section, view: View) -> None:
    settings = state.settings()
    for entry in section.panels:
        query = entry.query(view.filters, view.grain)
        panel(
            entry.key,
            _(entry.title),
            _(entry.subtitle),
            entry.draw,
            query,
            before=view.held.before if entry.changes else REST if entry.rest else None,
            beside=view.held.beside(query) if entry.is_line else None,
            **entry.drawn_with(settings),
        )
