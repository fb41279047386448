"""What the list of customers at risk rests on: how well model and rules did on the past, and the rules to change."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from cxdata import charts, formats
from cxdata.care import rules
from cxdata.care.model import Held, Learned
from cxdata.care.rules import Rule
from cxdata.errors import CxError
from cxdata.i18n import N_, _
from cxdata.ui import look, state

NAMES = {"model": N_("Model"), "rules": N_("Rules")}
MISSING = {
    "none": N_(
        "Nobody is known to have cancelled in the months that can be learned from: the rules rank, and their points are no "
        "chances. A customers file with cancel dates, and half a year of tickets or answers, changes that."
    ),
    "few": N_(
        "Too few customers have cancelled to learn from ({left} in the months that count; it takes about 130): the rules rank, "
        "and their points are no chances."
    ),
}


def show(learned: Learned) -> None:
    """How sure the list is, and the rules."""
    st.header(_("How sure is this?"), anchor=False)
    if learned.model is None or learned.rules is None:
        st.info(_(MISSING[learned.missing], left=learned.left), icon=":material/info:")
    else:
        _judged(learned, {"model": learned.model, "rules": learned.rules})
    with st.expander(_("The rules"), icon=":material/rule:"):
        _rules()


def _judged(learned: Learned, held: dict[str, Held]) -> None:
    left, right = st.columns([1, 1], gap="medium")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        st.html(_verdicts(learned, held))
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        subtitle = _("On the dotted line as many left as was expected; lines are 95% intervals")
        st.html(
            f'<div class="cx-title">{look.escaped(_("Chances and what came of them"))}</div>'
            f'<div class="cx-sub">{look.escaped(subtitle)}</div>'
        )
        figure = charts.calibration(held, state.style(), names={code: _(name) for code, name in NAMES.items()})
        st.plotly_chart(
            figure, theme=None, config=look.CHART, key="calibration", alt=_("Chances and what came of them")
        )


def _verdicts(learned: Learned, held: dict[str, Held]) -> str:
    first, last = (formats.period(learned.judged[place], "month") for place in (0, -1))
    begin = formats.period(learned.months[0], "month")
    asked = _(
        "Both were asked at the beginning of each month from {first} to {last}, knowing only what was known then, who would "
        "leave within 90 days. They had learned from earlier months only, from {begin} on.",
        first=first, last=last, begin=begin,
    )  # fmt: skip
    lines = []
    for code, own in held.items():
        ends = f"{formats.decimal(own.low, 2)} – {formats.decimal(own.high, 2)}"
        style = "better" if own.low > 0.5 else ""
        lines.append(
            f"<span>{look.escaped(_(NAMES[code]))}</span><span></span><b>{formats.decimal(own.concordance, 2)} "
            f'<span class="cx-chip {style}">{look.escaped(_("95% interval {ends}", ends=ends))}</span></b>'
        )
    how = _(
        "Of a customer who left and one who stayed, how often the first stood higher (concordance): 0.50 is drawing lots, 1.00 "
        "is always right."
    )
    better = held["model"].concordance > held["rules"].concordance
    if max(own.low for own in held.values()) <= 0.5:
        said = _("Neither is clearly better than drawing lots: take the list as a place to begin, and no more.")
    elif better:
        said = _("The model ranks better than the rules, and is what the list shows unless you choose otherwise.")
    else:
        said = _(
            "The rules rank at least as well as the model, and are what the list shows unless you choose otherwise."
        )
    rate = _("Lately {share} of the customers leave within 90 days.", share=formats.percent(learned.rate or 0))
    return (
        f'<div class="cx-title">{look.escaped(_("How well it did on the past"))}</div><div class="cx-sub">{look.escaped(asked)}</div>'
        f'<div class="cx-facts" style="margin-top:.5rem">{"".join(lines)}</div><div class="cx-small">{look.escaped(how)}</div>'
        f'<div class="cx-sub" style="margin-top:.5rem;font-weight:550">{look.escaped(said)}</div>'
        f'<div class="cx-small" style="margin-top:.3rem">{look.escaped(rate)}</div>'
    )


# --- the rules ----------------------------------------------------------------------------------------------


def _rules() -> None:
    """The rules as a table to change: from which value on each holds, and what it adds."""
    store, settings = state.shown_store(), state.settings()
    said = _(
        "Each rule that holds adds its points; 0 points take it out of use. The model looks at the same signals, and learns its own weights."
    )
    st.html(f'<div class="cx-sub">{look.escaped(said)}</div>')
    in_force = rules.rules(settings)
    table = pd.DataFrame(
        {
            _("Rule"): [_(rule.signal.label) for rule in in_force],
            _("What it looks at"): [_(rule.signal.meaning) for rule in in_force],
            _("Holds"): [_("from") if rule.signal.worse == "high" else _("up to") for rule in in_force],
            _("Threshold"): [rule.threshold for rule in in_force],
            _("Unit"): [_(rule.signal.unit) for rule in in_force],
            _("Points"): [rule.weight for rule in in_force],
            _("Customers now"): [_now(rule) for rule in in_force],
        }
    )
    edited = st.data_editor(
        table, hide_index=True, key=f"rules_table_{state.version()[1]}", disabled=[_("Rule"), _("What it looks at"), _("Holds"), _("Unit"), _("Customers now")],
        column_config={
            _("What it looks at"): st.column_config.TextColumn(width=330),
            _("Threshold"): st.column_config.NumberColumn(format="%g"),
            _("Points"): st.column_config.NumberColumn(min_value=0, max_value=100, format="%g"),
        },
    )  # fmt: skip
    wanted = [
        Rule(rule.signal, float(edited[_("Threshold")][place]), float(edited[_("Points")][place]))
        for place, rule in enumerate(in_force)
    ]
    made = rules.changed(wanted)
    with st.container(horizontal=True, gap="small"):
        saved = st.button(_("Save the rules"), type="primary", disabled=made == dict(settings.rules), key="rules_save")
        again = st.button(_("Back to the standard rules"), disabled=not settings.rules, key="rules_reset")
    if not (saved or again):
        return
    try:
        rules.check(made)
        store.save_settings(replace(settings, rules={} if again else made))
    except CxError as error:
        st.error(look.said(error), icon=":material/error:")
        return
    st.rerun()


@st.cache_data(show_spinner=False, max_entries=100)
def _held_now(key: tuple[str, int], name: str, worse: str, threshold: float) -> int:  # noqa: ARG001
    compares = ">=" if worse == "high" else "<="
    sql = f"select count(*) filter (where {name} {compares} $threshold) as k from customer_scores where is_there"
    return int(state.shown_store().query(sql, threshold=threshold).to_pylist()[0]["k"])


def _now(rule: Rule) -> int:
    """How many customers a rule holds for now."""
    return _held_now(state.version(), rule.signal.name, rule.signal.worse, rule.threshold)
