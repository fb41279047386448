"""Alerts: what is told without anybody looking, what each comes to now, and where messages go."""

import streamlit as st

from cxdata.i18n import _
from cxdata.ui import alerts, look, recipients, state

st.title(_("Alerts"), anchor=False)
st.html(
    '<div class="cx-lead">'
    + look.escaped(
        _(
            "A metric beyond a threshold, or beyond its usual limits: judged on the newest whole period after each import. One "
            "message when it begins, one when it clears."
        )
    )
    + "</div>"
)
alerts.show()
if state.moment() is None:
    look.empty(_("There is no data yet."))
recipients.show()
alerts.log()
