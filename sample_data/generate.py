"""Writes the sample exports of "Lumio", a made-up Dutch supplier of energy and internet at home.

In: nothing but the seed. Out: the CSV files beside this module, byte for byte the same on every run.
`python sample_data/generate.py [folder]`; README.md tells what is in the files and which story they hold.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from lumio import helpdesks, people, reviews, surveys, tickets
from lumio.world import SEED

HERE = Path(__file__).parent


def write(path, header, columns, encoding="utf-8", **form):
    """`header` is a list of column names (those without values stay empty) or of several header records."""
    records = header if isinstance(header[0], tuple) else [header]
    count = len(next(iter(columns.values())))
    empty = [""] * count
    if missing := columns.keys() - set(records[0]):
        raise KeyError(f"{path.name}: no such column in the header: {sorted(missing)}")
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, **{"lineterminator": "\n"} | form)
        writer.writerows(records)
        writer.writerows(zip(*(columns.get(name, empty) for name in records[0]), strict=True))


def generate(folder):
    """All files into `folder`; each has a random stream of its own: changing one leaves the rest."""
    streams = iter(np.random.default_rng(SEED).spawn(10))
    customers = people.make_customers(next(streams))
    history = tickets.make_tickets(next(streams), customers)
    desks = {tool: tickets.of_tool(history, tool) for tool in ("zendesk", "freshdesk", "intercom")}
    excel = {"delimiter": ";", "lineterminator": "\r\n"}
    for name, tool, header, columns in (
        ("zendesk_tickets", "zendesk", helpdesks.ZENDESK, helpdesks.zendesk_file),
        ("freshdesk_tickets_webshop", "freshdesk", helpdesks.FRESHDESK, helpdesks.freshdesk_file),
        ("intercom_tickets", "intercom", helpdesks.INTERCOM, helpdesks.intercom_file),
    ):
        write(folder / f"{name}.csv", header, columns(next(streams), desks[tool], customers))
    qualtrics = surveys.qualtrics_file(next(streams), customers)
    write(folder / "qualtrics_nps.csv", list(zip(*surveys.QUALTRICS, strict=True)), qualtrics)
    forms = surveys.forms_file(next(streams), desks["zendesk"])
    write(folder / "google_forms_tevredenheid.csv", list(forms), forms, lineterminator="\r\n")
    delighted = surveys.delighted_file(next(streams), customers)
    write(folder / "delighted_nps.csv", list(delighted), delighted)
    bought = people.purchases_file(next(streams), customers)
    write(folder / "aankopen.csv", list(bought), bought, "utf-8-sig", **excel)
    judged = reviews.reviews_file(next(streams), desks["zendesk"])
    write(folder / "beoordelingen.csv", list(judged), judged, "utf-8-sig", **excel)
    known = people.customers_file(customers)
    write(folder / "klanten.csv", list(known), known, "cp1252", **excel)


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
