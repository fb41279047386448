"""Goals: what the teams want to reach, how far they are, and the form that sets one."""

import streamlit as st

from cxdata.i18n import _
from cxdata.ui import goal, goal_form, goals, look, state

if state.moment() is None:
    st.title(_("Goals"), anchor=False)
    look.empty(_("There is no data yet."))
elif goal_form.opened():
    goal_form.show()
else:
    number = str(st.session_state.get("goal") or "")
    goal.told_last()
    if not (number.isdigit() and goal.show(int(number))):
        st.title(_("Goals"), anchor=False)
        if number:
            st.warning(
                _("There is no goal {number} any more: it may have been removed.", number=number),
                icon=":material/info:",
            )
        goals.show()
