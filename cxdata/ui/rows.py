"""The rows behind a number, in a dialog: what it is, what was left out and why, and the rows themselves, page by page."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import streamlit as st

from cxdata import drill, formats, i18n, queries, rowfiles, selection
from cxdata.drill import Column, Preset, Selection
from cxdata.engine import Engine
from cxdata.filters import dimension
from cxdata.i18n import _, language
from cxdata.metrics import metric
from cxdata.metrics.words import COUNT_AS_NEEDS, COUNT_AS_WORDS, FILED
from cxdata.questions import Moment
from cxdata.ui import look, paging, state

PAGE_SIZE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(chosen: Selection, value: float, n: int) -> None:
    """Open the dialog of a number; `value` and `n` as they are shown."""
    entry = metric(chosen.metric)
    for name in ("rows_search", "rows_page", "rows_order", "rows_columns", "rows_down"):
        st.session_state.pop(name, None)
    title = _("Rows behind {metric}", metric=_(entry.label))
    st.dialog(title, width="large", on_dismiss="rerun")(_dialog)(chosen, value, n)


def _dialog(chosen: Selection, value: float, n: int) -> None:
    state.use_language()
    entry, moment, engine = metric(chosen.metric), state.the_moment(), state.engine()
    again, counted = state.cached_behind("recomputed", chosen)
    same = counted == n and (math.isnan(again) or math.isclose(again, value, rel_tol=1e-9, abs_tol=1e-12))
    about = _about(chosen, value, n)
    if same:
        worked_out = formats.value(again, entry.unit)
        text = (
            f"n = {formats.decimal(counted, 0)}"
            if math.isnan(again)
            else f"{worked_out}, n = {formats.decimal(counted, 0)}"
        )
        about.insert(1, (_("From the rows"), f"{text} ✓"))
    lines = "".join(
        f"<span>{look.escaped(label)}</span><span></span><b>{look.escaped(text)}</b>" for label, text in about
    )
    st.html(f'<div class="cx-lead">{look.escaped(_words(chosen, moment))}</div><div class="cx-facts">{lines}</div>')
    if not same:
        shown = formats.value(again, entry.unit)
        st.error(
            _("The rows give {value} with n = {n}: please report this.", value=shown, n=formats.decimal(counted, 0))
        )
    if entry.name == "first_contact_resolution":
        st.html(presets(chosen))
    if not counted:
        return
    known = drill.columns(entry.name, queries.own_groups(engine), moment.settings.agents)
    shown_columns = _tools(chosen, known, counted, engine, moment, about)
    search, order = st.session_state.get("rows_search") or "", st.session_state.get("rows_order") or ""
    total = drill.count(engine, chosen, moment, search) if search else counted
    page = min(paging.at("rows"), paging.last(total, PAGE_SIZE))
    found = drill.behind(
        engine, chosen, moment, search=search, order=order, descending=st.session_state.get("rows_down", True), page=page,
        size=PAGE_SIZE,
    )  # fmt: skip
    if not total:
        st.html(f'<div class="cx-sub">{look.escaped(_("No row holds these words."))}</div>')
        return
    with st.container(key="cx-rows"):
        st.dataframe(drill.worded(found, shown_columns, moment), hide_index=True, height=380, key="rows_table")
    paging.buttons("rows", page, PAGE_SIZE, total)


def _tools(
    chosen: Selection, known: tuple[Column, ...], counted: int, engine: Engine, moment: Moment,
    about: list[tuple[str, str]],
) -> list[Column]:  # fmt: skip
    """Search, order, columns and downloads; the columns to show."""
    names = {column.name: column for column in known}
    default = [column.name for column in known[: drill.shown(chosen.metric)]]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            _("Search"), key="rows_search", placeholder=_("Search in these rows"), icon=":material/search:",
            label_visibility="collapsed", on_change=paging.to, args=("rows",), width=230,
        )  # fmt: skip
        st.selectbox(
            _("Sort by"), list(names), key="rows_order", index=None, format_func=lambda name: _(names[name].label),
            placeholder=_("Sort by"), label_visibility="collapsed", on_change=paging.to, args=("rows",), width=190,
        )  # fmt: skip
        st.toggle(_("Descending"), key="rows_down", value=True, on_change=paging.to, args=("rows",))
        with st.popover(_("Columns"), icon=":material/view_column:"):
            picked = st.multiselect(
                _("Columns"), list(names), default=default, format_func=lambda name: _(names[name].label),
                key="rows_columns", label_visibility="collapsed",
            )  # fmt: skip
        shown = [names[name] for name in picked or default]
        search = st.session_state.get("rows_search") or ""
        stem = f"{chosen.metric}_rows"
        _download("CSV", "text/csv", f"{stem}.csv", partial(_csv, engine, chosen, moment, shown, search))
        made = partial(_xlsx, engine, chosen, moment, shown, about, search, language())
        _download("XLSX", XLSX, f"{stem}.xlsx", made)
    if counted > rowfiles.MOST_ROWS:
        most = formats.decimal(rowfiles.MOST_ROWS, 0)
        st.caption(_("A sheet holds {most} rows: the XLSX ends there, the CSV has them all.", most=most))
    return shown


def _download(label: str, mime: str, name: str, make: Callable[[], bytes]) -> None:
    st.download_button(
        label, data=make, file_name=name, mime=mime, icon=":material/download:", on_click="ignore", key=f"rows_{label}"
    )


def _csv(engine: Engine, chosen: Selection, moment: Moment, shown: list[Column], search: str) -> bytes:
    return rowfiles.to_csv(engine, chosen, moment, shown, search=search)


def _xlsx(
    engine: Engine, chosen: Selection, moment: Moment, shown: list[Column], about: list[tuple[str, str]], search: str,
    code: str,
) -> bytes:  # fmt: skip
    i18n.set_language(code)
    return rowfiles.to_xlsx(engine, chosen, moment, shown, about, search=search)


def _words(chosen: Selection, moment: Moment) -> str:
    """The selection in a sentence."""
    marks = [f"{_(dimension(name).label).lower()} {formats.group(name, value)}" for name, value in chosen.where]
    if chosen.cohort:
        marks.append(_("started in {month}", month=formats.period(chosen.cohort, "month")))
    if chosen.month is not None:
        marks.append(_("after {count} months", count=chosen.month))
    uses = [name for name in chosen.filters.values if metric(chosen.metric).table in dimension(name).facts]
    return " · ".join([*marks, selection.sentence(chosen.filters, None, moment, uses)])


def _about(chosen: Selection, value: float, n: int) -> list[tuple[str, str]]:
    """(label, text): the definition with this selection filled in."""
    entry = metric(chosen.metric)
    told = [
        (_("Value"), f"{formats.value(value, entry.unit)}, n = {formats.decimal(n, 0)}"),
        (_("Meaning"), _(entry.meaning)),
        (_("Formula"), _(entry.formula)),
        (_("Filed by"), _(FILED[entry.time])),
    ]
    if entry.measure.counts_as == "yes_no" and entry.unit == "share" and n and not math.isnan(value):
        share = _("{x} of {n}", x=formats.decimal(round(value * n), 0), n=formats.decimal(n, 0))
        told.insert(1, (_("Counted"), share))
    if chosen.month is None:
        out: dict[str, int] = state.cached_behind("left_out", chosen)
        words = "; ".join(f"{_(label)}: {formats.decimal(k, 0)}" for label, k in out.items() if k)
        told.append((_("Left out"), words or _("nothing")))
    return told


def presets(chosen: Selection) -> str:
    """First contact resolution in all ways of counting, the one of the settings marked, as HTML."""
    own = state.settings().count_as
    found: tuple[Preset, ...] = state.cached_behind("presets", chosen)
    if not found[0].resolved:
        return ""
    cells: list[str] = []
    for preset in found:
        mark = f" ({_('as set')})" if preset.code == own else ""
        name = f"{_(COUNT_AS_WORDS[preset.code])}{mark}"
        cells.append(f"<span>{look.escaped(name)}</span><b>{look.escaped(_counted_as(preset))}</b>")
    resolved = formats.decimal(found[0].resolved, 0)
    title = _("The same {n} resolved tickets, as other tools count them", n=resolved)
    return f'<div class="cx-sub">{look.escaped(title)}</div><div class="cx-facts cx-ways">{"".join(cells)}</div>'


def _counted_as(preset: Preset) -> str:
    """The value and n of one way of counting; where there is none, why."""
    if not preset.n:
        return _("– the files do not count {what}", what=_(COUNT_AS_NEEDS[preset.code]))
    return f"{formats.percent(preset.value)}, n = {formats.decimal(preset.n, 0)}"
