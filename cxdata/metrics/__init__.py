"""The registry of metrics: ALL is the explicit list, metric() finds one by name."""

from cxdata.errors import UnknownName
from cxdata.i18n import N_
from cxdata.metrics.base import Curve, Metric
from cxdata.metrics.customers import CUSTOMERS
from cxdata.metrics.follow_ups import FOLLOW_UPS
from cxdata.metrics.reviews import REVIEWS
from cxdata.metrics.surveys import SURVEYS
from cxdata.metrics.tickets import TICKETS

ALL: tuple[Metric, ...] = (*TICKETS, *SURVEYS, *REVIEWS, *CUSTOMERS, *FOLLOW_UPS)
SINGLE = tuple(entry for entry in ALL if not isinstance(entry.measure, Curve))  # one number a period
FAMILIES = {
    "tickets": N_("Service"),
    "surveys": N_("Voice of customer"),
    "reviews": N_("Reviews by colleagues"),
    "customers": N_("Customers"),
    "care": N_("Care"),
}
_BY_NAME = {entry.name: entry for entry in ALL}


def metric(name: str) -> Metric:
    """The metric of that name; an unknown one raises with the nearest name."""
    if name not in _BY_NAME:
        raise UnknownName(N_("metric"), name, _BY_NAME)
    return _BY_NAME[name]
