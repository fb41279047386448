"""What was understood of a file, to be checked and corrected: its columns, and the few decisions that matter.

In: an outcome beforehand, or the header of a file that cannot go in yet. Out: the reader's corrections, in the session;
every one takes effect at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from cxdata import formats
from cxdata.errors import Note
from cxdata.i18n import N_, _
from cxdata.importing import Outcome
from cxdata.schema import KINDS, SCORES, Field, kind
from cxdata.sources import SOURCES
from cxdata.ui import look
from cxdata.understanding import MOST_GROUPS

ORDERS = {"dmy": N_("day-month-year"), "mdy": N_("month-day-year"), "ymd": N_("year-month-day")}
DECIMALS = {",": N_("comma: 1.234,56"), ".": N_("point: 1,234.56")}
DIRECTIONS = {"easy": N_("a high score means easy"), "hard": N_("a high score means much effort")}
SCALES = ("0–10", "1–5", "1–7", "1–10", "1–3", "0–1", "0–5", "0–100")
DECISIONS = {
    "zone": N_("Time zone"),
    "date_order": N_("Date order"),
    "decimal": N_("Decimal mark"),
    "direction": N_("Effort score"),
}
STATUS_LABELS = {
    "new": N_("New"),
    "open": N_("Open"),
    "pending": N_("Pending"),
    "on_hold": N_("On hold"),
    "solved": N_("Solved"),
    "closed": N_("Closed"),
    "deleted": N_("Deleted"),
    "spam": N_("Spam"),
}
SHOWN = 3  # of the first rows
ROWS_SHOWN = 8


def decisions(outcome: Outcome) -> None:
    """What was decided of the whole file, and why."""
    words = {"date_order": ORDERS, "decimal": DECIMALS, "direction": DIRECTIONS}
    lines = []
    for what, value, why in outcome.understood["decisions"]:
        name = _(DECISIONS[what]) if what in DECISIONS else _("Scale of {score}", score=_(_label(what)))
        said = _(words[what][value]) if what in words else value
        lines.append(
            f"<span>{look.escaped(name)}</span><b>{look.escaped(said)}</b><span>{look.escaped(Note(*why))}</span>"
        )
    if lines:
        st.html(f'<div class="cx-why">{"".join(lines)}</div>')


def _label(score: str) -> str:
    return kind("surveys").field(score).label


def corrections(
    key: str, header: Sequence[str], given: str, known: Mapping[str, str], outcome: Outcome | None = None
) -> None:
    """The columns as a table to correct, and the decisions; what is changed is kept under `key` and the page run again."""
    if not header:
        return
    before = dict(outcome.understood["corrected"]) if outcome else dict(st.session_state.get(f"_choices_{key}", {}))
    before.pop("recall", None)
    chosen: dict[str, Any] = {}
    with st.expander(_("Change what was understood"), expanded=outcome is None, icon=":material/tune:"):
        chosen = _decided(key, before, given, outcome)
    what = chosen.get("kind") or given
    if not what:
        return
    mapped = {} if what != given else dict(before.get("mapping", {}))
    mapped |= _table(key, what, header, known if what == given else {}, mapped, outcome)
    chosen["mapping"] = mapped
    chosen["groups"] = _groups(key, header, before.get("groups", ()))
    chosen = {name: value for name, value in chosen.items() if value}
    if chosen != {name: value for name, value in before.items() if value}:
        st.session_state[f"_choices_{key}"] = chosen or {"recall": False}
        st.rerun()


def _decided(key: str, before: Mapping[str, Any], given: str, outcome: Outcome | None) -> dict[str, Any]:
    """The decisions as the reader leaves them; one that is as understood is not among them."""
    first, second, third = st.columns(3)
    kinds = ["", *(entry.name for entry in KINDS)]
    what = first.selectbox(
        _("What it holds"), kinds, index=kinds.index(before.get("kind") or given), key=f"kind_{key}",
        format_func=lambda name: _(kind(name).label) if name else _("choose"),
    )  # fmt: skip
    if not what:
        return {}
    tools = [entry.name for entry in SOURCES if entry.kind == what]
    labels = {entry.name: entry.label for entry in SOURCES} | {"generic": N_("another tool")}
    chosen = dict(before)
    chosen["kind"] = what if what != given or before.get("kind") else None

    def pick(place: Any, label: str, name: str, options: Sequence[str], words: Mapping[str, str]) -> None:
        codes = ["", *options]
        now = before.get(name) if before.get(name) in codes else ""
        chosen[name] = place.selectbox(
            label, codes, index=codes.index(now or ""), key=f"{name}_{key}_{what}",
            format_func=lambda code: _(words.get(code, code)) if code else _("as understood"),
        ) or None  # fmt: skip

    pick(second, _("Written by"), "source", [*tools, "generic"], labels)
    pick(third, _("Date order"), "date_order", list(ORDERS), ORDERS)
    zone = first.text_input(
        _("Time zone of the file"), before.get("zone") or "", key=f"zone_{key}",
        placeholder=outcome.understood["zone"] if outcome else "Europe/Amsterdam",
    )  # fmt: skip
    chosen["zone"] = zone.strip() or None
    pick(second, _("Decimal mark"), "decimal", list(DECIMALS), DECIMALS)
    if what == "surveys":
        pick(third, _("Effort score"), "direction", list(DIRECTIONS), DIRECTIONS)
        chosen["scales"] = _scales(key, before, outcome)
    return chosen


def _scales(key: str, before: Mapping[str, Any], outcome: Outcome | None) -> dict[str, tuple[float, float]]:
    """The scales that the reader chose, (worst, best)."""
    there = [name for name in SCORES if outcome and name in outcome.understood["scales"]]
    scales = {name: (float(worst), float(best)) for name, (worst, best) in before.get("scales", {}).items()}
    for place, name in zip(st.columns(3) * 2, there, strict=False):
        now = "–".join(f"{end:g}" for end in sorted(scales[name])) if name in scales else ""
        options = ["", *dict.fromkeys([*SCALES, *([now] if now else [])])]
        word = place.selectbox(
            _("Scale of {score}", score=_(_label(name))), options, index=options.index(now), key=f"scale_{name}_{key}",
            format_func=lambda code: code or _("as understood"),
        )  # fmt: skip
        scales.pop(name, None)
        if word and outcome:
            low, high = (float(end) for end in word.split("–"))
            worst, best = outcome.understood["scales"][name]
            scales[name] = (low, high) if worst < best else (high, low)
    return scales


def _table(
    key: str,
    what: str,
    header: Sequence[str],
    known: Mapping[str, str],
    mapped: Mapping[str, str],
    outcome: Outcome | None,
) -> dict[str, str]:
    """Each field with its column, the first rows as written and as understood, and how far it is filled.

    {field: column} of what the reader changed ("" takes a field off).
    """
    of_kind = kind(what)
    good = outcome.new + outcome.changed + outcome.unchanged if outcome else 0
    seen = {one.name: one for one in outcome.seen} if outcome and outcome.kind == what else {}
    fields = sorted(of_kind.fields, key=lambda field: field.name not in known)
    columns = [known.get(field.name) or mapped.get(field.name) or None for field in fields]
    rows = []
    for field, column in zip(fields, columns, strict=True):
        one = seen.get(field.name)
        written = [cell or "–" for cell in one.written[:SHOWN]] if one else []
        understood = [_shown(field, cell) for cell in one.understood[:SHOWN]] if one else []
        rows.append({
            "field": _(field.label) + (" *" if field.required else ""),
            "column": column,
            "written": " · ".join(written) if column else "",
            "understood": " · ".join(understood),
            "filled": (one.filled / good if good else 0.0) if one else None,
        })  # fmt: skip
    state_of = hashlib.sha256(repr((what, columns)).encode()).hexdigest()[:8]
    edited = st.data_editor(
        pd.DataFrame(rows), hide_index=True, num_rows="fixed", key=f"map_{key}_{state_of}",
        placeholder="–", disabled=["field", "written", "understood", "filled"], height=36 * (ROWS_SHOWN + 1),
        column_config={
            "field": st.column_config.TextColumn(_("Field"), width="small", help=_("Fields with a * are needed.")),
            "column": st.column_config.SelectboxColumn(
                _("Column in the file"), options=list(header), width="small", help=_("Click to choose another column.")
            ),
            "written": st.column_config.TextColumn(_("As written"), width="medium"),
            "understood": st.column_config.TextColumn(_("As understood"), width="medium"),
            "filled": st.column_config.ProgressColumn(
                _("Filled"), width="small", format="percent", min_value=0, max_value=1,
                help=_("In how many of the rows that go in this field has a value."),
            ),
        },
    )  # fmt: skip
    changed = {}
    for field, column, now in zip(fields, columns, edited["column"], strict=True):
        name = "" if now is None or pd.isna(now) else str(now)
        if name != (column or ""):
            changed[field.name] = name
    return changed


def _groups(key: str, header: Sequence[str], before: Sequence[str]) -> tuple[str, ...]:
    """The columns to keep as they are, to compare groups by."""
    return tuple(
        st.multiselect(
            _("Keep to compare groups by"), list(header), default=[name for name in before if name in header],
            key=f"groups_{key}", max_selections=MOST_GROUPS, select_all=False, placeholder=_("no column"),
            help=_("Columns that are no field, such as the variant of an A/B test or a plan: a way to split on Compare groups."),
        )
    )  # fmt: skip


def _shown(field: Field, text: str) -> str:
    """A value that was understood, as a reader of the pages sees it."""
    type_ = field.type
    if not text:
        return "–"
    if type_ == "status":
        return _(STATUS_LABELS[text])
    if type_ == "seconds":
        return formats.duration(float(text))
    if type_ == "flag":
        return _("yes") if text == "true" else _("no")
    if type_ in ("number", "score", "count"):
        value = float(text)
        return formats.decimal(value, 0 if value == int(value) else 2)
    if type_ == "instant":
        return formats.instant(datetime.fromisoformat(text))
    return formats.day(date.fromisoformat(text)) if type_ == "date" else formats.group(field.name, text)
