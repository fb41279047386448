"""Errors are sentences for the person at the screen: what is wrong, where, what to do.

A sentence is a message id with {named} values, put into the reader's language when it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from cxdata.i18n import N_, _


@dataclass(frozen=True)
class Note:
    """A sentence to show later, in any language: a warning of an import, the reason of a rejected row."""

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return _said(self.message, self.values)

    def __hash__(self) -> int:
        return hash((self.message, tuple(sorted(self.values.items()))))

    def dumped(self) -> list[Any]:
        return [self.message, dict(self.values)]


def note(message: str, **values: Any) -> Note:
    return Note(message, values)


def _said(message: str, values: Mapping[str, Any]) -> str:
    spoken = {name: _(value) if name == "what" and isinstance(value, str) else value for name, value in values.items()}
    return _(message, **spoken) if spoken else _(message)


class CxError(Exception):
    """Base of every error that is the input's or the user's, not the program's. `values` fill the {names}."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message)
        self.message, self.values = message, values

    def __str__(self) -> str:
        return _said(self.message, self.values)


class FileProblem(CxError):
    """A file that cannot be read as a table."""


class MappingProblem(CxError):
    """A table whose columns do not give what its kind needs."""


class Undecided(CxError):
    """Something the file does not decide and the user has to say, such as the date order."""


class UnknownName(CxError):
    """A metric, dimension, team or option that does not exist; suggests the nearest.

    `what` is a message id, or a note where the words around it need values of their own.
    """

    def __init__(self, what: str | Note, word: str, choices: Iterable[str]) -> None:
        known = [str(choice) for choice in choices]
        near = nearest(word, known)
        if near:
            super().__init__(N_('There is no {what} "{word}". Did you mean "{near}"?'), what=what, word=word, near=near)
        elif known and len(known) <= 60:
            super().__init__(
                N_('There is no {what} "{word}". There are: {known}.'), what=what, word=word, known=", ".join(known)
            )
        else:
            super().__init__(N_('There is no {what} "{word}".'), what=what, word=word)


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice most like the word, or None when none is near."""
    folded = {str(choice).casefold(): str(choice) for choice in choices}
    near = get_close_matches(str(word).casefold(), folded, n=1, cutoff=0.5)
    return folded[near[0]] if near else None


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """' Did you mean "x"?' for the nearest of the choices, or '' when none is near."""
    near = nearest(word, choices)
    return _(' Did you mean "{near}"?', near=near) if near else ""
