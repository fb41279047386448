"""Where messages go: addresses said masked, added and removed, and a message to try them."""

from __future__ import annotations

import streamlit as st

from cxdata import alert_records, alerting, sending
from cxdata.errors import CxError
from cxdata.i18n import _
from cxdata.sending import Delivery
from cxdata.ui import look, state

EXAMPLE = "mailtos://user:password@mail.example.org?from=us@example.org&to=team@example.org"  # the form of an address


def show() -> None:
    """The addresses and what can be done with them; an organisation has them also while the sample is shown."""
    st.header(_("Where messages go"), anchor=False)
    with st.container(border=True, gap="small"):
        try:
            kept = alert_records.send_to(state.own_store())
            found = sending.addresses((), kept)
        except CxError as error:
            st.error(look.said(error), icon=":material/error:")
            return
        fixed = bool(sending.from_environment())
        if fixed:
            said = _("CX_SEND_TO holds them, as it was set where the dashboard was started.")
        elif found:
            said = _("By e-mail, Slack, Teams or what else Apprise knows. Passwords are kept, and never shown.")
        else:
            said = _(
                "Nowhere yet: alerts are shown here only. Add the address of a mailbox, a Slack or a Teams channel."
            )
        st.html(f'<div class="cx-sub">{look.escaped(said)}</div>')
        for place, label in enumerate(sending.labels(found)):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
                st.html(f'<div class="cx-small" style="font-family:monospace">{look.escaped(label)}</div>')
                if not fixed:
                    with st.container(width="content", key=f"cx-menu-address-{place}"):
                        st.button(
                            _("Remove"), icon=":material/delete:", key=f"remove_address_{place}", on_click=_remove,
                            args=(found[place],), help=_("Remove"),
                        )  # fmt: skip
        if not fixed:
            _form(kept)
        if found:
            _test(found)


def _remove(address: str) -> None:
    store = state.own_store()
    alert_records.save_send_to(store, [one for one in alert_records.send_to(store) if one != address])


def _form(kept: tuple[str, ...]) -> None:
    with st.form("address_form", border=False), st.container(
        horizontal=True, vertical_alignment="bottom"
    ):  # fmt: skip
        address = st.text_input(
            _("Address"), type="password", key=f"address_{len(kept)}", placeholder=EXAMPLE,
            help=_(
                "As Apprise writes it: mailtos://user:password@mail.example.org?from=us@example.org&to=team@example.org for e-mail, "
                "slack://token/#channel for Slack, the web address of a workflow for Teams."
            ),
        )  # fmt: skip
        if not st.form_submit_button(_("Add"), icon=":material/add:"):
            return
    try:
        sending.check(address.strip())
        alert_records.save_send_to(state.own_store(), list(dict.fromkeys([*kept, address.strip()])))
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.rerun()


def _test(found: tuple[str, ...]) -> None:
    if st.button(_("Send a test message"), icon=":material/send:"):
        message = alerting.test_message()
        with st.spinner(_("Sending …")):
            deliveries = sending.send(message, found, pauses=())
        alert_records.keep_sendings(state.own_store(), message.title, deliveries)
        for one in deliveries:
            _said(one)


def _said(one: Delivery) -> None:
    if one.delivered:
        st.success(look.plain(_("{recipient}: sent.", recipient=one.recipient)), icon=":material/check:")
    else:
        text = _("{recipient}: not delivered. {reason}", recipient=one.recipient, reason=one.reason or "")
        st.error(look.plain(text), icon=":material/error:")
