"""Delighted: one score column; the survey type of each row says which score it is."""

from cxdata.i18n import N_
from cxdata.sources.base import Source, named

DELIGHTED = Source(
    name="delighted",
    label=N_("Delighted responses"),
    kind="surveys",
    system="delighted",
    signature=("Response ID", "Survey type", "Score"),
    type_column="Survey type",
    types={
        "nps": ("nps", 0, 10),
        "csat": ("csat", 1, 5),
        "5-star": ("csat", 1, 5),
        "five star": ("csat", 1, 5),
        "smileys": ("csat", 1, 5),
        "thumbs": ("csat", 0, 1),
        "ces": ("ces", 1, 5),
    },
    columns={
        "response_id": named("Response ID"),
        "answered_at": named("Response date", "Responded at", "Created at", "Updated at"),
        "nps": named("Score"),
        "comment": named("Comment"),
        "customer_id": named("customer_id", "Customer ID", "Person email"),
        "customer_name": named("Person name"),
        "ticket_id": named("ticket_id", "Ticket ID"),
        "channel": named("channel"),
        "team": named("team"),
        "agent": named("agent"),
        "segment": named("segment"),
    },
)
