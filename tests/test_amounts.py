"""Values as people write them, in each unit and language; what is shown is read back."""

from __future__ import annotations

import pytest

from cxdata import formats
from cxdata.amounts import parsed
from cxdata.errors import CxError
from cxdata.i18n import speaking
from cxdata.metrics import ALL

HOUR = 3600


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("80%", "share", 0.8), ("80 %", "share", 0.8), ("80", "share", 0.8), ("12,5%", "share", 0.125), (" 7.5 ", "share", 0.075),
        ("4h", "duration", 4 * HOUR), ("4", "duration", 4 * HOUR), ("1.5", "duration", 1.5 * HOUR), ("90 min", "duration", 5400),
        ("3 h 20 min", "duration", 12000), ("1 d 4 u", "duration", 28 * HOUR), ("2 uur", "duration", 2 * HOUR),
        ("45 s", "duration", 45), ("1:30", "duration", 5400), ("2 dagen", "duration", 48 * HOUR),
        ("12.5", "number", 12.5), ("12,5", "score", 12.5), ("-20", "nps", -20), ("−20", "nps", -20), ("1,200", "count", 1200),
        ("€ 210", "money", 210), ("1,234.50", "money", 1234.5), ("210 €", "money", 210),
    ],
)  # fmt: skip
def test_what_people_write(text, unit, value):
    assert parsed(text, unit) == pytest.approx(value)


def test_the_mark_of_thousands_is_that_of_the_language():
    with speaking("nl"):
        assert (parsed("1.200", "count"), parsed("1.234,5", "money"), parsed("12.5", "number")) == (1200, 1234.5, 12.5)
    assert (parsed("1.200", "count"), parsed("1,200", "count")) == (1.2, 1200)


@pytest.mark.parametrize(
    ("text", "unit", "like"),
    [
        ("", "share", "80%"), ("lots", "count", "120"), ("4 fortnights", "duration", "4h, 90 min or 1 d 4 h"),
        ("-4h", "duration", "4h"), ("4h and more", "duration", "4h"), ("1,2,3", "number", "4.2"), ("80%%", "share", "80%"),
        ("inf", "number", "4.2"), ("1e3", "number", "4.2"), ("%", "share", "80%"),
        ("9" * 400, "number", "4.2"),
    ],
)  # fmt: skip
def test_nonsense_is_a_sentence(text, unit, like):
    with pytest.raises(CxError, match=f"is no value here. Write it like {like}"):
        parsed(text, unit)


@pytest.mark.parametrize("unit", sorted({entry.unit for entry in ALL}))
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_what_is_shown_is_read_back(unit, lang):
    with speaking(lang):
        for number in (0.0, 0.25, 1.0) if unit == "share" else (0.0, 45.0, 1500.0, 12000.0, 100800.0, 1234567.0):
            shown = formats.value(number, unit)
            assert formats.value(parsed(shown, unit), unit) == shown
