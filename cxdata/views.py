"""Saved views: a page and what is looked at on it, under a name; kept by the organisation.

In: a name, a page, and the choices as a link holds them: codes, so that a view says the same in every language. Out: frozen
SavedViews that can be, and what in them is no longer in the data.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from cxdata import formats
from cxdata.errors import CxError, UnknownName
from cxdata.filters import FILTERS, NOTHING, dimension
from cxdata.i18n import N_, _
from cxdata.schema import OWN

LONGEST = 60  # characters of a name
Link = Mapping[str, tuple[str, ...]]
_GROUPS = ("first", "second")  # of the page that compares groups, of the dimension `split`


@dataclass(frozen=True)
class SavedView:
    """A page with its choices under a name. `id`: 0 as long as it is not kept; `is_start`: it opens for who comes without
    any choices. Raises CxError for what cannot be."""

    id: int
    name: str
    page: str
    choices: Link = field(default_factory=dict)
    is_start: bool = False

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise CxError("A view needs a name, such as: Weekly meeting, team Noord.")
        if len(self.name) > LONGEST:
            raise CxError(
                "The name of a view can have {most} characters; this one has {length}. Make it shorter.",
                most=LONGEST,
                length=len(self.name),
            )

    def __hash__(self) -> int:
        return hash((self.id, self.name, self.page, link_text(self.choices), self.is_start))


@dataclass(frozen=True)
class KeptView:
    """A view as it is kept: when and by whom its newest version was saved (UTC, ISO)."""

    view: SavedView
    saved_at: str
    saved_by: str


def saved_view(name: str, page: str, choices: Mapping[str, Sequence[str]], *, id: int = 0) -> SavedView:
    """A view from what is looked at; the language is the reader's and not part of it."""
    kept = {key: tuple(words) for key, words in sorted(choices.items()) if words and key != "lang"}
    return SavedView(id, " ".join(name.split()), page, kept)


def named(name: str, views: Iterable[SavedView]) -> SavedView | None:
    """The view of that name, whatever its capitals; None without one."""
    wanted = " ".join(name.split()).casefold()
    return next((one for one in views if one.name.casefold() == wanted), None)


def one_named(name: str, views: Sequence[SavedView]) -> SavedView:
    """The view of that name; an unknown one raises with the nearest."""
    found = named(name, views)
    if found is None:
        if not views:
            raise CxError(
                'There is no view "{name}": no views are saved yet. Save one on a page, under Views.', name=name
            )
        raise UnknownName(N_("view"), name, [one.name for one in views])
    return found


def check_name(view: SavedView, others: Iterable[SavedView]) -> None:
    """Raise where another view has the name."""
    other = named(view.name, (one for one in others if one.id != view.id))
    if other is not None:
        raise CxError('There is a view "{name}" already. Choose another name, or replace that one.', name=other.name)


def link_text(choices: Mapping[str, Sequence[str]]) -> str:
    """The choices as in an address: team=Noord&period=6m."""
    return urlencode(choices, doseq=True)


# --- what is no longer there --------------------------------------------------------------------------------

Gone = tuple[tuple[str, str], ...]


def gone(choices: Mapping[str, Sequence[str]], values: Callable[[str], Collection[str]]) -> Gone:
    """((dimension, value) …) that are chosen and not in the data; value "" where a kept column itself is not there any more.

    `values`: the values of a dimension in the data.
    """
    asked = [(entry.name, word) for entry in FILTERS for word in choices.get(entry.name, ())]
    asked += [("team", word) for word in choices.get("against", ()) if word]
    split = next(iter(choices.get("split", ())), "")
    if split.startswith(OWN):
        asked.append((split, ""))
    if split.startswith(OWN) or split in {entry.name for entry in FILTERS}:
        asked += [(split, word) for name in _GROUPS for word in choices.get(name, ())]
    there = {name: set(values(name)) for name in {name for name, _word in asked}}
    lost = {name for name, word in asked if not word and not there[name]}
    missing = [
        (name, word) for name, word in asked if word and name not in lost and word not in {*there[name], NOTHING}
    ]
    return tuple(dict.fromkeys([*((name, "") for name in lost), *missing]))


def without(choices: Mapping[str, Sequence[str]], missing: Gone) -> Link:
    """The choices without what is no longer there."""
    split = next(iter(choices.get("split", ())), "")
    of = {"against": "team", **dict.fromkeys(_GROUPS, split)}
    if (split, "") in missing:
        choices = {name: words for name, words in choices.items() if name not in ("split", *_GROUPS)}
    kept = {
        name: tuple(word for word in words if (of.get(name, name), word) not in missing)
        for name, words in choices.items()
    }
    return {name: words for name, words in kept.items() if words}


def said(missing: Gone, name: str = "") -> str:
    """The sentence about what is no longer there; `name`: of the view, "" for a link."""
    words = ", ".join(
        f"{_(dimension(of).label).lower()} {formats.group(of, word) if word else ''}".strip() for of, word in missing
    )
    if name:
        return _('Not in the data, and left out of the view "{name}": {what}.', name=name, what=words)
    return _("Not in the data, and left out of what the link asks for: {what}.", what=words)
