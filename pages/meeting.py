"""Meeting: goals one by one on the big screen, with what is said kept as it is typed; and the minutes of past meetings."""

import streamlit as st

from cxdata.i18n import _
from cxdata.ui import lobby, look, meeting, minutes, state

if state.moment() is None:
    st.title(_("Meeting"), anchor=False)
    look.empty(_("There is no data yet."))
elif st.session_state.get("minutes"):
    minutes.show()
elif st.session_state.get("meeting"):
    meeting.show()
else:
    lobby.show()
