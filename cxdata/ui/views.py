"""Saved views in the sidebar: the list, what is shown now under a name, the view that opens first, and the link to copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

import streamlit as st

from cxdata import formats, views
from cxdata.errors import CxError
from cxdata.filters import FILTERS
from cxdata.i18n import _
from cxdata.selection import COMPARES, PERIODS
from cxdata.ui import jobs, look, state, view
from cxdata.ui.menu import MENU
from cxdata.views import LONGEST, KeptView, SavedView

START = "overview"
TITLES = {name: title for entries in MENU.values() for name, title, _icon in entries}


def open_start(page: st.Page) -> None:
    """Open the start view for who comes to the start page without any choices. The language is none."""
    session = st.session_state
    if "_url" in session or page.url_path or set(st.query_params) - {"lang"}:
        return
    start = next((kept.view for kept in state.views() if kept.view.is_start), None)
    if start is not None:
        session["_url"] = (START, {name: st.query_params.get_all(name) for name in st.query_params})
        session["_open"] = start


def opened(name: str, pages: Mapping[str, st.Page]) -> None:
    """Go to the page of the view that was asked for, and take its choices there."""
    wanted: SavedView | None = st.session_state.get("_open")
    if wanted is None:
        return
    page = wanted.page if wanted.page in pages else START
    if page != name:
        st.switch_page(pages[page])
    del st.session_state["_open"]
    view.take(name, wanted.choices, wanted.name, elsewhere=page != wanted.page)


def control(page: str) -> None:
    """The views, behind a button in the sidebar."""
    with st.sidebar, st.container(key="cx-views"):
        _control(page)


@st.fragment
def _control(page: str) -> None:
    state.use_language()
    kept = state.views()
    now = views.saved_view(_("Views"), page, view.link(page))
    there = next((one.view for one in kept if (one.view.page, one.view.choices) == (now.page, now.choices)), None)
    menu = st.popover(_("Views"), icon=":material/bookmarks:", key="views", on_change="rerun", width="stretch")
    if st.session_state.get("_open") is not None:
        st.rerun()
    if there:
        st.html(f'<div class="cx-small">{look.escaped(there.name)}</div>')
    if not menu.open:
        return
    with menu, st.container(key="cx-views-list"):
        _removed()
        for one in kept:
            _row(one, is_shown=there is not None and one.view.id == there.id)
        if not kept:
            said = _("No views yet. A view is a page with its period, filters and comparison, under a name.")
            st.html(f'<div class="cx-sub">{look.escaped(said)}</div>')
        _save(now)
        st.html(f'<div class="cx-small">{look.escaped(_("Link to exactly this:"))}</div>')
        st.code(_address(now), language=None, wrap_lines=True)
        if state.shows_sample():
            said = _("This is the sample: what you add here stays with the sample.")
            st.html(f'<div class="cx-small">{look.escaped(said)}</div>')


# --- the list -----------------------------------------------------------------------------------------------


def _row(kept: KeptView, *, is_shown: bool) -> None:
    one = kept.view
    if st.session_state.get("_view_renamed") == one.id:
        _rename(one)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        with st.container(gap=None):
            st.button(
                f"**{look.plain(one.name)}**" if is_shown else look.plain(one.name), type="tertiary", key=f"view_{one.id}",
                on_click=_open, args=(one,), help=look.plain(look.saved(kept.saved_at, kept.saved_by)),
            )  # fmt: skip
            st.html(f'<div class="cx-small">{look.escaped(_about(one))}</div>')
        with st.container(horizontal=True, width="content", gap="small", wrap=False, key=f"cx-menu-view-{one.id}"):
            start = _("Not the start page any more") if one.is_start else _("Make this the start page")
            for label, icon, key, act, argument in (
                (
                    start,
                    "home_pin" if one.is_start else "home",
                    "start",
                    _keep,
                    replace(one, is_start=not one.is_start),
                ),
                (_("Rename"), "edit", "rename", _ask_name, one.id),
                (_("Remove"), "delete", "remove_view", _remove, one),
            ):
                st.button(
                    label, icon=f":material/{icon}:", key=f"{key}_{one.id}", on_click=act, args=(argument,), help=label
                )


def _about(one: SavedView) -> str:
    """The page and the choices of a view in a few words."""
    words = [_(TITLES.get(one.page, one.page))]
    for name, known in (("period", PERIODS), ("compare", COMPARES)):
        words += [_(known[code]) for code in one.choices.get(name, ()) if code in known]
    words += [formats.group(entry.name, word) for entry in FILTERS for word in one.choices.get(entry.name, ())]
    return " · ".join([*words, *([_("start page")] if one.is_start else [])])


def _open(one: SavedView) -> None:
    st.session_state.update(_open=one, views=False)


def _ask_name(number: int | None) -> None:
    st.session_state["_view_renamed"] = number


def _rename(one: SavedView) -> None:
    with st.form(f"view_name_{one.id}", border=False):
        st.text_input(_("Name"), one.name, max_chars=LONGEST, key="view_new_name", label_visibility="collapsed")
        with st.container(horizontal=True):
            st.form_submit_button(_("Rename"), type="primary", on_click=_renamed, args=(one,))
            st.form_submit_button(_("Cancel"), on_click=_ask_name, args=(None,))
        _wrong()


def _renamed(one: SavedView) -> None:
    if _kept(st.session_state["view_new_name"], one):
        _ask_name(None)


def _keep(one: SavedView) -> None:
    try:
        state.shown_store().save_view(one, jobs.who())
    except CxError as error:  # another has got its name
        st.session_state["_view_wrong"] = error
        return
    st.session_state["_view_removed"] = None


def _remove(one: SavedView) -> None:
    try:
        removed = state.shown_store().remove_view(one.name, jobs.who())
    except CxError:  # somebody else was first
        return
    st.session_state["_view_removed"] = (state.version()[0], removed)


def _removed() -> None:
    """What was removed last, with the way back."""
    removed: tuple[str, SavedView] | None = st.session_state.get("_view_removed")
    if removed is not None and removed[0] == state.version()[0]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f'<div class="cx-sub">{look.escaped(_("{name} is removed.", name=removed[1].name))}</div>')
            st.button(
                _("Put it back"), icon=":material/undo:", on_click=_keep, args=(removed[1],), type="tertiary",
                key="view_back",
            )  # fmt: skip


# --- saving -------------------------------------------------------------------------------------------------


def _save(now: SavedView) -> None:
    """What is shown now under a name; one that is there is replaced when the reader says so."""
    row = st.form("view_form", border=False).container(
        horizontal=True, vertical_alignment="bottom", gap="small", wrap=False
    )
    row.text_input(
        _("Save what is shown as"), max_chars=LONGEST, key="view_name", placeholder=_("Weekly meeting, team Noord")
    )
    row.form_submit_button(_("Save"), type="primary", key="view_save", on_click=_saved, args=(now,))
    if st.session_state.get("_view_renamed") is None:
        _wrong()
    asked: SavedView | None = st.session_state.get("_view_twice")
    if asked is not None:
        said = _('There is a view "{name}" already. Replace it with what is shown now?', name=asked.name)
        st.warning(look.plain(said))
        with st.container(horizontal=True):
            st.button(_("Replace"), type="primary", on_click=_replace, args=(asked, now), key="view_replace")
            st.button(_("Cancel"), on_click=_replace, args=(None, now), key="view_keep")


def _saved(now: SavedView) -> None:
    session = st.session_state
    name = session["view_name"]
    session["_view_renamed"] = None
    session["_view_twice"] = views.named(name, (kept.view for kept in state.views()))
    if session["_view_twice"] is None and _kept(name, now):
        session["view_name"] = ""


def _replace(asked: SavedView | None, now: SavedView) -> None:
    st.session_state["_view_twice"] = None
    if asked is not None:
        _keep(replace(asked, page=now.page, choices=now.choices))
        st.session_state["view_name"] = ""


def _kept(name: str, like: SavedView) -> bool:
    """Keep a view under a name; what is wrong with it is said below the field."""
    try:
        made = views.saved_view(name, like.page, like.choices, id=like.id)
        state.shown_store().save_view(replace(made, is_start=like.is_start), jobs.who())
    except CxError as error:
        st.session_state["_view_wrong"] = error
        return False
    st.session_state["_view_removed"] = None
    return True


def _wrong() -> None:
    """What was wrong with a name, once."""
    error: CxError | None = st.session_state.pop("_view_wrong", None)
    if error is not None:
        st.error(look.said(error), icon=":material/error:")


def _address(now: SavedView) -> str:
    """The full address of what is shown: whoever can open the dashboard can open it."""
    parts = urlsplit(st.context.url or "")
    folder, _slash, last = parts.path.rstrip("/").rpartition("/")
    base = folder if last in (*TITLES, "start") else parts.path.rstrip("/")
    text = views.link_text(now.choices)
    host = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return f"{host}{base}/{now.page}{'?' if text else ''}{text}"
