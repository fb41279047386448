"""The look that Streamlit's theme cannot give: cards, verdict colours, spacing, and the head of a page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from cxdata import formats, rows
from cxdata.errors import CxError
from cxdata.i18n import _
from cxdata.ui import state, view

CHART = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
_CSS = """
<style>
.block-container, [data-testid="stMainBlockContainer"] {{ max-width: 1500px; padding: 4.1rem 2.6rem 2rem 2.6rem; }}
[data-testid="InputInstructions"] {{ display: none; }} /* "Press Enter to submit", in English whatever the language */
[data-testid="stSidebarContent"] [data-testid="stVerticalBlock"] {{ gap: .55rem; }}
.st-key-cx-sample {{ background: {chip}; border-radius: .6rem; padding: .1rem .8rem; }}
.cx-sub {{ color: {grey}; font-size: .86rem; line-height: 1.35; }}
.cx-lead {{ color: {grey}; font-size: .92rem; line-height: 1.4; margin-top: -.6rem; }}
.cx-title {{ font-weight: 600; font-size: 1rem; line-height: 1.3; color: {text}; }}
.cx-value {{ font-weight: 620; font-size: 1.62rem; line-height: 1.15; color: {text}; letter-spacing: -.01em;
             font-variant-numeric: tabular-nums; white-space: nowrap; }}
.cx-value.few {{ color: {grey}; font-weight: 500; }}
.cx-row {{ display: flex; align-items: center; gap: .4rem; flex-wrap: wrap; min-height: 1.55rem; margin-top: .3rem; }}
.cx-chip {{ border-radius: .7rem; padding: .08rem .55rem; font-size: .8rem; font-weight: 550; line-height: 1.25;
            background: {chip}; color: {grey}; }}
.cx-chip.better {{ background: {good_back}; color: {good}; }}
.cx-chip.worse {{ background: {bad_back}; color: {bad}; }}
.cx-small {{ color: {grey}; font-size: .8rem; line-height: 1.35; }}
.cx-why {{ display: grid; grid-template-columns: max-content max-content 1fr; gap: .1rem .9rem; font-size: .86rem;
           line-height: 1.45; color: {text}; margin-top: .3rem; }}
.cx-why span {{ color: {grey}; }}
.cx-table {{ overflow-x: auto; }}
.cx-table table {{ width: 100%; border-collapse: collapse; font-size: .86rem; color: {text};
             font-variant-numeric: tabular-nums; }}
.cx-table th {{ text-align: right; font-weight: 550; color: {grey}; font-size: .8rem; padding: .15rem .5rem;
             white-space: nowrap; }}
.cx-table td {{ text-align: right; padding: .3rem .5rem; border-top: 1px solid {line}; white-space: nowrap; }}
.cx-table th:first-child, .cx-table td:first-child {{ text-align: left; padding-left: 0; white-space: normal; }}
.st-key-cx-train button[kind="tertiary"] {{ padding: .1rem 0; min-height: 0; }}
.st-key-cx-train button[kind="tertiary"] p {{ font-size: .86rem; white-space: nowrap; }}
.cx-worded td:last-child, .cx-worded th:last-child {{ text-align: left; white-space: normal; }}
.cx-table tbody th {{ padding-top: .9rem; font-weight: 600; color: {text}; font-size: .86rem; }}
.cx-facts {{ display: grid; grid-template-columns: max-content .6rem 1fr; font-size: .86rem; line-height: 1.5; color: {grey};
             margin-bottom: .5rem; }}
.cx-facts b {{ font-weight: 500; color: {text}; overflow-wrap: anywhere; }}
.cx-facts.cx-ways {{ grid-template-columns: minmax(0, 1fr) fit-content(48%); column-gap: .8rem; max-width: 36rem; }}
.cx-def {{ display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; font-size: .88rem; line-height: 1.45;
             color: {text}; }}
.cx-def > div {{ grid-column: 1 / -1; overflow-wrap: anywhere; }}
.cx-def > .cx-def-name {{ grid-column: 1; }}
.cx-def > .cx-def-now {{ grid-column: 2; text-align: right; width: 9rem; }}
.cx-def-now .cx-value {{ font-size: 1.15rem; }}
.cx-def-now .cx-spark img {{ height: 26px; }}
.cx-def > .cx-def-meaning {{ margin: .3rem 0 .45rem; font-size: .92rem; }}
.cx-def-facts {{ display: grid; grid-template-columns: minmax(5.2rem, max-content) minmax(0, 1fr); gap: .05rem .8rem;
             font-size: .82rem; }}
.cx-def-facts span {{ color: {grey}; }}
.cx-def-mind {{ margin: .55rem 0 .35rem; padding: .45rem .7rem; border-radius: .5rem; background: {chip}; font-size: .82rem; }}
.cx-def-mind ul {{ margin: .15rem 0 0; padding-left: 1.05rem; }}
.cx-def-mind li {{ margin: .1rem 0; font-size: .82rem; }}
[class*="st-key-cx-def-"] [data-testid="stPageLink"] a {{ padding: .1rem 0; min-height: 0; background: transparent; }}
[class*="st-key-cx-def-"] [data-testid="stPageLink"] p {{ font-size: .82rem; color: {grey}; }}
[class*="st-key-cx-def-"] [data-testid="stPageLink"] a:hover p {{ color: {text}; text-decoration: underline; }}
.cx-spark img {{ width: 100%; height: 34px; display: block; margin-top: .35rem; }}
.cx-chip.lagging {{ background: {warn_back}; color: {warn}; }}
.cx-bar {{ position: relative; height: .5rem; border-radius: .25rem; background: {chip}; margin: .45rem 0 .2rem; }}
.cx-bar i {{ position: absolute; inset: 0 auto 0 0; border-radius: .25rem; background: {grey}; }}
.cx-bar.better i {{ background: {good}; }} .cx-bar.worse i {{ background: {bad}; }} .cx-bar.lagging i {{ background: {warn}; }}
.cx-bar b {{ position: absolute; top: -.2rem; bottom: -.2rem; width: 2px; background: {text}; }}
[class*="st-key-cx-goalcard-"] button[kind="tertiary"] {{ padding: .1rem 0; min-height: 0; text-align: left; }}
[class*="st-key-cx-goalcard-"] button[kind="tertiary"] p {{ font-weight: 600; font-size: 1rem; line-height: 1.3; white-space: normal; text-align: left; }}
.cx-goal-title {{ font-size: 1.45rem; font-weight: 650; line-height: 1.25; margin: .35rem 0 0; padding: 0; color: {text}; }}
.cx-goal-said {{ font-size: 1.08rem; font-weight: 600; line-height: 1.35; color: {text}; }}
[data-testid="stColumn"]:has(.st-key-cx-goal-side) {{ position: sticky; top: 4.2rem; align-self: flex-start; }}
[class*="st-key-cx-step-"] {{ border-bottom: 1px solid {line}; padding-bottom: .55rem; }}
.cx-step {{ display: flex; font-size: .84rem; font-weight: 600; line-height: 1.35rem; color: {text}; padding-top: .5rem; }}
.cx-step b {{ flex: none; display: inline-block; width: 1.35rem; height: 1.35rem; line-height: 1.35rem; border-radius: 50%; text-align: center;
             background: {chip}; font-size: .78rem; margin-right: .35rem; }}
.cx-action {{ padding-left: 1.6rem; margin-top: -.35rem; }}
.cx-letters {{ display: grid; gap: .22rem; }}
.cx-letter {{ display: grid; grid-template-columns: 2.6rem 1fr; gap: .5rem; align-items: start; font-size: .84rem; line-height: 1.35;
             color: {grey}; }}
.cx-letter b {{ font-weight: 600; color: {text}; margin-right: .25rem; }}
.cx-letter .cx-chip {{ text-align: center; padding: .05rem .2rem; }}
.cx-quote {{ border-left: 3px solid {line}; padding: .1rem .6rem; margin: .3rem 0; font-size: .84rem; color: {grey};
             overflow-wrap: anywhere; }}
[class*="st-key-cx-person-"] {{ border-bottom: 1px solid {line}; padding: .35rem 0 .5rem; }}
[class*="st-key-cx-person-"] button[kind="tertiary"] {{ padding: 0; min-height: 1.3rem; }}
[class*="st-key-cx-person-"] button[kind="tertiary"] p {{ font-weight: 600; }}
.cx-numbers {{ display: flex; gap: 1.1rem; text-align: right; font-variant-numeric: tabular-nums; }}
.cx-numbers div {{ min-width: 4.6rem; }} .cx-numbers b {{ display: block; font-weight: 600; color: {text}; white-space: nowrap; }}
.cx-numbers span {{ white-space: nowrap; }}
[class*="st-key-cx-said-"] {{ border-bottom: 1px solid {line}; }}
[class*="st-key-cx-said-"] .cx-comment {{ border-bottom: none; }}
.cx-comment {{ border-bottom: 1px solid {line}; padding: .55rem 0; }}
.cx-comment p {{ margin: 0 0 .2rem 0; color: {text}; white-space: pre-wrap; overflow-wrap: anywhere; }}
.cx-score {{ display: inline-block; min-width: 2.1rem; text-align: center; border-radius: .4rem; padding: .05rem .4rem;
             font-weight: 600; font-size: .8rem; background: {chip}; color: {text}; margin-right: .4rem; }}
.cx-score.low {{ background: {bad_back}; color: {bad}; }}
.cx-score.high {{ background: {good_back}; color: {good}; }}
.st-key-cx-cards [data-testid="stPageLink"] a {{ padding: 0; min-height: 0; background: transparent; }}
.st-key-cx-cards [data-testid="stPageLink"] p {{ font-weight: 550; font-size: .9rem; color: {grey}; }}
.st-key-cx-cards [data-testid="stPageLink"] a:hover p {{ color: {text}; text-decoration: underline; }}
.st-key-cx-brief [data-testid="stPageLink"] a {{ padding: .22rem 0; min-height: 0; background: transparent; }}
.st-key-cx-brief [data-testid="stPageLink"] p {{ white-space: normal; font-size: .92rem; line-height: 1.4; color: {text}; }}
.st-key-cx-brief [data-testid="stPageLink"] a:hover p {{ text-decoration: underline; }}
.st-key-cx-brief [data-testid="stMarkdown"] p {{ font-size: .92rem; line-height: 1.4; padding: .15rem 0; color: {grey}; }}
[class*="st-key-cx-brief-better"] [data-testid="stIconMaterial"] {{ color: {good}; }}
[class*="st-key-cx-brief-worse"] [data-testid="stIconMaterial"] {{ color: {bad}; }}
[class*="st-key-cx-brief-none"] [data-testid="stPageLink"] p {{ color: {grey}; }}
.st-key-cx-brief .cx-title {{ margin-bottom: .35rem; }}
[class*="st-key-cx-head-"] button {{ padding: 0; min-height: 1.2rem; color: {grey}; }}
[class*="st-key-cx-head-"] button:hover {{ color: {text}; }}
[class*="st-key-cx-head-"] button [data-testid="stMarkdownContainer"] {{ position: absolute; width: 1px; height: 1px;
             overflow: hidden; clip-path: inset(50%); }}
.st-key-cx-rows [data-testid="stElementToolbar"] {{ display: none; }}
[class*="st-key-cx-menu"] button {{ border: none; padding: 0 .3rem; min-height: 1.6rem; background: transparent;
             color: {grey}; }}
[class*="st-key-cx-menu"] button > div > div[aria-hidden="true"] {{ display: none; }}
[class*="st-key-cx-menu"] button [data-testid="stMarkdownContainer"] {{ position: absolute; width: 1px; height: 1px;
             overflow: hidden; clip-path: inset(50%); }}
@media (max-width: 640px) {{
  [data-testid="stMainBlockContainer"] {{ padding-left: 1rem; padding-right: 1rem; }}
  .st-key-cx-goal-head {{ flex-wrap: wrap !important; }}
  [data-testid="stColumn"]:has(.st-key-cx-goal-side) {{ position: static; }}
}}
/* On paper: no menus; wide enough that no chart, whose width the screen has set, is cut; nothing broken over two pages. */
@page {{ size: A4 landscape; margin: 10mm; }}
@media print {{
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], [class*="st-key-cx-menu"],
  .st-key-cx-take, .st-key-cx-sample a, .st-key-cx-sample button, [data-testid="stStatusWidget"] {{ display: none; }}
  [data-testid="stMainBlockContainer"] {{ padding: 0; max-width: none; zoom: .7; }}
  [data-testid="stPlotlyChart"], [data-testid="stDataFrame"], .cx-comment, .st-key-cx-cards [data-testid="stLayoutWrapper"],
  [data-testid="stLayoutWrapper"]:has(> [data-testid="stVerticalBlock"] [data-testid="stPlotlyChart"]):not(:has([data-testid="stLayoutWrapper"] [data-testid="stPlotlyChart"]))
    {{ break-inside: avoid; }}
  h1, h2, h3 {{ break-after: avoid; }}
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
}}
</style>
"""
_LIGHT = {
    "grey": "#566072", "text": "#1b2230", "chip": "#eef1f5", "line": "#e3e7ed", "good": "#12704a", "good_back": "#e6f4ec",
    "bad": "#b4232f", "bad_back": "#fdeaea", "warn": "#8a5a00", "warn_back": "#fdf1d8", "paper": "#ffffff",
}  # fmt: skip
_DARK = {
    "grey": "#a3aebf", "text": "#e7ebf2", "chip": "#232c3a", "line": "#2a3342", "good": "#6fd3a0", "good_back": "#10301f",
    "bad": "#ff9aa2", "bad_back": "#3a1a20", "warn": "#f2c265", "warn_back": "#35290f", "paper": "#0f141d",
}  # fmt: skip


def inject() -> None:
    """The style sheet in the colours of the reader's theme."""
    st.html(_CSS.format(**colours()))


def colours() -> dict[str, str]:
    """The colours of the reader's theme by name, for a style sheet."""
    return _DARK if state.is_dark() else _LIGHT


def escaped(text: object) -> str:
    """Text from a file, safe inside our own HTML."""
    return html.escape(str(text), quote=True)


def plain(text: object) -> str:
    """Text from a file, safe inside Streamlit's Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+!$:~<>|-])", r"\\\1", str(text))


def said(error: CxError) -> str:
    """The error's sentence without its hints for the command line."""
    return re.sub(r" ?\(--[^)]*\)", "", str(error))


def saved(saved_at: str, saved_by: str) -> str:
    """When and by whom something was saved, in words."""
    zone = ZoneInfo(state.settings().zone)
    moment = formats.instant(datetime.fromisoformat(saved_at).astimezone(zone).replace(tzinfo=None))
    if not saved_by:
        return _("saved on {moment}", moment=moment)
    return _("saved on {moment} by {who}", moment=moment, who=_(saved_by))


def head(
    title: str, *uses: str, needs: tuple[str, ...] = (), what: str = "", held: bool = True,
    otherwise: Callable[[], None] | None = None,
) -> view.View:  # fmt: skip
    """Title and sentence of a page; the view without the filters that the page's numbers do not have.

    `uses`: names of the dimensions that they do have. `needs`: the fact tables of which one has to have rows, else the page is
    empty, and `what`: the sentence that says what to import then. `held`: its numbers are held against something. Stops the run
    where there is nothing to show, after what there is to do `otherwise` with other data.
    """
    st.title(title, anchor=False)
    if state.moment() is None or (needs and not any(state.has(table) for table in needs)):
        empty(what or _("There is no data yet."))
        if otherwise and state.moment() is not None:
            otherwise()
        st.stop()
    seen = view.current(uses, needs)
    st.html(f'<div class="cx-lead">{escaped(view.sentence(seen, held=held))}</div>')
    return view.without(seen, *(name for name in seen.filters.values if name not in uses))


def sample_banner(import_page: st.Page) -> None:
    """Say that this is the sample, with the way to one's own data."""
    with st.container(horizontal=True, vertical_alignment="center", key="cx-sample"):
        st.markdown(
            ":small[:material/science: **"
            + _("Sample data")
            + "** – "
            + (
                _("a made-up company.")
                if state.has_own_data()
                else _("a made-up company. Your own export replaces it.")
            )
            + "]"
        )
        if state.has_own_data():
            st.button(
                _("Back to our own data"), on_click=_show_sample, args=(False,), type="tertiary", key="sample_off"
            )
        else:
            st.page_link(
                import_page, label=_("Import your export"), icon=":material/arrow_forward:", icon_position="right"
            )


def _show_sample(on: bool) -> None:
    st.session_state["_sample"] = on
    view.reset()


def empty(text: str) -> None:
    """What a page without data says: what to import, with the import and the sample one click away."""
    with st.container(border=True):
        st.markdown(f"**{text}**")
        with st.container(horizontal=True):
            pages = st.session_state.get("_pages")
            if pages:
                st.page_link(pages["data_import"], label=_("Import an export"), icon=":material/upload_file:")
            st.button(
                _("Look at the sample"), icon=":material/science:", on_click=_show_sample, args=(True,), type="tertiary"
            )


def estimated_note() -> None:
    """Say it where the dates of customers were not in a file: estimated from activity, or derived from durations."""
    for said in rows.customer_remarks(state.engine(), state.settings()):
        st.info(said, icon=":material/info:")
