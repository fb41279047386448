"""The minutes of a meeting under their link, and as PDF, Markdown or a message."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import streamlit as st

from cxdata import alert_records, i18n, meeting_records, minutes, paper, sending
from cxdata.errors import CxError
from cxdata.i18n import _, language
from cxdata.meetings import Minutes, started_on
from cxdata.sending import Delivery, Message
from cxdata.ui import look, state

_CSS = """
<style>
.cx-minutes {{ max-width: 54rem; color: {text}; font-size: .98rem; line-height: 1.5; overflow-wrap: anywhere; }}
.cx-minutes h2 {{ font-size: 1.1rem; padding: .9rem 0 .15rem 0; }}
.cx-minutes div {{ margin: .12rem 0; white-space: pre-wrap; }}
.cx-minutes .small {{ color: {grey}; font-size: .88rem; }}
.cx-minutes .note {{ border-left: .2rem solid {line}; padding-left: .7rem; }}
.cx-minutes .good {{ color: {good}; font-weight: 550; }}
.cx-minutes .bad {{ color: {bad}; font-weight: 550; }}
.cx-minutes .action::before {{ content: "☐ "; }}
</style>
"""


def show() -> None:
    """The minutes that the link names; where there are none, that is said with the way back."""
    number = st.session_state["minutes"]
    try:
        found = meeting_records.one_minutes(
            state.shown_store(), int(number) if number.isdigit() and len(number) < 10 else 0
        )
    except CxError as error:
        st.title(_("Meeting"), anchor=False)
        st.error(look.said(error), icon=":material/error:")
        st.button(_("All meetings"), icon=":material/arrow_back:", on_click=_back)
        return
    if st.session_state.pop("_meeting_closed", False):
        st.toast(_("The meeting is closed. These are its minutes."), icon=":material/task_alt:")
    st.title(look.plain(minutes.title(found)), anchor=False)
    zone = state.settings().zone
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="cx-take"):
        st.button(_("All meetings"), icon=":material/arrow_back:", on_click=_back)
        stem = f"minutes-{started_on(found.meeting)}"
        for suffix, mime, make in (("pdf", "application/pdf", _pdf), ("md", "text/markdown", _markdown)):
            st.download_button(
                suffix.upper(), data=partial(make, found, zone, _remark(), language()), file_name=f"{stem}.{suffix}",
                mime=mime, icon=":material/download:", key=f"minutes_{suffix}", on_click="ignore",
            )  # fmt: skip
        with st.popover(_("Send"), icon=":material/send:"):
            _send(found, zone)
    made = [
        f"<h2>{look.escaped(block.text)}</h2>"
        if block.look == "heading"
        else f'<div class="{block.look}">{look.escaped(block.text)}</div>'
        for block in minutes.blocks(found, zone)[1:]
    ]
    st.html(_CSS.format(**look.colours()) + f'<div class="cx-minutes">{"".join(made)}</div>')


def _back() -> None:
    st.session_state.update(minutes="", meeting="", item="")


def _remark() -> str:
    return f"{_('Sample data')}: {_('a made-up company.')}" if state.shows_sample() else ""


def _pdf(found: Minutes, zone: str, remark: str, code: str) -> bytes:
    """The file; runs outside the page, so it is told the language."""
    i18n.set_language(code)
    return paper.letter(minutes.blocks(found, zone), remark)


def _markdown(found: Minutes, zone: str, _remark: str, code: str) -> bytes:
    i18n.set_language(code)
    return minutes.markdown(found, zone).encode()


def _send(found: Minutes, zone: str) -> None:
    try:
        addresses = sending.addresses((), alert_records.send_to(state.own_store()))
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    if state.shows_sample():
        st.markdown(_("This is the sample: it sends nothing."))
        return
    if not addresses:
        st.markdown(_("Messages have nowhere to go yet. Add the address of a mailbox, a Slack or a Teams channel on the page Alerts."))  # fmt: skip
        return
    labels = sending.labels(addresses)
    chosen = st.multiselect(
        _("To"), labels, default=labels, placeholder=_("Choose at least one address."), select_all=False
    )
    if st.button(_("Send"), type="primary", disabled=not chosen, key="minutes_send"):
        with st.spinner(_("Sending …")):
            for one in _sent(found, zone, [address for label, address in zip(labels, addresses, strict=True) if label in chosen]):  # fmt: skip
                _said(one)


def _sent(found: Minutes, zone: str, addresses: list[str]) -> tuple[Delivery, ...]:
    title = minutes.title(found)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"minutes-{started_on(found.meeting)}.pdf"
        file.write_bytes(paper.letter(minutes.blocks(found, zone)))
        deliveries = sending.send(Message(title, minutes.text(found, zone), file), addresses, pauses=())
    alert_records.keep_sendings(state.own_store(), title, deliveries)
    return deliveries


def _said(one: Delivery) -> None:
    if one.delivered:
        st.success(look.plain(_("{recipient}: sent.", recipient=one.recipient)), icon=":material/check:")
    else:
        text = _("{recipient}: not delivered. {reason}", recipient=one.recipient, reason=one.reason or "")
        st.error(look.plain(text), icon=":material/error:")
