"""The commands of `python -m cxdata`: COMMANDS is the explicit list, in the order of the help."""

from cxdata.commands.alerts import ALERTS
from cxdata.commands.base import Command
from cxdata.commands.customers import CUSTOMERS
from cxdata.commands.events import EVENTS
from cxdata.commands.goals import GOALS
from cxdata.commands.import_files import IMPORT
from cxdata.commands.imports import IMPORTS
from cxdata.commands.metrics import METRICS
from cxdata.commands.privacy import ERASE, PERSON
from cxdata.commands.rejects import REJECTS
from cxdata.commands.report import REPORT
from cxdata.commands.sample import SAMPLE
from cxdata.commands.views import VIEWS
from cxdata.commands.watch import WATCH

COMMANDS: tuple[Command, ...] = (
    IMPORT,
    WATCH,
    METRICS,
    CUSTOMERS,
    GOALS,
    REPORT,
    VIEWS,
    IMPORTS,
    REJECTS,
    EVENTS,
    ALERTS,
    PERSON,
    ERASE,
    SAMPLE,
)
