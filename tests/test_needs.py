"""What customers say and ask about: tiny files with known words."""

from __future__ import annotations

from datetime import date

from cxdata import needs
from cxdata.filters import Filters, Period

TICKETS = """ticket id,created at,team,type,tags
1,2026-03-02 10:00,Noord,Invoice,late; angry
2,2026-03-03 10:00,Noord,Invoice,late
3,2026-03-04 10:00,Zuid,Delivery,
4,2026-04-04 10:00,Noord,Delivery,late
"""
SURVEYS = """response id,submitted at,csat,team,comment
a,2026-03-05,1,Noord,Nobody  called
b,2026-03-05,5,Noord,Fine
c,2026-03-06,2,Zuid,Slow
"""
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


def test_reasons_and_tags_of_the_selection_most_frequent_first(store, load):
    load(TICKETS, name="t.csv", kind="tickets")
    found = needs.reasons(store, Filters(MARCH, {"team": ("Noord",)}), store.moment())
    assert [(one.word, one.tickets) for one in found] == [("Invoice", 2), ("late", 2), ("angry", 1)]


def test_comments_lowest_first(store, load):
    load(SURVEYS, name="s.csv")
    found = needs.comments(store, Filters(MARCH), store.moment())
    assert [one.text for one in found] == ["Nobody called", "Slow", "Fine"]
    assert (found[0].score, found[0].best) == (1, 5)


def test_nothing_is_nothing(store, load):
    load(TICKETS, name="t.csv", kind="tickets")
    filters = Filters(MARCH, {"team": ("West",)})
    assert needs.reasons(store, filters, store.moment()) == []
    assert needs.comments(store, filters, store.moment()) == []
