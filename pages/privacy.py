"""Privacy: how people are stored and looked at, and a person's request to see or erase what is held."""

import streamlit as st

from cxdata.i18n import _
from cxdata.ui import look, privacy

st.title(_("Privacy"), anchor=False)
lead = _("What is stored of people, who sees it, and how a person gets it or has it erased.")
st.html(f'<div class="cx-lead">{look.escaped(lead)}</div>')
privacy.show()
