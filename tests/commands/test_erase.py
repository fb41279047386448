"""`person` and `erase`: what would be done is said first, and nothing is done without a yes."""

from __future__ import annotations

import zipfile

import pytest

from tests.commands.conftest import as_json

CUSTOMERS = "customer_id,name,started_on,cancelled_on\nK90817,Philippa Quist,2025-01-01,\nK2,Jan Bos,2025-01-01,\n"


@pytest.fixture
def filled(run, file):
    run("import", file(CUSTOMERS, "c.csv"))
    return run


def test_a_person_is_told_and_taken_along(filled, tmp_path):
    (counts,) = as_json(filled("person", "K90817", "--json", "--out", tmp_path / "p.zip"))
    assert (counts["customers"], counts["files"]) == (1, 1)
    assert zipfile.ZipFile(tmp_path / "p.zip").namelist() == ["customers.csv", "other.json"]


def test_erasing_asks_first(filled, db):
    status, _out, said = filled("erase", "Philippa Quist")
    assert status != 0
    assert "Nothing was erased" in said
    assert filled("erase", "K90817", "--dry-run")[0] == 0
    assert b"Philippa" in db.read_bytes()


def test_an_erased_person_stays_away(filled, file, db):
    status, out, _said = filled("erase", "K90817", "--yes")
    assert (status, "Erased." in out) == (0, True)
    assert b"Philippa" not in db.read_bytes()
    filled("import", file(CUSTOMERS + "K3,Eva Ster,2026-01-01,\n", "d.csv"))
    assert b"Philippa" not in db.read_bytes()
    assert filled("person", "K3")[0] == 0
    status, _out, said = filled("person", "K90817")
    assert status != 0
    assert "Nothing is held" in said
