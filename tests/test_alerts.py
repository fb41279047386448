"""Alerts: what can be one, what it comes to, one message when it begins and one when it clears, and its command and page."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from cxdata import alert_records, alerting, alerts
from cxdata.alert_records import save_alert
from cxdata.alerts import Alert, State, sentence
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError
from cxdata.i18n import speaking
from cxdata.metrics import SINGLE
from cxdata.sample import ALERTS, import_sample, keep_alerts
from cxdata.settings import Settings
from cxdata.store import Store
from tests.conftest import SECRET

MONDAY = date(2026, 1, 5)
SLOW = Alert(0, "Too slow", "first_response_time", "above", 4 * 3600.0)


def weeks(*hours: float | None, team: str = "Noord", each: int = 6, first: int = 0) -> str:
    """Tickets of some whole weeks in a row, answered in so many hours each (None: a week without tickets), and one ticket at the
    midnight after the last, so that this week is over."""
    lines = ["ticket_id,created_at,first_response_at,team"]
    for week, wait in enumerate(hours, start=first):
        for number in range(each if wait is not None else 0):
            start = datetime.combine(MONDAY, datetime.min.time()) + timedelta(weeks=week, days=number % 5, hours=9)
            lines.append(f"{week}-{number}-{team},{start},{start + timedelta(hours=wait)},{team}")
    end = datetime.combine(MONDAY, datetime.min.time()) + timedelta(weeks=first + len(hours))
    return "\n".join([*lines, f"end-{end:%y%m%d},{end},,{team}", ""])


def judged(store: Store, alert: Alert, as_of: int | None = None) -> State:
    return alerting.evaluate(DuckDBEngine(store), alert, store.moment(as_of))


# --- what can be an alert -----------------------------------------------------------------------------------


def made(**given) -> Alert:
    return alerts.alert(
        **{"name": "Slow", "metric_name": "first_response_time", "rule": "above", "threshold": "4h", **given}
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "needs a name"),
        ({"metric_name": "first_reponse_time"}, 'no metric "first_reponse_time"'),
        ({"metric_name": "survival", "threshold": 1.0}, "a curve"),
        ({"rule": "abvoe"}, 'no rule of an alert "abvoe". Did you mean "above"'),
        ({"grain": "quarter"}, 'no grain "quarter"'),
        ({"threshold": None}, "needs a threshold"),
        ({"threshold": "soon"}, '"soon" is no value here'),
        ({"threshold": -1.0}, "cannot be −1 s: it lies between 0 s and ∞"),
        ({"metric_name": "csat", "threshold": "120%"}, "Customer satisfaction cannot be 120.0%: it lies between 0.0% and 100.0%"),
        ({"rule": "signal"}, "has no threshold"),
        ({"rule": "signal", "threshold": None, "metric_name": "resolution_rate"}, "still change"),
        ({"metric_name": "retention_rate", "threshold": "90", "values": {"channel": ("chat",)}}, "cannot be filtered by Channel"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_sentence(given, said):
    with pytest.raises(CxError, match=said):
        made(**given)


def test_an_alert_in_words():
    assert (
        made(values={"team": ("Noord",), "channel": ()}).condition
        == "First response time above 4 h · each week · Noord"
    )
    assert (
        made(rule="signal", threshold=None, grain="month").condition
        == "First response time beyond its usual limits · each month"
    )


@pytest.mark.parametrize("entry", SINGLE, ids=lambda entry: entry.name)
def test_every_metric_can_be_watched(entry, sample):
    for grain in alerts.ALERT_GRAINS:
        alert = Alert(0, "x", entry.name, "below", 0.5, grain)
        state = judged(sample, alert)
        assert sentence(alert, state)
        assert (state.state == "unjudged") == bool(state.reason)


# --- what it comes to ---------------------------------------------------------------------------------------


def test_a_threshold_is_held_against_the_newest_whole_week(store, load):
    load(weeks(1, 5, 1), kind="tickets")
    assert judged(store, SLOW) == State("quiet", 3600.0, 6, MONDAY + timedelta(weeks=2))
    load(weeks(5, first=3), kind="tickets", name="more.csv")
    state = judged(store, SLOW)
    assert state == State("fires", 18000.0, 6, MONDAY + timedelta(weeks=3))
    assert sentence(SLOW, state) == "Week 5, 2026: First response time 5 h (n = 6), above 4 h."
    with speaking("nl"):
        assert sentence(SLOW, state) == "Week 5, 2026: Eerste reactietijd 5 u (n = 6), boven 4 u."
    assert judged(store, Alert(0, "x", "first_response_time", "below", 4 * 3600.0)).state == "quiet"
    assert not judged(store, Alert(0, "x", "first_response_time", "above", 5 * 3600.0)).fires  # as much is not beyond


def test_a_week_that_is_not_over_never_counts(store, load):
    load(weeks(1, 9), kind="tickets")
    thursday = int(datetime.fromisoformat("2026-01-15T12:00:00+01:00").timestamp())
    assert judged(store, SLOW, thursday) == State("quiet", 3600.0, 6, MONDAY)
    tuesday = int(datetime.fromisoformat("2026-01-06T12:00:00+01:00").timestamp())
    assert judged(store, SLOW, tuesday) == State("unjudged", reason="no_period")
    assert "No period is whole yet" in sentence(SLOW, State("unjudged", reason="no_period"))


def test_the_week_in_which_the_data_begins_is_not_whole(store, load):
    load(weeks(9).replace("2026-01-05 ", "2026-01-06 "), kind="tickets")
    assert judged(store, SLOW).reason == "no_period"


def test_too_few_are_not_judged_but_counts_are(store, load):
    load(weeks(1, 9, each=4), kind="tickets")
    state = judged(store, SLOW)
    assert (state.state, state.reason, state.n, state.minimum) == ("unjudged", "few", 4, 5)
    assert sentence(SLOW, state).endswith("9 h (n = 4), measured on fewer than 5, so it is not judged.")
    assert judged(store, Alert(0, "x", "tickets_created", "below", 5.0)).fires


def test_nothing_measured_is_not_judged(store, load):
    load(weeks(1, None), kind="tickets")
    state = judged(store, SLOW)
    assert (state.state, state.reason) == ("unjudged", "nothing")
    assert sentence(SLOW, state) == "Week 3, 2026: First response time was not measured."
    assert judged(store, Alert(0, "x", "nps", "below", 0.0)).reason == "nothing"


def test_rows_that_are_gone_are_not_judged(store, load):
    load(weeks(1, 9), kind="tickets")
    assert judged(store, made(values={"team": ("Zuid",)})).reason == "gone"
    assert judged(store, made(values={"team": ("Noord",)})).fires


@pytest.mark.parametrize(
    ("hours", "state", "reason", "said"),
    [
        ((2, 2.1, 2, 2.1, 2, 2.1, 2), "quiet", "", "within the usual"),
        ((2, 2.1, 2, 2.1, 2, 2.1, 6), "fires", "outside", "above the usual"),
        ((6, 6.1, 6, 6.1, 6, 6.1, 2), "fires", "outside", "below the usual"),
        ((5, 3, 5, 3, 5, 3, 5, 3, 1.6, 2.6, 1.6, 2.6, 1.6, 2.6, 1.6, 2.6), "fires", "run", "at least the eighth in a row below"),
        ((2, 2.1, 2, 2.1, 9), "unjudged", "periods", "take 6 whole periods"),
    ],
)  # fmt: skip
def test_signals_are_those_of_the_control_chart(store, load, hours, state, reason, said):
    load(weeks(*hours), kind="tickets")
    alert = Alert(0, "x", "first_response_time", "signal")
    found = judged(store, alert)
    assert (found.state, found.reason) == (state, reason)
    assert said in sentence(alert, found)


# --- one message when it begins, one when it clears ---------------------------------------------------------


def check(store: Store, *to: str) -> list[str]:
    """Check, and what was sent, with whether it was delivered."""
    checked = alerting.check(store, to, pauses=(), sleep=lambda _: None)
    return [f"{one.message.title}: {[each.delivered for each in one.deliveries]}" for one in checked if one.message]


def states(store: Store) -> list[str]:
    return [entry.state.state for entry in alert_records.entries(store)]


def test_it_fires_once_is_quiet_while_it_lasts_and_clears_once(tmp_path, load, inbox):
    path = tmp_path / "cx.duckdb"
    told = []
    for week, hours in enumerate((1, 9, 9, 8, 1, 1, 9)):
        with Store(path) as store:  # also over restarts
            if week == 0:
                save_alert(store, SLOW)
            load(weeks(hours, first=week), into=store, kind="tickets", name=f"{week}.csv")
            told.append(check(store, inbox.address))
            assert check(store, inbox.address) == []
    assert told == [
        [],
        ["Alert: Too slow: [True]"],
        [],
        [],
        ["Cleared: Too slow: [True]"],
        [],
        ["Alert: Too slow: [True]"],
    ]
    assert inbox.titles == ["Alert: Too slow", "Cleared: Too slow", "Alert: Too slow"]
    assert inbox.messages[0]["message"].splitlines() == [
        "Week 3, 2026: First response time 9 h (n = 6), above 4 h.",
        "First response time above 4 h · each week",
        "Data up to 18 Jan 2026. The next message comes when it clears.",
    ]
    with Store(path) as store:
        assert states(store) == ["quiet", "fires", "quiet", "fires"]
        assert [entry.state.value for entry in alert_records.entries(store)][1] == 9 * 3600
        assert [(one.what, one.delivered) for one in alert_records.sendings(store)] == [
            (title, True) for title in inbox.titles
        ]


def test_what_cannot_be_judged_in_between_repeats_and_clears_nothing(store, load, inbox):
    save_alert(store, SLOW)
    for week, hours in enumerate((9, None, 9, None, 1)):
        load(weeks(hours, first=week), kind="tickets", name=f"{week}.csv")
        check(store, inbox.address)
    assert states(store) == ["fires", "unjudged", "fires", "unjudged", "quiet"]
    assert inbox.titles == ["Alert: Too slow", "Cleared: Too slow"]


def test_a_message_that_was_not_delivered_is_tried_at_the_next_evaluation(store, load, inbox, nowhere):
    save_alert(store, SLOW)
    load(weeks(9), kind="tickets")
    assert check(store, nowhere) == ["Alert: Too slow: [False]"]
    assert check(store, nowhere, inbox.address) == ["Alert: Too slow: [False, True]"]
    assert check(store, nowhere, inbox.address) == ["Alert: Too slow: [False]"]  # only where it has not arrived
    assert check(store, inbox.address) == []
    assert inbox.titles == ["Alert: Too slow"]
    sent = alert_records.sendings(store)
    assert [one.delivered for one in sent] == [False, False, True, False]
    assert "It could not be reached" in str(sent[0].reason)
    assert SECRET not in str(store.query("select * from sendings").to_pylist())


def test_what_fired_and_cleared_unheard_is_not_told_afterwards(store, load, inbox, nowhere):
    save_alert(store, SLOW)
    load(weeks(9), kind="tickets")
    check(store, nowhere)
    load(weeks(1, first=1), kind="tickets", name="more.csv")
    assert check(store, inbox.address) == []


def test_a_clearing_is_tried_again_where_it_did_not_arrive_and_a_new_firing_is_told(store, load, inbox, nowhere):
    save_alert(store, SLOW)
    load(weeks(9), kind="tickets")
    check(store, inbox.address)
    load(weeks(1, first=1), kind="tickets", name="1.csv")
    assert check(store, nowhere) == ["Cleared: Too slow: [False]"]
    assert check(store, inbox.address, nowhere) == ["Cleared: Too slow: [True, False]"]
    assert check(store, inbox.address, nowhere) == ["Cleared: Too slow: [False]"]
    load(weeks(9, first=2), kind="tickets", name="2.csv")
    assert check(store, inbox.address) == ["Alert: Too slow: [True]"]


def test_without_anywhere_to_send_it_is_told_when_there_is(store, load, inbox):
    save_alert(store, SLOW)
    load(weeks(9), kind="tickets")
    assert check(store) == ["Alert: Too slow: []"]
    assert check(store, inbox.address) == ["Alert: Too slow: [True]"]


def test_paused_it_is_not_evaluated_and_another_question_begins_anew(store, load, inbox):
    saved = save_alert(store, Alert(0, "Too slow", "first_response_time", "above", 4 * 3600.0, enabled=False))
    load(weeks(9), kind="tickets")
    assert (check(store, inbox.address), states(store)) == ([], [])
    save_alert(store, Alert(saved.id, "Too slow", "first_response_time", "above", 4 * 3600.0))
    check(store, inbox.address)
    save_alert(store, Alert(saved.id, "Slower", "first_response_time", "above", 4 * 3600.0))  # only its name
    assert check(store, inbox.address) == []
    save_alert(store, Alert(saved.id, "Slower", "first_response_time", "above", 8 * 3600.0))
    check(store, inbox.address)
    assert inbox.titles == ["Alert: Too slow", "Alert: Slower"]


def test_messages_are_in_the_language_of_the_settings(store, load, inbox):
    save_alert(store, SLOW)
    load(weeks(9), kind="tickets")
    store.save_settings(Settings(language="nl"))
    check(store, inbox.address)
    assert inbox.titles == ["Melding: Too slow"]
    assert "Eerste reactietijd 9 u" in inbox.messages[0]["message"]


def test_an_import_neither_waits_for_alerts_nor_fails_with_them(store, load):
    def broken(_store: Store) -> None:
        raise RuntimeError("no")

    with alerting.following(store, broken):
        load(weeks(1), kind="tickets")
    called = []
    with alerting.following(store, called.append):
        load(weeks(1), kind="tickets", dry_run=True)
    assert (len(store.imports()), called) == (1, [])


# --- how they are kept --------------------------------------------------------------------------------------


def test_the_newest_version_counts_and_a_removed_one_can_come_back(store):
    first = save_alert(store, made(values={"team": ("Noord", "Zuid")}), by="Ana")
    second = save_alert(store, made(name="NPS", metric_name="nps", rule="signal", threshold=None))
    assert [kept.alert for kept in alert_records.alerts(store)] == [first, second]
    alert_records.remove_alert(store, first.id)
    assert [kept.alert for kept in alert_records.alerts(store)] == [second]
    with pytest.raises(CxError, match="no alert 1"):
        alert_records.one_alert(store, 1)
    assert save_alert(store, made(name="Third")).id == 3
    save_alert(store, first)
    assert alert_records.one_alert(store, 1) == first


def test_the_sample_has_one_that_fires_and_one_that_is_quiet(sample, monkeypatch):
    assert sorted(judged(sample, kept.alert).state for kept in alert_records.alerts(sample)) == ["fires", "quiet"]
    monkeypatch.setattr("cxdata.sample.FILES", ())
    with Store(None) as empty:
        import_sample(empty)
        assert alert_records.alerts(empty) == ()  # an organisation's own database is not alerted to the sample
        keep_alerts(empty)
        keep_alerts(empty)
        assert len(alert_records.alerts(empty)) == len(ALERTS)
