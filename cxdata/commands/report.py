"""`report`: pages to take along as PDF or XLSX, written or sent."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cxdata import (
    alert_records,
    downloads,
    formats,
    goal_overview,
    goal_records,
    queries,
    reports,
    selection,
    sending,
    views,
)
from cxdata.boards import BOARDS, board
from cxdata.commands.base import (
    DONE,
    NOTHING_DONE,
    Command,
    check_values,
    database,
    day,
    filter_options,
    filter_values,
    moment,
    opened,
    send_to_option,
    wrong_usage,
)
from cxdata.commands.output import say_deliveries
from cxdata.engine import DuckDBEngine
from cxdata.errors import CxError, UnknownName
from cxdata.filters import Period
from cxdata.i18n import LANGUAGES, N_, set_language
from cxdata.selection import Chosen
from cxdata.sending import Message
from cxdata.settings import CLOCKS
from cxdata.store import InUse, Store, copied
from cxdata.views import SavedView

PAGES = (*(entry.name for entry in BOARDS), reports.GOALS)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="report.pdf or report.xlsx; may be left out with --send"
    )
    parser.add_argument(
        "--send", action="store_true", help="send it to the addresses of --send-to, CX_SEND_TO or the settings"
    )
    send_to_option(parser)
    parser.add_argument("--subject", metavar="TEXT", help="default: the title of the report and its period")
    parser.add_argument(
        "--page", dest="pages", action="append", default=[], metavar="NAME",
        help=f"one or more of: {', '.join(PAGES)} (default: that of the view, or all)",
    )  # fmt: skip
    parser.add_argument("--view", metavar="NAME", help="a saved view; the other options go before its choices")
    parser.add_argument(
        "--period", choices=[code for code in selection.PERIODS if code != "custom"], help="default: 12m"
    )
    parser.add_argument("--from", dest="start", type=day, metavar="DATE", help="first day, instead of --period")
    parser.add_argument("--to", dest="end", type=day, metavar="DATE", help="the day after the last")
    parser.add_argument("--compare", choices=list(selection.EARLIER), help="default: previous")
    parser.add_argument("--grain", choices=list(selection.GRAINS), help="default: auto")
    filter_options(parser)
    parser.add_argument("--clock", choices=list(CLOCKS))
    parser.add_argument("--lang", choices=list(LANGUAGES), help="default: that of the settings")
    parser.add_argument("--as-of", metavar="DATETIME", help="read open clocks at this instant")


def run(given: argparse.Namespace) -> int:
    if not given.send and (given.send_to or given.subject):
        return wrong_usage("--send-to and --subject belong to --send.")
    if given.out is None and not given.send:
        return wrong_usage("A report needs --out FILE, or --send.")
    writer = downloads.writer(given.out.suffix if given.out else ".pdf")
    with TemporaryDirectory(prefix="cx-report-") as folder:
        with _read(given, Path(folder)) as store:
            made, remarks = _made_report(given, store)
            recipients = sending.addresses(given.send_to, alert_records.send_to(store)) if given.send else ()
        if given.send and not recipients:
            raise CxError(
                "There is nowhere to send to. Give addresses with --send-to or in CX_SEND_TO; docs/sending.md shows how."
            )
        out = given.out or Path(folder) / f"{_file_name(made.title)}.pdf"
        try:
            out.write_bytes(writer(made))
        except OSError as error:
            raise CxError("{path} cannot be written: {reason}.", path=out, reason=error.strerror or error) from None
        for remark in remarks:
            print(remark, file=sys.stderr)
        if given.out:
            print(out)
        return _sent(given, made, out, recipients) if given.send else DONE


@contextmanager
def _read(given: argparse.Namespace, folder: Path) -> Iterator[Store]:
    """The database to read only: a copy of it where the dashboard has it open."""
    try:
        store = opened(given)
    except InUse:
        store = Store(copied(database(given), folder))
    with store:
        yield store


def _sent(given: argparse.Namespace, made: reports.Report, file: Path, recipients: Sequence[str]) -> int:
    """Send a report, log it where the database is free, and say what came of it."""
    subject = given.subject or f"{made.title}: {formats.span(made.filters.period)}"
    deliveries = sending.send(Message(subject, made.sentence, file), recipients)
    with suppress(InUse), opened(given) as store:
        alert_records.keep_sendings(store, subject, deliveries)
    say_deliveries(deliveries)
    return DONE if any(one.delivered for one in deliveries) else NOTHING_DONE


def _file_name(title: str) -> str:
    return re.sub(r"\W+", "-", title.casefold()).strip("-")


def _made_report(given: argparse.Namespace, store: Store) -> tuple[reports.Report, list[str]]:
    """The report, and what has to be said with it."""
    names = dict.fromkeys(given.pages)
    for name in names:
        if name not in PAGES:
            raise UnknownName(N_("page"), name, PAGES)
    settings, when = store.settings(), moment(store, given.as_of)
    view = views.one_named(given.view, [kept.view for kept in store.views()]) if given.view is not None else None
    set_language(given.lang or settings.language)
    engine = DuckDBEngine(store)
    link = {name: words for name, words in view.choices.items() if not getattr(given, name, None)} if view else {}
    missing = views.gone(link, partial(queries.distinct_values, engine))
    remarks = [views.said(missing, view.name)] if view and missing else []
    names = names or dict.fromkeys([_page_of(view)] if view else PAGES)
    boards = tuple(board(name) for name in names if name != reports.GOALS)
    filters, held, grain = selection.looked_at(
        _chosen(given, engine, views.without(link, missing), settings.clock),
        when.complete_until,
        selection.first_day(engine, ("ticket_facts", "survey_facts"))
        or selection.first_day(engine, ("customer_facts",)),
        queries.distinct_values(engine, "team"),
    )
    teams, goals = filters.values.get("team", ()), None
    if reports.GOALS in names and (given.pages or view or goal_records.goals(store)):
        goals = goal_overview.overview(store, engine, when, teams)
    made = reports.report(
        engine, boards, filters, held, when, grain=grain, events=[kept.event for kept in store.events()],
        title=view.name if view else "", remarks=remarks, goals=goals,
        done=goal_records.done_as_events(store), paths=[kept.goal for kept in goal_records.goals(store)],
    )  # fmt: skip
    return made, remarks


def _page_of(view: SavedView) -> str:
    """The page of a view. Raises CxError where that can be in no report."""
    if view.page not in PAGES:
        raise CxError(
            'The view "{name}" is of the page {page}, which no report can hold. Choose pages with --page.',
            name=view.name,
            page=view.page,
        )
    return view.page


def _chosen(given: argparse.Namespace, engine: DuckDBEngine, link: views.Link, clock: str) -> Chosen:
    """The choices of the options, and of a view where an option is not given."""
    values = filter_values(given)
    check_values(engine, values)
    if (given.start or given.end) and not (given.start and given.end):
        raise CxError("A report needs both --from and --to, or --period.")
    found = selection.chosen(link, clock)
    return replace(
        found,
        period="custom" if given.start else given.period or found.period,
        days=Period(given.start, given.end) if given.start else found.days,
        compare=given.compare or found.compare,
        per=given.grain or found.per,
        clock=given.clock or found.clock,
        values={**found.values, **values},
    )


REPORT = Command("report", "pages to take along, as PDF or XLSX", arguments, run)
