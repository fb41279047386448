"""Definitions: every metric, what it means, how it is computed, what people confuse about it, and what it is now."""

import streamlit as st

from cxdata.i18n import _
from cxdata.metrics import FAMILIES
from cxdata.ui import glossary, look, state

st.title(_("Definitions"), anchor=False)
lead = _(
    "One definition of each number, for cards, charts, tables and exports, with its value now and what people confuse about it."
)
st.html(f'<div class="cx-lead">{look.escaped(" ".join([lead, glossary.about_now()]))}</div>')
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    search = st.text_input(
        _("Search"), placeholder=_("Search a metric, a formula or what is confusing, in English or Dutch"),
        icon=":material/search:", label_visibility="collapsed", key="definition_search",
    )  # fmt: skip
    family = st.segmented_control(
        _("Family"), [glossary.EVERY, *FAMILIES], format_func=lambda code: _(FAMILIES[code]) if code else _("All"),
        key="definition_family", default=glossary.EVERY, required=True, label_visibility="collapsed", width="content",
    )  # fmt: skip
glossary.show(search or "", family or glossary.EVERY)
glossary.rules(state.settings())
