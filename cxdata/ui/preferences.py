"""The settings as a form: times, opening hours, holidays, SLA policies, counting, language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import available_timezones

import holidays
import pandas as pd
import streamlit as st
from babel import Locale

from cxdata import formats
from cxdata.errors import CxError
from cxdata.i18n import LANGUAGES, _, language
from cxdata.metrics.words import COUNT_AS_WORDS
from cxdata.schema import PRIORITIES
from cxdata.selection import CLOCK_WORDS
from cxdata.settings import CLOCKS, COUNT_AS, Policy, Settings
from cxdata.ui import jobs, look, state


def show() -> None:
    """The form, in tabs; each tab saves what it shows."""
    store, settings = state.shown_store(), state.shown_store().settings()
    tabs = st.tabs([_("General"), _("Opening hours and holidays"), _("SLA policies")])
    for tab, form in zip(tabs, (_general, _hours, _policies), strict=True):
        with tab:
            changed = form(settings)
            if changed is None:
                continue
            try:
                changed.opening  # noqa: B018
                with st.spinner(_("Computing all numbers again …")), jobs.following(store):
                    store.save_settings(changed)
            except CxError as error:
                st.error(look.said(error), icon=":material/error:")
                continue
            st.session_state["_saved"] = True
            st.rerun()
    if st.session_state.pop("_saved", False):
        st.toast(_("Saved."), icon=":material/check:")


def _general(settings: Settings) -> Settings | None:
    zones = sorted(available_timezones())
    with st.form("general", border=True):
        left, right = st.columns(2)
        lang = left.selectbox(
            _("Language for new visitors"), list(LANGUAGES), format_func=lambda code: LANGUAGES[code],
            index=list(LANGUAGES).index(settings.language),
        )  # fmt: skip
        zone = right.selectbox(
            _("Time zone"),
            zones,
            index=zones.index(settings.zone),
            help=_("Days, weeks and months begin at midnight here."),
        )
        clock = left.selectbox(
            _("Clock at the start"), list(CLOCKS), format_func=lambda code: _(CLOCK_WORDS[code]),
            index=CLOCKS.index(settings.clock),
        )  # fmt: skip
        minimum = right.number_input(
            _("Few answers below"), 1, 1000, settings.minimum_n,
            help=_("Values measured on fewer rows are muted and take part in no verdict."),
        )  # fmt: skip
        target = left.number_input(_("SLA target, percent"), 0, 100, round(settings.sla_target * 100))
        margin = right.number_input(
            _("Margin, percent"), 0, 100, round(settings.margin * 100), help=_("For the projected lifetime value.")
        )
        count_as = left.selectbox(
            _("First contact resolution counts as"), list(COUNT_AS), format_func=lambda code: _(COUNT_AS_WORDS[code]),
            index=COUNT_AS.index(settings.count_as),
        )  # fmt: skip
        gone = right.number_input(
            _("Days without activity until a customer counts as gone"), 1, 3650, settings.churn_after_days,
            help=_("Only where there is no customers file."),
        )  # fmt: skip
        waiting = left.checkbox(
            _("Take time on hold off the resolution time"), settings.subtract_waiting,
            help=_("Where the export says how long it was."),
        )  # fmt: skip
        as_of = right.text_input(
            _("Read open clocks at"), settings.as_of or "", placeholder=_("the newest moment in the data"),
            help=_("A date or a date and time, such as 2026-03-31 or 2026-03-31T17:00."),
        )  # fmt: skip
        if not st.form_submit_button(_("Save"), type="primary"):
            return None
    try:
        return replace(
            settings, language=lang, zone=zone, clock=clock, minimum_n=int(minimum), sla_target=target / 100,
            margin=margin / 100, count_as=count_as, churn_after_days=int(gone), subtract_waiting=waiting,
            as_of=as_of.strip() or None,
        )  # fmt: skip
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return None


def _hours(settings: Settings) -> Settings | None:
    locale = Locale(language())
    countries = {code: str(locale.territories.get(code, code)) for code in holidays.list_supported_countries()}
    codes = ["", *sorted(countries, key=lambda code: countries[code])]
    with st.form("hours", border=True):
        left, right = st.columns(2)
        table = pd.DataFrame(
            {
                "day": [formats.weekday(number) for number in range(1, 8)],
                "open": [day is not None for day in settings.hours],
                "from": [day[0] if day else "09:00" for day in settings.hours],
                "to": [day[1] if day else "17:00" for day in settings.hours],
            }
        )
        with left:
            edited = st.data_editor(
                table, hide_index=True, num_rows="fixed", key="hours_table", disabled=["day"],
                column_config={
                    "day": _("Day"), "open": st.column_config.CheckboxColumn(_("Open")), "from": _("from"), "to": _("to"),
                },
            )  # fmt: skip
        with right:
            country = st.selectbox(
                _("Public holidays of"), codes, index=codes.index(settings.country) if settings.country in codes else 0,
                format_func=lambda code: countries.get(code, _("no country")),
            )  # fmt: skip
            year = date.today().year  # noqa: DTZ011
            known = _holidays(settings.country, (year - 1, year, year + 1))
            off = st.multiselect(
                _("Holidays on which you work"), list(known), default=[day for day in settings.holidays_removed if day in known],
                format_func=lambda day: f"{formats.day(date.fromisoformat(day))} – {known[day]}",
                placeholder=_("none"), select_all=False,
            )  # fmt: skip
            added = st.text_area(
                _("Extra days off, one date a line"),
                "\n".join(settings.holidays_added),
                height=100,
                placeholder="2026-12-24",
            )
        if not st.form_submit_button(_("Save"), type="primary"):
            return None
    hours = tuple((str(row["from"]), str(row["to"])) if row["open"] else None for row in edited.to_dict("records"))
    kept = [day for day in settings.holidays_removed if day not in known]
    try:
        days = tuple(date.fromisoformat(line.strip()).isoformat() for line in added.splitlines() if line.strip())
    except ValueError:
        st.error(_("Write extra days off as 2026-12-24, one a line."), icon=":material/error:")
        return None
    return replace(
        settings, hours=hours, country=country, holidays_removed=tuple(sorted({*off, *kept})), holidays_added=days
    )


def _holidays(country: str, years: tuple[int, ...]) -> dict[str, str]:
    """{ISO day: name} of a country's public holidays, in the reader's language where the package has it."""
    if not country:
        return {}
    try:
        found = holidays.country_holidays(country, years=years, language={"nl": "nl", "en": "en_US"}[language()])
    except (NotImplementedError, KeyError):
        found = holidays.country_holidays(country, years=years)
    return {day.isoformat(): name for day, name in sorted(found.items())}


def _policies(settings: Settings) -> Settings | None:
    st.html(
        f'<div class="cx-sub">{_("The first policy that fits a ticket holds. Empty fits anything; no priority counts as normal.")}</div>'
    )
    table = pd.DataFrame(
        [
            {
                "priority": policy.priority, "team": policy.team, "channel": policy.channel,
                "first": _hours_of(policy.first_response_s), "resolution": _hours_of(policy.resolution_s),
                "clock": policy.clock,
            }
            for policy in settings.policies
        ],
        columns=["priority", "team", "channel", "first", "resolution", "clock"],
    )  # fmt: skip
    config: dict[str, Any] = {
        "priority": st.column_config.SelectboxColumn(
            _("Priority"), options=list(PRIORITIES), format_func=lambda word: formats.group("priority", word)
        ),
        "team": st.column_config.SelectboxColumn(_("Team"), options=state.values("team") if state.moment() else []),
        "channel": st.column_config.SelectboxColumn(
            _("Channel"), options=state.values("channel") if state.moment() else []
        ),
        "first": st.column_config.NumberColumn(_("First response, hours"), min_value=0.01, step=0.25),
        "resolution": st.column_config.NumberColumn(_("Resolution, hours"), min_value=0.01, step=0.25),
        "clock": st.column_config.SelectboxColumn(
            _("Clock"),
            options=list(CLOCKS),
            required=True,
            default="calendar",
            format_func=lambda code: _(CLOCK_WORDS[str(code)]),
        ),
    }
    with st.form("policies", border=True):
        edited = st.data_editor(table, hide_index=True, num_rows="dynamic", key="policy_table", column_config=config)
        if not st.form_submit_button(_("Save"), type="primary"):
            return None
    policies = tuple(
        Policy(
            _text(row["priority"]), _text(row["team"]), _text(row["channel"]), _seconds_of(row["first"]),
            _seconds_of(row["resolution"]), row["clock"] or "calendar",
        )
        for row in edited.to_dict("records")
    )  # fmt: skip
    try:
        return replace(settings, policies=policies)
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return None


def _hours_of(seconds: int | None) -> float | None:
    return None if seconds is None else seconds / 3600


def _seconds_of(hours: Any) -> int | None:
    return None if hours is None or pd.isna(hours) else round(float(hours) * 3600)


def _text(word: Any) -> str | None:
    return None if word is None or pd.isna(word) or word == "" else str(word)
