"""Definitions: every metric, what it means, how it is computed, and what it is now."""

import streamlit as st

from cxdata.i18n import _
from cxdata.ui import glossary, look, state

st.title(_("Definitions"), anchor=False)
st.html(
    f'<div class="cx-lead">{look.escaped(_("One definition of each number, for cards, charts, tables and exports."))}</div>'
)
search = st.text_input(
    _("Search"), placeholder=_("Search a metric, in English or Dutch"), icon=":material/search:",
    label_visibility="collapsed", key="definition_search",
)  # fmt: skip
glossary.show(search or "")
glossary.rules(state.settings())
