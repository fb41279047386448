"""Settings: what the organisation decides once. Saving derives all numbers again."""

import streamlit as st

from cxdata.i18n import _
from cxdata.ui import look, preferences

st.title(_("Settings"), anchor=False)
st.html(f'<div class="cx-lead">{look.escaped(_("They hold for everyone. Saving computes all numbers again."))}</div>')
preferences.show()
