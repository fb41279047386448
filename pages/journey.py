"""Customer journey: every stage from awareness to advocacy, and the touchpoints that lead to them."""

import streamlit as st

from cxdata.boards import JOURNEY
from cxdata.i18n import _
from cxdata.ui import board, journey, look, state

view = board.head(JOURNEY)
if not (state.has("ticket_facts") or state.has("survey_facts")):
    look.empty(_("This page needs tickets or survey answers, with the touchpoint they are about."))
    st.stop()
if not journey.no_stage():
    journey.unmapped(view)
    board.show(JOURNEY, view)
journey.screen()
