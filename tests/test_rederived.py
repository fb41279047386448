"""What an import leaves as it is: after every step the facts are those that all rows give, and no more is derived than has to be."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from cxdata import facts, scans

FILES_OF = {
    "customers": "customer_id,started_on,team,email\nA,2025-01-01,Noord,a@example.org\nB,2025-02-01,Zuid,b@example.org\n",
    "tickets": "ticket_id,created_at,customer_id,team,agent,touchpoint\n1,2026-03-02 10:00,A,,Eva,storing\n2,2026-03-03 10:00,C,Oost,Kim,\n",
    "surveys": "answered_at,nps,customer_id,ticket_id\n2026-03-04,3,a@example.org,\n2026-05-05,9,,1\n",
    "purchases": "customer_id,purchased_at,amount\nA,2026-03-05,12.5\nC,2026-06-05,7\n",
    "reviews": "ticket_id,reviewer,reviewed_at,quality_accuracy (1-5)\n1,Kim,2026-03-05,4\n2,Kim,2026-07-05,2\n",
}


def everything_derived(store) -> dict[str, list]:
    return {
        table: sorted(map(repr, store.query(f"select * from {table}").to_pylist()))
        for table in (*facts.TABLES, *scans.MONTHS, "small_teams")
    }


ORDERS = list(permutations(FILES_OF))


@pytest.mark.parametrize(
    ("order", "agents"), [(ORDERS[0], "by_name"), (ORDERS[-1], "in_groups"), (ORDERS[40], "by_name")]
)
def test_after_every_import_and_undo_the_facts_are_those_derived_from_all_rows(store, load, order, agents):
    store.save_settings(replace(store.settings(), agents=agents, minimum_group=2))
    steps = [lambda kind=kind: load(FILES_OF[kind], kind=kind, name=f"{kind}.csv") for kind in order]
    steps.append(lambda: load(FILES_OF["surveys"].replace("nps", "nps,wave").replace(",3,", ",3,x,").replace(",9,", ",9,y,"),
                              kind="surveys", name="more.csv", groups=("wave",)))  # fmt: skip
    steps += [lambda number=number: store.undo(number) for number in (3, 1, 6, 5)]
    steps += [lambda number=number: store.redo(number) for number in (1, 6)]
    for step in steps:
        step()
        found = everything_derived(store)
        with store.writing() as cursor:
            store.rebuild(cursor)
        assert found == everything_derived(store)


def test_what_does_not_look_at_changed_rows_is_not_derived_again(store, load):
    for kind, text in FILES_OF.items():
        load(text, kind=kind, name=f"{kind}.csv")
    with store.reading() as cursor:
        current, settings = store.current_relations(cursor), store.settings()
    for kind, tables in {
        "surveys": {"survey_facts", "follow_up_facts"},
        "purchases": {"purchase_facts"},
        "reviews": {"review_facts"},
        "tickets": {"ticket_facts", "survey_facts", "review_facts", "follow_up_facts"},
        "customers": set(facts.TABLES),
    }.items():
        with store.writing() as cursor:
            assert facts.build(cursor, settings, current, {kind}) == tables
