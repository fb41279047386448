"""Events: what happened and when, kept by the organisation, with what was different after each."""

import streamlit as st

from cxdata.i18n import _
from cxdata.ui import events, impact, look, state

st.title(_("Events"), anchor=False)
st.html(
    '<div class="cx-lead">'
    + look.escaped(
        _("A launch, a training, a price change: marked on every chart it concerns, with what was different after it.")
    )
    + "</div>"
)
chosen = events.show()
if state.moment() is None:
    look.empty(_("There is no data yet."))
elif chosen is not None:
    impact.show(chosen)
