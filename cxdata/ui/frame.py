"""The page frame, run for every page: language, navigation, filters, then the page itself.

dashboard.py starts this script. It lies apart from pages/ on purpose: were pages/ beside the script, a link straight
to a page on a fresh server would run that page without its frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from cxdata.errors import CxError
from cxdata.filters import FILTERS, NOTHING, Dimension
from cxdata.formats import group
from cxdata.i18n import LANGUAGES, _, set_language
from cxdata.selection import CLOCK_WORDS, COMPARES, GRAINS, PERIODS
from cxdata.ui import aim, look, state, view, views
from cxdata.ui.menu import MENU, WITHOUT_FILTERS

SELDOM = ("handled_by",)  # filters that stand among the further choices


def navigation() -> tuple[st.Page, dict[str, st.Page]]:
    """(the page asked for, {file name: page} in the order of the menu).

    The first page is the start page, which Streamlit serves at / only; its own name leads there too.
    """
    pages: dict[str, st.Page] = {}
    sections: dict[str, list[st.Page]] = {}
    for section, entries in MENU.items():
        made = sections.setdefault(_(section) if section else "", [])
        for name, title, icon in entries:
            file = state.PAGES / f"{name}.py"
            first = not pages
            pages[name] = st.Page(
                file, title=_(title), icon=f":material/{icon}:", url_path="start" if first else name, default=first
            )
            made.append(pages[name])
    start = next(iter(pages))
    sections[""].append(st.Page(lambda: st.switch_page(pages[start]), title=start, url_path=start, visibility="hidden"))
    return st.navigation(sections, position="top"), pages


def sidebar_filters() -> None:
    """The filters that all pages share. Widgets hold codes; the words are in the reader's language."""
    with st.sidebar:
        _choice("period", _("Period"), PERIODS)
        if st.session_state["period"] == "custom":
            _days("from", "to", _("The period ends before it starts: 12 months are shown."))
        for entry in FILTERS:
            words = sorted(state.values(entry.name), key=lambda word: group(entry.name, word).casefold())
            if not words:
                continue
            if (
                entry.name in ("segment", "entry_channel", "stage")
                and len(words) < 2
                and not st.session_state[entry.name]
            ):
                continue
            if entry.name not in SELDOM:
                _values(entry, words)
        with st.expander(_("More choices"), icon=":material/tune:"):
            _choice("compare", _("Compare with"), COMPARES)
            _compared_with()
            _choice("per", _("Show per"), GRAINS)
            _choice("clock", _("Clock"), CLOCK_WORDS)
            for entry in FILTERS:
                if entry.name in SELDOM and (words := state.values(entry.name)):
                    _values(entry, words)
        if view.is_filtered():
            st.button(_("Clear filters"), icon=":material/filter_alt_off:", on_click=view.reset, width="stretch")


def _values(entry: Dimension, words: Sequence[str]) -> None:
    st.multiselect(
        _(entry.label), [*words, NOTHING], key=entry.name, placeholder=_(entry.all_label),
        format_func=partial(group, entry.name), select_all=False,
    )  # fmt: skip


def _days(first: str, last: str, backwards: str) -> None:
    """Two days to choose; `backwards` is said where the last lies before the first."""
    left, right = st.columns(2)
    left.date_input(_("from"), value=None, key=first, format="DD-MM-YYYY")
    right.date_input(_("up to and including"), value=None, key=last, format="DD-MM-YYYY")
    if view.is_backwards(first, last):
        st.warning(backwards)


def _compared_with() -> None:
    """What the chosen comparison still needs: its days, its team."""
    how, teams = st.session_state["compare"], st.session_state["team"]
    if how == "chosen":
        _days("against_from", "against_to", _("The period ends before it starts: the period before is compared with."))
    if how not in ("team", "rest"):
        return
    if how == "team":
        st.selectbox(
            _("The other team"), ["", *(name for name in state.values("team") if name not in teams)], key="against",
            format_func=lambda name: name or _("(choose)"), filter_mode=None,
        )  # fmt: skip
    if not view.other_teams():
        missing = _("Choose a team above.") if not teams else _("Choose the other team.")
        if teams and how == "rest":
            missing = _("All teams are chosen: there are no others.")
        st.caption(f"{missing} {_('Until then the period before is compared with.')}")


def _choice(key: str, label: str, words: Mapping[str, str]) -> None:
    st.selectbox(label, list(words), format_func=lambda code: _(words[code]), key=key, filter_mode=None)


def language_switch() -> None:
    with st.sidebar:
        st.segmented_control(
            _("Language"), list(LANGUAGES), format_func=lambda code: LANGUAGES[code], key="lang", required=True,
            label_visibility="collapsed", width="stretch",
        )  # fmt: skip


def run() -> None:
    st.set_page_config(page_title="CX Dashboard", page_icon=str(state.STATIC / "icon.png"), layout="wide")
    st.logo(str(state.STATIC / "logo.svg"), size="large", icon_image=str(state.STATIC / "icon.svg"))
    if st.session_state.get("lang") not in LANGUAGES:
        st.session_state["lang"] = st.query_params.get("lang") or state.settings().language
    set_language(st.session_state["lang"])
    look.inject()
    page, pages = navigation()
    name = page.url_path or "overview"
    aim.arrive()
    if state.moment() is not None:
        views.open_start(page)
    view.sync_with_url(name)
    views.opened(name, pages)
    set_language(st.session_state["lang"])
    st.session_state["_pages"] = pages
    if state.moment() is not None:
        view.checked()
        if name not in WITHOUT_FILTERS and not (name == "quality" and st.session_state["review"]):
            views.control(name)
            sidebar_filters()
    language_switch()
    if state.shows_sample() and name != "data_import":
        look.sample_banner(pages["data_import"])
    if missing := view.said_missing(name):
        st.warning(look.plain(missing), icon=":material/info:")
    page.run()
    if state.moment() is not None:
        view.write_url(name)


try:
    run()
except CxError as error:
    st.error(look.said(error), icon=":material/error:")
