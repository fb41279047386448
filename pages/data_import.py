"""Import: drop exports, see what was understood, correct it, import; and the history with its undo."""

import streamlit as st

from cxdata.i18n import _
from cxdata.ui import history, look, uploads

st.title(_("Import"), anchor=False)
st.html(
    '<div class="cx-lead">'
    + look.escaped(
        _(
            "Drop the exports of your help desk, survey tool, customer list or shop. Nothing goes in before you have seen what was understood."
        )
    )
    + "</div>"
)
uploads.drop()
history.show()
