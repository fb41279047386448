"""Privacy: what is held of a person, taken along or erased on request."""

import streamlit as st

from cxdata.i18n import _
from cxdata.ui import look, person_requests, state

st.title(_("Privacy"), anchor=False)
if state.moment() is None:
    look.empty(_("There is no data yet."))
else:
    person_requests.show()
