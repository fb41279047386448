"""`views`: listed and removed."""

from __future__ import annotations

from cxdata.views import SavedView
from tests.commands.conftest import TICKETS, as_json, save


def test_views_are_listed_and_removed(run, file, db):
    run("import", file(TICKETS))
    assert run("views")[1] == "nothing\n"
    save(db, SavedView(0, "Weekly", "service", {"period": ("6m",), "team": ("A", "B")}, is_start=True))
    (row,) = as_json(run("views", "--format", "json"))
    assert {name: row[name] for name in ("name", "page", "choices", "start", "saved_by")} == {
        "name": "Weekly", "page": "service", "choices": {"period": ["6m"], "team": ["A", "B"]}, "start": True, "saved_by": "Ana",
    }  # fmt: skip
    assert "Weekly  service  period=6m&team=A&team=B  start" in run("views")[1]
    status, out, err = run("views", "--remove", "Weekli")
    assert (status, out) == (2, "")
    assert 'no view "Weekli". Did you mean "Weekly"?' in err
    assert as_json(run("views", "--remove", "weekly", "--format", "json")) == []
