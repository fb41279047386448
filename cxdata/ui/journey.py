"""Parts of the Journey page: what is at no stage, and the touchpoints with the stages they are taken for."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cxdata import alerting, formats, touchpoints
from cxdata.errors import CxError
from cxdata.i18n import _
from cxdata.questions import Query
from cxdata.schema import STAGES
from cxdata.touchpoints import NONE, WHY, Touchpoint
from cxdata.ui import jobs, look, state
from cxdata.ui.view import View

MOST = 500  # touchpoints in the table
_COUNTED = ("tickets_created", "nps", "csat", "ces")


def unmapped(view: View) -> None:
    """Say how much of the selection is at no stage; "" where all is."""
    shares = []
    for name, words in zip(
        _COUNTED, (_("contacts"), _("NPS answers"), _("CSAT answers"), _("CES answers")), strict=True
    ):
        rows = state.ask(Query((name,), by=("stage",), filters=view.filters)).of(name)
        none, every = int(rows[rows["stage"].isna()]["n"].sum()), int(rows["n"].sum())
        if none:
            shares.append(_("{share} of the {what}", share=formats.percent(none / every, 0), what=words))
    if shares:
        text = _(
            "Unmapped: {shares} are at no stage of the journey: their touchpoint is not mapped (see the table at the end of this "
            "page), or they name none.",
            shares=", ".join(shares),
        )
        st.html(f'<div class="cx-sub">{look.escaped(text)}</div>')


def no_stage() -> bool:
    """Whether nothing in the data is at a stage; says what to do then."""
    if state.values("stage"):
        return False
    with st.container(border=True):
        st.markdown(f"**{_('Nothing in the data is at a stage of the journey yet.')}**")
        steps = (
            _("Map the touchpoints in the table below to stages.")
            if _touchpoints()
            else _(
                "No file names a touchpoint. Import it again and choose the column that says what a contact was about (the "
                "reason, the category or the tags; of a survey the moment it was sent after) as Touchpoint. A column may be "
                "both: reason and touchpoint. On the command line: --map touchpoint=COLUMN."
            )
        )
        st.html(f'<div class="cx-sub">{look.escaped(steps)}</div>')
        if pages := st.session_state.get("_pages"):
            st.page_link(pages["data_import"], label=_("Import an export"), icon=":material/upload_file:")
    return True


@st.cache_data(show_spinner=False, max_entries=4)
def _read(key: tuple[str, int]) -> list[Touchpoint]:  # noqa: ARG001
    return touchpoints.touchpoints(state.shown_store())


def _touchpoints() -> list[Touchpoint]:
    return _read(state.version())


def screen() -> None:
    """Every touchpoint with its stage, to be changed; saving computes all numbers again."""
    found = _touchpoints()
    if not found:
        return
    st.header(_("Touchpoints and their stages"), anchor=False)
    open_ = [one for one in found if not one.stage]
    said = _(
        "{count} touchpoints in the data, {unmapped} of them at no stage. Choose a stage for each; the choice holds for everyone "
        "and for files to come.",
        count=formats.decimal(len(found), 0),
        unmapped=formats.decimal(len(open_), 0),
    )
    if len(found) > MOST:
        said += " " + _("The {most} on most rows are shown.", most=MOST)
    with st.container(border=True):
        st.html(f'<div class="cx-sub">{look.escaped(said)}</div>')
        _form(found[:MOST])
    if st.session_state.pop("_stages_saved", False):
        st.toast(_("Saved."), icon=":material/check:")


def _form(found: list[Touchpoint]) -> None:
    table = pd.DataFrame(
        {
            "word": [one.word for one in found],
            "tickets": [one.tickets for one in found],
            "answers": [one.answers for one in found],
            "stage": [one.stage or NONE for one in found],
            "why": [_(WHY[one.why]) for one in found],
        }
    )
    columns = {
        "word": st.column_config.TextColumn(_("Touchpoint")),
        "tickets": st.column_config.NumberColumn(_("Tickets")),
        "answers": st.column_config.NumberColumn(_("Answers")),
        "stage": st.column_config.SelectboxColumn(
            _("Journey stage"),
            options=[NONE, *STAGES],
            format_func=lambda stage: formats.group("stage", None if stage == NONE else stage),
            required=True,
        ),
        "why": st.column_config.TextColumn(_("Because")),
    }
    with st.form("touchpoints", border=False):
        edited = st.data_editor(
            table, hide_index=True, num_rows="fixed", key=f"touchpoint_table_{state.version()[1]}", column_config=columns,
            disabled=["word", "tickets", "answers", "why"], height=min(38 + 35 * len(found), 460),
        )  # fmt: skip
        if not st.form_submit_button(_("Save"), type="primary"):
            return
    store = state.shown_store()
    words = ["" if stage == NONE else str(stage) for stage in edited["stage"]]
    chosen = {one.word: stage for one, stage in zip(found, words, strict=True) if stage != one.stage}
    try:
        changed = touchpoints.mapped(store.settings(), chosen)
        with st.spinner(_("Computing all numbers again …")), alerting.following(store, jobs.check_alerts):
            store.save_settings(changed)
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.session_state["_stages_saved"] = True
    st.rerun()
