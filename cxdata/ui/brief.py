"""What changed beyond noise, in a few sentences, each leading to its chart."""

from __future__ import annotations

import streamlit as st

from cxdata import formats, summary
from cxdata.i18n import _
from cxdata.ui import aim, look, state
from cxdata.ui.view import View

ICONS = {"up": ":material/arrow_upward:", "down": ":material/arrow_downward:", "": ":material/drag_handle:"}


def show(view: View) -> None:
    """The summary as a box of links, worst and best by their icons."""
    found = state.summarised(summary.METRICS, view.filters, view.held.against)
    if view.held.other:
        title = _("What differs beyond noise from {held}", held=view.held.name)
    else:
        title = _("What changed beyond noise against {held}", held=formats.span(found.held))
    with st.container(border=True, key="cx-brief", gap=None):
        st.html(f'<div class="cx-title">{look.escaped(title)}</div>')
        for place, said in enumerate(summary.sentences(found)):
            icon = ICONS[said.direction]
            with st.container(key=f"cx-brief-{said.verdict}-{place}"):
                if not aim.link(said.metric, said.text, icon):
                    st.markdown(f"{icon} {said.text}")
