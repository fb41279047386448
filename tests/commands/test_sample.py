"""`sample`: the sample by command."""

from __future__ import annotations

from cxdata.sample import FILES


def test_the_sample_by_command(run, monkeypatch):
    monkeypatch.setattr("cxdata.sample.FILES", FILES[:1])
    assert run("sample") == (
        0, "klanten.csv: Customers, 3000 rows, 2021-01-02 to 2026-10-31: 3000 new, 0 changed, 0 unchanged, 0 rejected, 0 left out (import 1)\n", "",
    )  # fmt: skip
