"""The message catalogue: English texts are the message ids, Dutch stands in locale/nl.

In: a text. Out: the text in the language of the reader. The language is a context variable, set once a run.
The .po file is read as it is (Babel), so that a translator edits one file and nothing needs compiling.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "nl": "Nederlands"}
LOCALE_FOLDER = Path(__file__).resolve().parent.parent / "locale"

_language: ContextVar[str] = ContextVar("language", default="en")


def N_(message: str) -> str:
    """Mark a text for translation without translating it yet (constants, registries)."""
    return message


def set_language(code: str) -> None:
    """Use this language ("en" or "nl") for the rest of this run; anything else means English."""
    _language.set(code if code in LANGUAGES else "en")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Use this language inside, and after it the one from before."""
    before = _language.get()
    set_language(code)
    try:
        yield
    finally:
        _language.set(before)


def language() -> str:
    return _language.get()


@cache
def catalog(code: str) -> Catalog:
    """The whole catalogue of a language, without fuzzy entries."""
    path = LOCALE_FOLDER / code / "LC_MESSAGES" / "cxdata.po"
    with path.open("rb") as file:
        return read_po(file, locale=code, ignore_obsolete=True)


@cache
def _texts(code: str) -> dict[str, str]:
    if code == "en":
        return {}
    return {
        str(message.id): str(message.string)
        for message in catalog(code)
        if message.id and message.string and not message.fuzzy and isinstance(message.id, str)
    }


def _(message: str, **values: object) -> str:
    """The message in the current language, with {named} values filled in."""
    text = _texts(_language.get()).get(message, message)
    return text.format(**values) if values else text
