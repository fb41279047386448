"""The alerts of the organisation: what each comes to now, the form that adds or changes one, and the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from cxdata import alert_records, alerting, alerts, formats
from cxdata.alerts import ALERT_GRAINS, RULES, STATE_WORDS, Alert, Kept, State, sentence
from cxdata.errors import CxError
from cxdata.filters import FILTERS, NOTHING
from cxdata.i18n import _
from cxdata.metrics import SINGLE, metric
from cxdata.questions import Query
from cxdata.ui import aim, jobs, look, state

MANY = 4  # from here on the list scrolls
NEW = 0
LONGEST_NAME = 80
LOGGED = 200  # newest lines of the log


@dataclass(frozen=True)
class Draft:
    """What the form of a new alert begins with; the same as an alert has, and not yet one."""

    name: str = ""
    metric: str = "first_response_time"
    rule: str = "above"
    grain: str = "week"
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    threshold: float | None = None
    enabled: bool = True
    id: int = 0


def draft(asked: Query, name: str) -> None:
    """Have the form begin with a metric and the filters of a question about it: beyond its usual limits, where it has any."""
    entry = metric(name)
    own = {one.name for one in FILTERS if entry.table in one.facts}
    values = {key: chosen for key, chosen in asked.filters.values.items() if key in own and chosen}
    words = ", ".join(formats.group(key, word) for key, chosen in values.items() for word in chosen)
    rule = "signal" if not entry.matures else "below" if entry.better == "higher" else "above"
    made = Draft(
        f"{_(entry.label)}{f', {words}' if words else ''}"[:LONGEST_NAME], entry.name, rule,
        asked.grain if asked.grain in ALERT_GRAINS else "month", values,
    )  # fmt: skip
    st.session_state.update(_alert_form=NEW, _alert_draft=made, _alert_begun=True)


def show() -> None:
    """The list with what can be done."""
    found = alert_records.alerts(state.shown_store())
    _told_last()
    by_id = {kept.alert.id: kept for kept in found}
    changed = st.session_state.get("_alert_form")
    if changed is not None and changed != NEW and changed not in by_id:
        changed = None  # somebody else has removed it
    if changed is None:
        st.button(_("Add an alert"), icon=":material/add:", type="primary", on_click=_open, args=(NEW,))
    else:
        with st.container(key="cx-alert-form"):
            _form(by_id[changed].alert if changed else st.session_state.get("_alert_draft") or Draft())
    if st.session_state.pop("_alert_begun", False):
        aim.bring("cx-alert-form")
    if not found:
        st.html(f'<div class="cx-sub">{look.escaped(_("No alerts yet."))}</div>')
        return
    with st.container(border=True, height=360 if len(found) > MANY else "content", gap="small"):
        for kept in found:
            _row(kept)


@st.cache_data(show_spinner=False, max_entries=100)
def _state(key: tuple[Any, ...], alert: Alert) -> State | None:  # noqa: ARG001
    moment = state.moment()
    return alerting.evaluate(state.engine(), alert, moment) if moment else None


def _row(kept: Kept) -> None:
    one = kept.alert
    found = _state(state.version(), one) if one.enabled else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(_head(one, found) + _about(kept, found))
        with st.container(horizontal=True, width="content", gap="small", key=f"cx-menu-alert-{one.id}"):
            for label, icon, key, act in (
                (_("Pause"), "pause", "pause", _pause) if one.enabled else (_("Resume"), "play_arrow", "pause", _pause),
                (_("Edit"), "edit", "change_alert", _open),
                (_("Remove"), "delete", "remove_alert", _remove),
            ):
                st.button(
                    label, icon=f":material/{icon}:", key=f"{key}_{one.id}", on_click=act, args=(one.id,), help=label
                )


def _head(one: Alert, found: State | None) -> str:
    if found is None:
        chip, word = "", _("No data") if one.enabled else _("Paused")
    else:
        chip, word = " worse" if found.fires else "", _(STATE_WORDS[found.state])
    return (
        f'<div class="cx-row" style="margin-top:0"><span class="cx-chip{chip}">{look.escaped(word)}</span>'
        f'<span class="cx-title">{look.escaped(one.name)}</span></div>'
    )


def _about(kept: Kept, found: State | None) -> str:
    one = kept.alert
    lines = [f'<div class="cx-sub">{look.escaped(sentence(one, found))}</div>'] if found else []
    about = [one.condition]
    since = alerting.since(state.shown_store(), one, found) if found else None
    about += [_("since {moment}", moment=_local(since))] if since else []
    about += [_("saved on {moment}", moment=_local(kept.saved_at))]
    if kept.saved_by:
        about[-1] = _("saved on {moment} by {who}", moment=_local(kept.saved_at), who=_(kept.saved_by))
    return "".join([*lines, f'<div class="cx-small">{look.escaped(" · ".join(about))}</div>'])


def _local(moment: str) -> str:
    zone = ZoneInfo(state.settings().zone)
    return formats.instant(datetime.fromisoformat(moment).astimezone(zone).replace(tzinfo=None))


def _open(number: int | None) -> None:
    st.session_state.update(_alert_form=number, _alert_draft=None)


def _pause(number: int) -> None:
    try:
        one = alert_records.one_alert(state.shown_store(), number)
    except CxError:  # somebody else has removed it
        return
    _keep(replace(one, enabled=not one.enabled))


def _remove(number: int) -> None:
    try:
        removed = alert_records.remove_alert(state.shown_store(), number, jobs.who())
    except CxError:  # somebody else was first
        return
    st.session_state.update(_alert_form=None, _alert_removed=(state.version()[0], removed))


def _put_back(one: Alert) -> None:
    _keep(one)
    st.session_state["_alert_removed"] = None


def _keep(one: Alert) -> None:
    store = state.shown_store()
    alert_records.save_alert(store, one, jobs.who())
    jobs.check_alerts(store)


def _told_last() -> None:
    """What was done last: saved, or removed with the way back."""
    if st.session_state.pop("_alert_saved", False):
        st.toast(_("Saved."), icon=":material/check:")
    removed: tuple[str, Alert] | None = st.session_state.get("_alert_removed")
    if removed is not None and removed[0] == state.version()[0]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f'<div class="cx-sub">{look.escaped(_("{name} is removed.", name=removed[1].name))}</div>')
            st.button(_("Put it back"), icon=":material/undo:", on_click=_put_back, args=(removed[1],), type="tertiary")


# --- the form -----------------------------------------------------------------------------------------------


def _form(one: Alert | Draft) -> None:
    """The form of a new alert, or of one that is kept."""
    names, rules, grains = [entry.name for entry in SINGLE], list(RULES), list(ALERT_GRAINS)
    with st.form(f"alert_form_{one.id}", border=True):
        st.html(f'<div class="cx-title">{_("Change the alert") if one.id else _("New alert")}</div>')
        left, right = st.columns(2)
        name = left.text_input(_("Name"), one.name, max_chars=LONGEST_NAME, placeholder=_("First response too slow"))
        chosen = right.selectbox(
            _("Metric"), names, index=names.index(one.metric),
            format_func=lambda code: _(metric(code).label),
        )  # fmt: skip
        when, limit, each = st.columns(3)
        rule = when.selectbox(
            _("Fires when it is"),
            rules,
            index=rules.index(one.rule),
            format_func=lambda code: _(RULES[code]),
        )
        threshold = limit.text_input(
            _("Threshold"), _written(one), placeholder=_("80% · 4h · 90 min"),
            help=_("In the unit of the metric: 80 is 80%, 4 is four hours. Leave it empty for the usual limits."),
        )  # fmt: skip
        grain = each.selectbox(
            _("Judged each"), grains, index=grains.index(one.grain),
            format_func=lambda code: _(ALERT_GRAINS[code]),
        )  # fmt: skip
        values = _values(one.values)
        if state.shows_sample():
            st.html(
                f'<div class="cx-small">{_("This is the sample: what you add here stays with the sample, and sends nothing.")}</div>'
            )
        with st.container(horizontal=True):
            save = st.form_submit_button(_("Save"), type="primary")
            st.form_submit_button(_("Cancel"), on_click=_open, args=(None,))
    if not save:
        return
    try:
        text = (threshold or "").strip()
        made = alerts.alert(
            name or "", chosen, rule, text if text or rule != "signal" else None, grain=grain, values=values,
            enabled=one.enabled, id=one.id,
        )  # fmt: skip
        _keep(made)
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.session_state.update(_alert_form=None, _alert_draft=None, _alert_saved=True, _alert_removed=None)
    st.rerun()


def _written(one: Alert | Draft) -> str:
    return formats.value(one.threshold, metric(one.metric).unit) if one.threshold is not None else ""


def _values(chosen: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The rows that it is about: the dimensions that the data has."""
    known = {entry: state.values(entry.name) if state.moment() else [] for entry in FILTERS}
    offered = [entry for entry in FILTERS if len(known[entry]) > 1 or chosen.get(entry.name)]
    if not offered:
        return {}
    found = {}
    for place, entry in zip(st.columns(len(offered)), offered, strict=True):
        own = chosen.get(entry.name, ())
        words = sorted({*known[entry], *own} - {NOTHING}, key=lambda word: formats.group(entry.name, word).casefold())
        found[entry.name] = tuple(
            place.multiselect(
                _(entry.label), [*words, NOTHING], default=list(own), placeholder=_(entry.all_label), select_all=False,
                format_func=partial(formats.group, entry.name),
            )
        )  # fmt: skip
    return found


# --- the log ------------------------------------------------------------------------------------------------


def log() -> None:
    """Every change of state and every message, newest first."""
    store = state.shown_store()
    changes, sent = alert_records.entries(store), alert_records.sendings(store)
    if not changes and not sent:
        return
    known = {kept.alert.id: kept.alert for kept in alert_records.alerts(store)}
    rows = [
        (
            entry.seen_at,
            known[entry.alert].name if entry.alert in known else _("removed"),
            _(STATE_WORDS[entry.state.state]),
            sentence(known[entry.alert], entry.state)
            if entry.alert in known and known[entry.alert].question == entry.question
            else "",
        )
        for entry in changes
    ]
    rows += [
        (
            one.sent_at,
            known[one.alert].name if one.alert in known else "",
            _("Sent") if one.delivered else _("Not delivered"),
            " – ".join([one.recipient, one.what, *([str(one.reason)] if one.reason else [])]),
        )
        for one in sent
    ]
    rows = sorted(rows, key=lambda row: row[0], reverse=True)[:LOGGED]
    with st.expander(_("Log"), icon=":material/history:"):
        st.dataframe(
            pd.DataFrame(
                [(_local(at), *rest) for at, *rest in rows], columns=[_("When"), _("Alert"), _("What"), _("How")]
            ),
            hide_index=True, height="auto" if len(rows) < 12 else 420,
        )  # fmt: skip
