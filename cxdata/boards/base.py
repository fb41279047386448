"""What a page of numbers is made of: panels in sections on a board, and what several boards say.

In: nothing. Out: Panel, Section, Board, and the ways to make panels. Texts are message ids; an answer has no place here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import plotly.graph_objects as go

from cxdata import charts
from cxdata.filters import Filters
from cxdata.i18n import N_, _
from cxdata.metrics import metric
from cxdata.questions import TOTAL, Query
from cxdata.settings import Settings


@dataclass(frozen=True)
class Panel:
    """A chart of a question. `key` is unique on its board.

    `total`: over the whole period instead of a row a period. `changes`: its groups are held against an earlier period;
    `rest`: each of them against the others together. `names`: message ids for the lines; `target`: the
    setting that holds the target to draw; `options`: whatever else goes to the drawing function.
    """

    key: str
    title: str
    subtitle: str
    draw: Callable[..., go.Figure]
    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    total: bool = False
    changes: bool = False
    rest: bool = False
    names: tuple[str, ...] = ()
    target: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def query(self, filters: Filters, grain: str) -> Query:
        """What the chart asks, at the grain of the page."""
        return Query(self.metrics, TOTAL if self.total else grain, self.by, filters)

    @property
    def is_line(self) -> bool:
        """Whether it is one metric as one line over periods, which another selection can be drawn beside."""
        return self.draw is charts.trend and len(self.metrics) == 1 and not self.by and not self.total

    @property
    def worded_names(self) -> tuple[str, ...]:
        """The names of the lines, in the reader's language."""
        return tuple(_(name) for name in self.names)

    def drawn_with(self, settings: Settings) -> dict[str, Any]:
        """The options of the drawing function, in the reader's language."""
        made = dict(self.options)
        if self.names:
            made["names"] = self.worded_names
        if self.target:
            made["target"] = getattr(settings, self.target)
        return made


@dataclass(frozen=True)
class Section:
    """Panels beside each other, `columns` in a row where there is room, under a title or none.

    `needs`: the dimension without which none of them has anything to show, and `what`: the sentence that says so instead.
    """

    panels: tuple[Panel, ...]
    columns: int = 2
    title: str = ""
    needs: str = ""
    what: str = ""

    @property
    def tables(self) -> frozenset[str]:
        """The fact tables that its numbers are from; where none of them has rows it is left out."""
        return frozenset(metric(name).table for panel in self.panels for name in panel.metrics)


@dataclass(frozen=True)
class Board:
    """The content of a page. `name`: its file in pages/.

    `uses`: the dimensions that its numbers have. `needs`: the fact tables of which one has to have rows, else it is empty, and
    `what`: the sentence that says so. `cards`: {metric: page it leads to, or ""}, `card_columns` in a row.
    """

    name: str
    title: str
    uses: tuple[str, ...]
    cards: Mapping[str, str]
    sections: tuple[Section, ...]
    card_columns: int = 6
    needs: tuple[str, ...] = ()
    what: str = ""

    @property
    def panels(self) -> tuple[Panel, ...]:
        return tuple(panel for section in self.sections for panel in section.panels)

    def seen(self, settings: Settings) -> Board:
        """The board as these settings let it be seen: without panels by agent where agents are looked at in groups only."""
        if settings.agents == "by_name":
            return self
        kept = (
            replace(one, panels=tuple(panel for panel in one.panels if "agent" not in panel.by))
            for one in self.sections
        )
        return replace(self, sections=tuple(one for one in kept if one.panels))

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric on the board, once, cards first."""
        return tuple(dict.fromkeys([*self.cards, *(name for panel in self.panels for name in panel.metrics)]))


def trend(key: str, title: str, subtitle: str, *metrics: str, **more: Any) -> Panel:
    """Metrics as lines over the periods."""
    return Panel(key, title, subtitle, charts.trend, metrics, **more)


def breakdown(name: str, by: str, title: str, subtitle: str, key: str = "", target: str = "") -> Panel:
    """One metric by one dimension, over the whole period."""
    return Panel(
        key or f"{name}_{by}",
        title,
        subtitle,
        charts.breakdown,
        (name,),
        (by,),
        total=True,
        changes=True,
        target=target,
    )


def crossed(key: str, title: str, subtitle: str, name: str, by: tuple[str, str]) -> Section:
    """From what to what, in a table across the page."""
    return Section((Panel(key, title, subtitle, charts.from_to, (name,), by, total=True),), columns=1)


TICKETS = ("team", "channel", "priority", "segment", "stage", "handled_by")
NEEDS_TICKETS = N_("This page needs tickets: an export of your help desk.")
SCORE = N_("Promoters minus detractors, −100 to 100")
INTERVALS = N_("Lines are 95% intervals; * few answers")
STAYED = N_("Share of the customers at the start of the period who are there at its end")
VOLUME = Panel(
    "volume",
    N_("Tickets and open work"),
    N_("New and resolved tickets; open work at the end of the period"),
    charts.bars_and_line,
    ("tickets_created", "tickets_resolved", "backlog"),
    options={"bars": ("tickets_created", "tickets_resolved"), "line": "backlog"},
)
QUALITY_PARTS = ("quality_accuracy", "quality_professionalism", "quality_overall")
WHOLE = N_("Over the whole period; lines are 95% intervals; * few answers")
