"""Every text of the program in both languages: none untranslated, none left over, none that cannot be translated."""

from __future__ import annotations

import ast
import importlib.util
import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from cxdata import errors, formats, i18n
from cxdata.errors import CxError, UnknownName, note
from cxdata.filters import DIMENSIONS, Period
from cxdata.i18n import _, set_language
from cxdata.metrics import ALL, FAMILIES
from cxdata.schema import KINDS
from cxdata.sources import GENERIC, SOURCES

ROOT = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("texts", ROOT / "locale" / "texts.py")
texts = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(texts)


@pytest.fixture(autouse=True)
def english_after() -> Iterator[None]:
    yield
    set_language("en")


# --- the catalogue ------------------------------------------------------------------------------------------


def test_every_text_of_the_code_has_a_dutch_one_and_nothing_is_left_over() -> None:
    dutch = texts.in_dutch()
    in_code = {message.id for message in texts.in_code() if message.id}
    in_file = {message.id for message in dutch if message.id}
    found = {
        "not in the catalogue (make texts)": sorted(in_code - in_file),
        "without a translation": sorted(texts.missing(dutch)),
        "no longer in the code (make texts)": sorted(in_file - in_code) + sorted(map(str, dutch.obsolete)),
    }
    assert {why: ids for why, ids in found.items() if ids} == {}


def named(text: str) -> list[str]:
    """The {names} of a message, sorted."""
    return sorted(field for _text, field, _format, _conversion in Formatter().parse(text) if field is not None)


def test_both_languages_name_the_same_values_and_keep_the_same_edges() -> None:
    wrong = []
    for message in texts.in_dutch():
        if not message.id:
            continue
        english, dutch = str(message.id), str(message.string)
        edges = [(text[:1] == " ", text.endswith("."), text.endswith("?")) for text in (english, dutch)]
        tags = [sorted(re.findall(r"</?\w+>", text)) for text in (english, dutch)]
        if named(english) != named(dutch) or edges[0] != edges[1] or tags[0] != tags[1]:
            wrong.append((english, dutch))
    assert wrong == []


def test_the_words_of_every_registry_are_in_the_catalogue() -> None:
    known = {message.id for message in texts.in_dutch()}
    fields = [field for kind in KINDS for field in kind.fields]
    words = [
        *(word for kind in KINDS for word in (kind.label,)),
        *(word for field in fields for word in (field.label, field.meaning)),
        *(word for entry in ALL for word in (entry.label, entry.meaning, entry.formula, entry.short)),
        *(word for entry in DIMENSIONS for word in (entry.label, entry.all_label)),
        *FAMILIES.values(),
        *(source.label for source in (*SOURCES, *GENERIC)),
        *(rule.reason for source in SOURCES for rule in source.left_out),
        *(word for words in formats.GROUP_WORDS.values() for word in words.values()),
    ]
    assert [word for word in words if word and word not in known] == []


# --- the code -----------------------------------------------------------------------------------------------


@cache
def code() -> list[tuple[str, ast.AST, ast.Module]]:
    """(place, node, module) of every node of the program."""
    return [
        (f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node, module)
        for path in texts.sources()
        for module in [ast.parse(path.read_text(encoding="utf-8"))]
        for node in ast.walk(module)
    ]


def is_text(node: ast.expr) -> bool:
    """A plain literal, or something that holds a marked text: a name, attribute, item, call, or a choice of those."""
    if isinstance(node, ast.BoolOp):
        return all(map(is_text, node.values))
    if isinstance(node, ast.IfExp):
        return is_text(node.body) and is_text(node.orelse)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.Starred)


def test_texts_are_plain_literals() -> None:
    wrong = []
    for place, node, _module in code():
        name = texts.called(node)
        if name in texts.CALLS and node.args:
            # A choice between two literals inside the call would escape `make texts`, as would a part put together.
            text = node.args[0]
            hidden = not isinstance(text, ast.Constant) and any(
                isinstance(part, ast.Constant)
                for choice in ast.walk(text)
                if isinstance(choice, ast.BoolOp | ast.IfExp)
                for part in ast.iter_child_nodes(choice)
            )
            if not is_text(text) or hidden or (name == "N_" and not isinstance(text, ast.Constant)):
                wrong.append(f"{place}: {name}({ast.unparse(text)[:80]})")
    assert wrong == []


def test_all_errors_are_among_the_calls_that_hold_texts() -> None:
    def children(parent: type) -> Iterator[str]:
        yield parent.__name__
        for child in parent.__subclasses__():
            yield from children(child)

    assert set(children(CxError)) <= set(texts.CALLS)
    assert errors.CxError is CxError


def test_words_looked_up_by_a_code_are_marked() -> None:
    """`_(VERDICTS[x])` and `_(view.PERIODS[x])`: the values of those dictionaries are N_ calls (or names, as "NPS")."""
    looked_up, tables = {}, {}
    for place, node, module in code():
        if texts.called(node) == "_" and node.args and isinstance(node.args[0], ast.Subscript):
            table = node.args[0].value
            name = table.id if isinstance(table, ast.Name) else table.attr if isinstance(table, ast.Attribute) else ""
            looked_up.setdefault(name, place)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node in module.body and isinstance(node.value, ast.Dict):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            tables[target.id] = (place, node.value)
    wrong = [
        f"{tables[name][0]}: {name} holds {value.value!r}"
        for name in looked_up
        if name in tables
        for value in tables[name][1].values
        if isinstance(value, ast.Constant) and value.value and has_words(value.value)
    ]
    assert wrong == []


# Calls that put their text on the screen, of st or of a container, and the keywords that do.
SHOWN = {
    "title", "header", "subheader", "caption", "text", "markdown", "write", "html", "info", "success", "warning",
    "error", "toast", "spinner", "status", "expander", "popover", "tabs", "dialog", "metric", "button", "link_button",
    "download_button", "form_submit_button", "page_link", "checkbox", "toggle", "radio", "selectbox", "multiselect",
    "text_input", "text_area", "number_input", "date_input", "time_input", "slider", "select_slider",
    "segmented_control", "pills", "file_uploader", "color_picker", "feedback", "chat_input",
    "Column", "TextColumn", "NumberColumn", "CheckboxColumn", "SelectboxColumn", "DateColumn", "LinkColumn",
    "Page", "panel", "head", "empty",
}  # fmt: skip
SHOWN_KEYWORDS = {"label", "help", "placeholder", "alt", "title", "subtitle", "body", "text", "caption"}
FIRST_IS_KEY = {"panel"}  # its first argument is a key; the next two are the words
NAMES = {"NPS", "CSAT", "CES", "SLA", "CX Dashboard", "Europe/Amsterdam", "UTC"}  # the same in both languages
HOLE = "\0"  # where a value stands
HTML = re.compile(r"<(div|span|p|b|h\d)\b")
SENTENCE = re.compile(r"\s*[A-Z][a-z]+(\W|$)")  # begins with a capital, as labels and sentences do


def has_words(text: str) -> bool:
    """Whether words remain without HTML tags and entities, icons, Streamlit's colour marks, values and known names."""
    text = re.sub(r"<[^<>]*>?|&\w+;", " ", text)
    text = re.sub(r":material/\w+:|:[a-z-]+\[", " ", text)
    for name in NAMES:
        text = text.replace(name, " ")
    return re.search(r"[^\W\d_]{2,}", text) is not None


def spoken(node: ast.AST) -> str:
    """The literal words of an expression as they would stand on the screen; what `_` says and values are holes."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else HOLE
    if isinstance(node, ast.JoinedStr):
        return "".join(spoken(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return spoken(node.left) + spoken(node.right)
    if isinstance(node, ast.IfExp):
        return f"{spoken(node.body)} {spoken(node.orelse)}"
    if isinstance(node, ast.BoolOp):
        return " ".join(map(spoken, node.values))
    if isinstance(node, ast.List | ast.Tuple):
        return " ".join(map(spoken, node.elts))
    return HOLE


def test_no_visible_text_stands_in_the_pages_untranslated() -> None:
    wrong, silent = [], set()  # silent: what `_` and the like translate, and docstrings
    for place, node, _module in code():
        if not place.startswith(("pages/", "cxdata/ui/")):
            continue
        if texts.called(node) in texts.CALLS and node.args:
            silent.add(id(node.args[0]))
        if isinstance(node, ast.Expr):
            silent.add(id(node.value))
        parts: list[ast.AST] = []
        if texts.called(node) in SHOWN:
            first = 1 if texts.called(node) in FIRST_IS_KEY else 0
            parts += node.args[first : first + (2 if first else 1)]
            parts += [keyword.value for keyword in node.keywords if keyword.arg in SHOWN_KEYWORDS]
        elif HTML.search(spoken(node)) and "<style>" not in spoken(node):
            parts.append(node)  # put together apart from the call that shows it
        elif isinstance(node, ast.Constant) and id(node) not in silent and SENTENCE.match(str(node.value)):
            parts.append(node)  # shown by way of a variable
        wrong += [f"{place}: {spoken(part)!r}" for part in parts if has_words(spoken(part))]
    assert sorted(set(wrong)) == []


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("'Save'", True),
        ("_('Save')", False),
        ("f'<b>{_(\"Save\")}</b> now'", True),
        ('f\'<div class="a {x}">{_("Save")}: n = {n}</div>\'', False),
        ("':material/science: ' + _('Sample')", False),
        ("'**' + _('Sample') + '** – '", False),
        ("'2026-12-24'", False),
        ("'CX Dashboard'", False),
        ("_('a') if x else 'Nothing here'", True),
    ],
)
def test_what_counts_as_a_visible_text(expression: str, words: bool) -> None:
    assert has_words(spoken(ast.parse(expression, mode="eval").body)) is words


# --- what is shown ------------------------------------------------------------------------------------------


def in_both(say) -> tuple[str, str]:
    said = []
    for code_ in ("en", "nl"):
        set_language(code_)
        said.append(str(say()))
    return said[0], said[1]


@pytest.mark.parametrize(
    ("number", "unit", "english", "dutch"),
    [
        (0.765, "share", "76.5%", "76,5%"),
        (1234, "count", "1,234", "1.234"),
        (12000, "duration", "3 h 20 min", "3 u 20 min"),
        (45, "duration", "45 s", "45 s"),
        (187200, "duration", "2 d 4 h", "2 d 4 u"),
        (37.25, "nps", "37.2", "37,2"),
        (4.125, "score", "4.12", "4,12"),
        (1234.5, "money", "€ 1,234", "€ 1.234"),
        (12.5, "money", "€ 12.50", "€ 12,50"),
        (None, "share", "–", "–"),
        (math.nan, "duration", "–", "–"),
    ],
)
def test_values(number: float | None, unit: str, english: str, dutch: str) -> None:
    assert in_both(lambda: formats.value(number, unit)) == (english, dutch)


@pytest.mark.parametrize(
    ("say", "english", "dutch"),
    [
        (lambda: formats.day(date(2026, 1, 1)), "1 Jan 2026", "1 jan 2026"),
        (lambda: formats.day(date(2026, 3, 9)), "9 Mar 2026", "9 mrt 2026"),
        (lambda: formats.instant(datetime(2026, 5, 4, 14, 5)), "4 May 2026, 14:05", "4 mei 2026, 14:05"),
        (lambda: formats.period(date(2026, 4, 1), "quarter"), "Q2 2026", "K2 2026"),
        (lambda: formats.period(date(2026, 3, 16), "week"), "week 12, 2026", "week 12, 2026"),
        (lambda: formats.period(date(2026, 3, 1), "month"), "March 2026", "maart 2026"),
        (lambda: formats.period_short(date(2026, 3, 16), "week"), "wk 12", "wk 12"),
        (lambda: formats.span(Period(date(2026, 1, 1), date(2026, 7, 1))), "Jan – Jun 2026", "jan – jun 2026"),
        (
            lambda: formats.span(Period(date(2026, 1, 5), date(2026, 1, 20))),
            "5 Jan – 19 Jan 2026",
            "5 jan – 19 jan 2026",
        ),
        (lambda: formats.span(Period()), "all data", "alle gegevens"),
        (lambda: formats.change(0.032, "share", True), "+3.2 pt", "+3,2 pt"),
        (lambda: formats.change(-0.12, "count", False), "−12%", "−12%"),
        (lambda: formats.group("channel", "phone"), "Phone", "Telefoon"),
        (lambda: formats.group("team", "Noord"), "Noord", "Noord"),
        (lambda: formats.group("team", None), "(none)", "(geen)"),
        (lambda: formats.weekday(1), "Mon", "ma"),
    ],
)
def test_days_periods_and_groups(say, english: str, dutch: str) -> None:
    assert in_both(say) == (english, dutch)


def test_errors_and_remarks_speak_the_language_of_the_reader() -> None:
    near = UnknownName("team", "Nord", ["Noord", "Zuid"])
    assert in_both(lambda: near) == (
        'There is no team "Nord". Did you mean "Noord"?',
        'Er is geen team "Nord". Bedoel je "Noord"?',
    )
    part = UnknownName(note("subdivision of {country}", country="DE"), "Q", [])
    assert in_both(lambda: part) == ('There is no subdivision of DE "Q".', 'Er is geen regio van DE "Q".')
    remark = note("The cell is empty, and every row needs {what}.", what="Created")
    assert in_both(lambda: remark) == (
        "The cell is empty, and every row needs Created.",
        "De cel is leeg, en elke rij heeft dit nodig: Aangemaakt.",
    )
    assert in_both(lambda: CxError("A {brace} in a file name", brace="{0}")) == ("A {0} in a file name",) * 2


def test_an_unknown_language_is_english_and_an_unknown_text_stays_as_it_is() -> None:
    set_language("de")
    assert i18n.language() == "en"
    set_language("nl")
    assert _("no such text") == "no such text"
