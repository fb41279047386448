"""The canonical fields of the five kinds of rows: what the store, the import screen and the docs know.

In: nothing. Out: KINDS, a registry of kinds with their fields; the DDL of their versions follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from cxdata.errors import UnknownName, note
from cxdata.i18n import N_

SQL_TYPES = {
    "text": "varchar",
    "instant": "timestamp",  # UTC
    "date": "date",  # local
    "seconds": "bigint",
    "count": "integer",
    "number": "double",
    "score": "double",
    "flag": "boolean",
    "status": "varchar",
    "priority": "varchar",
    "stage": "varchar",
    "handler": "varchar",
}
# Texts that differ in nearly every row: DuckDB looks for repetition in them in vain, and zstd packs them in a third of
# the time. Columns to group and filter by stay as they are.
_FREE_TEXTS = (
    "key", "ticket_id", "response_id", "review_id", "purchase_id", "customer_name", "email", "subject", "tags", "comment",
)  # fmt: skip
# Short and joined by all the time: packing them takes longer than writing them.
_BARE = ("customer_id",)
# Small steps, or the same again and again.
_PACKED = ("boolean", "smallint", "integer", "bigint", "date", "timestamp", "enum")
OWN = "own_"  # how the names of columns begin that an import keeps to compare groups by
GROUPS = ("groups", "map(varchar, varchar)")  # the stored column of them: {name: word}
STATUSES = ("new", "open", "pending", "on_hold", "solved", "closed", "deleted", "spam")
PRIORITIES = ("urgent", "high", "normal", "low")
HANDLERS = ("person", "bot")
MOST_PURCHASES = 6  # the number of a purchase from which on they are taken together
GAPS = (7, 14, 30, 60, 90, 180, 365)  # days: where the classes of the time between two purchases begin and end
STAGES = ("awareness", "consideration", "purchase", "loyalty", "advocacy")
QUALITY = ("quality_accuracy", "quality_professionalism", "quality_overall")
SCORES = ("nps", "csat", "ces", *QUALITY)


def stored_as(name: str, sql_type: str, worked_out: str = "") -> str:
    """The definition of a stored column: name, type, and how it is packed where that saves DuckDB trying all ways.

    `worked_out`: SQL of a column that takes no place, and is worked out of others when it is asked for.
    """
    if worked_out:
        return f"{name} {sql_type} generated always as (cast({worked_out} as {sql_type})) virtual"
    packed = (
        "uncompressed"
        if name in _BARE
        else "zstd"
        if name in _FREE_TEXTS
        else "bitpacking"
        if sql_type.lower().startswith(_PACKED)
        else ""
    )
    return f"{name} {sql_type}{f' using compression {packed}' if packed else ''}"


@dataclass(frozen=True)
class Field:
    """One canonical field. `type` is a key of SQL_TYPES; `label` and `meaning` are message ids."""

    name: str
    type: str
    label: str
    meaning: str
    required: bool = False

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The stored columns (name, SQL type): a score also keeps the two ends of the scale it was asked on.

        `worst` and `best` say the direction too: on a scale where 1 is best, worst is 7 and best is 1.
        """
        own = (self.name, SQL_TYPES[self.type])
        if self.type == "score":
            return (own, (f"{self.name}_worst", "double"), (f"{self.name}_best", "double"))
        return (own,)


@dataclass(frozen=True)
class Kind:
    """A kind of rows. `id` names the field that, with the source, is the key of a row.

    `known_by`: the fields that are the key of a row without an id, where it has them all; else its whole content is.
    """

    name: str
    label: str
    id: str
    fields: tuple[Field, ...]
    known_by: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        for field in self.fields:
            if field.name == name:
                return field
        raise UnknownName(note("field of {kind}", kind=self.name), name, [field.name for field in self.fields])

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.required)

    @property
    def scores(self) -> frozenset[str]:
        """The names of its scores; a row of a kind that has any is about one of them at least."""
        return frozenset(field.name for field in self.fields if field.type == "score")

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """All stored columns of a row, in order: (name, SQL type)."""
        return (*(column for field in self.fields for column in field.columns), GROUPS)

    def unfilled(self, name: str) -> str:
        """SQL: what a stored column holds while no file has filled it. An id that every row has is the key."""
        return "key" if name == self.id and self.id in self.required else "null"


TICKETS = Kind(
    "tickets",
    N_("Tickets"),
    "ticket_id",
    (
        Field("ticket_id", "text", N_("Ticket number"), N_("What the tool calls the ticket"), required=True),
        Field("created_at", "instant", N_("Created"), N_("When the customer asked"), required=True),
        Field("first_response_at", "instant", N_("First response"), N_("First public reply of a person")),
        Field("resolved_at", "instant", N_("Resolved"), N_("Last time the ticket was solved")),
        Field("updated_at", "instant", N_("Updated"), N_("Last change; is never taken for a resolution")),
        Field("status", "status", N_("Status"), N_("Where the ticket stands")),
        Field("priority", "priority", N_("Priority"), N_("Urgent, high, normal or low")),
        Field("channel", "text", N_("Channel"), N_("How the customer came: e-mail, phone, chat …")),
        Field("team", "text", N_("Team"), N_("The group that owns the ticket")),
        Field("agent", "text", N_("Agent"), N_("Who handled it")),
        Field("handled_by", "handler", N_("Solved by"), N_("A bot or a person; the name of a person is one")),
        Field("customer_id", "text", N_("Customer number"), N_("The same number as in the customers file")),
        Field("customer_name", "text", N_("Customer name"), N_("Name of the person who asked")),
        Field("segment", "text", N_("Segment"), N_("Group of customers; else taken from the customers file")),
        Field("subject", "text", N_("Subject"), N_("Title of the ticket")),
        Field("tags", "text", N_("Tags"), N_("Labels as written by the tool")),
        Field("ticket_type", "text", N_("Reason"), N_("Type, category or reason of contact")),
        Field("touchpoint", "text", N_("Touchpoint"), N_("Where in the journey; mapped to a stage")),
        Field("agent_replies", "count", N_("Agent replies"), N_("Public replies by people")),
        Field("customer_messages", "count", N_("Customer messages"), N_("Messages by the customer")),
        Field("teammates", "count", N_("Teammates"), N_("How many agents took part")),
        Field("reopens", "count", N_("Reopens"), N_("How often it was opened again")),
        Field("first_response_s", "seconds", N_("First response duration"), N_("Calendar time, from the tool")),
        Field(
            "first_response_business_s",
            "seconds",
            N_("First response duration, business hours"),
            N_("Business time, from the tool"),
        ),
        Field("resolution_s", "seconds", N_("Resolution duration"), N_("Calendar time, from the tool")),
        Field(
            "resolution_business_s",
            "seconds",
            N_("Resolution duration, business hours"),
            N_("Business time, from the tool"),
        ),
        Field("waiting_s", "seconds", N_("Time on hold"), N_("Calendar time pending or on hold")),
        Field(
            "waiting_business_s",
            "seconds",
            N_("Time on hold, business hours"),
            N_("Business time pending or on hold"),
        ),
        Field("first_response_in_sla", "flag", N_("First response SLA"), N_("Outcome as the tool states it")),
        Field("resolution_in_sla", "flag", N_("Resolution SLA"), N_("Outcome as the tool states it")),
    ),
)

SURVEYS = Kind(
    "surveys",
    N_("Surveys"),
    "response_id",
    (
        Field("response_id", "text", N_("Response number"), N_("What the tool calls the answer")),
        Field("answered_at", "instant", N_("Answered"), N_("When the customer answered"), required=True),
        Field("nps", "score", N_("NPS score"), N_("How likely to recommend, 0–10")),
        Field("csat", "score", N_("Satisfaction score"), N_("How satisfied")),
        Field("ces", "score", N_("Effort score"), N_("How easy or how much effort")),
        Field("quality_accuracy", "score", N_("Accuracy"), N_("Was the information right")),
        Field("quality_professionalism", "score", N_("Professionalism"), N_("Was the agent professional")),
        Field("quality_overall", "score", N_("Overall experience"), N_("The contact as a whole")),
        Field("answered", "flag", N_("Answered?"), N_("No where the survey was sent and not answered")),
        Field("comment", "text", N_("Comment"), N_("What the customer wrote")),
        Field("customer_id", "text", N_("Customer number"), N_("The same number as in the customers file")),
        Field("customer_name", "text", N_("Customer name"), N_("Name of the person who answered")),
        Field("ticket_id", "text", N_("Ticket number"), N_("The ticket the survey is about")),
        Field("channel", "text", N_("Channel"), N_("Else taken from the ticket")),
        Field("team", "text", N_("Team"), N_("Else taken from the ticket or the customer")),
        Field("agent", "text", N_("Agent"), N_("Else taken from the ticket")),
        Field("segment", "text", N_("Segment"), N_("Group of customers; else taken from the customers file")),
        Field("touchpoint", "text", N_("Touchpoint"), N_("Where in the journey; mapped to a stage")),
    ),
)

CUSTOMERS = Kind(
    "customers",
    N_("Customers"),
    "customer_id",
    (
        Field("customer_id", "text", N_("Customer number"), N_("One number per customer"), required=True),
        Field("started_on", "date", N_("Start date"), N_("First day as a customer"), required=True),
        Field("cancelled_on", "date", N_("Cancel date"), N_("Last day as a customer, or empty")),
        Field("customer_name", "text", N_("Customer name"), N_("Name of the customer")),
        Field("email", "text", N_("E-mail"), N_("E-mail address")),
        Field("team", "text", N_("Team"), N_("The team that serves the customer")),
        Field("segment", "text", N_("Segment"), N_("Group of customers")),
        Field("channel", "text", N_("Channel of entry"), N_("How the customer came in")),
        Field("monthly_value", "number", N_("Monthly value"), N_("What the customer pays a month")),
        Field("renews_on", "date", N_("Renewal date"), N_("Day on which the contract renews or ends")),
    ),
)

PURCHASES = Kind(
    "purchases",
    N_("Purchases"),
    "purchase_id",
    (
        Field("purchase_id", "text", N_("Order number"), N_("What the shop calls the purchase")),
        Field("customer_id", "text", N_("Customer number"), N_("Who bought"), required=True),
        Field("purchased_at", "instant", N_("Purchased"), N_("When the customer bought"), required=True),
        Field("amount", "number", N_("Amount"), N_("What was paid")),
        Field("product", "text", N_("Product"), N_("What was bought")),
        Field("team", "text", N_("Team"), N_("Else taken from the customers file")),
        Field("segment", "text", N_("Segment"), N_("Else taken from the customers file")),
    ),
)

REVIEWS = Kind(
    "reviews",
    N_("Reviews by colleagues"),
    "review_id",
    (
        Field("review_id", "text", N_("Review number"), N_("What the tool calls the review")),
        Field("ticket_id", "text", N_("Ticket number"), N_("The ticket that was reviewed"), required=True),
        Field("reviewed_at", "instant", N_("Reviewed"), N_("When the colleague reviewed it"), required=True),
        Field("reviewer", "text", N_("Reviewer"), N_("The colleague who judged")),
        Field("quality_accuracy", "score", N_("Accuracy"), N_("Was the information right")),
        Field("quality_professionalism", "score", N_("Professionalism"), N_("Was the agent professional")),
        Field("quality_overall", "score", N_("Overall experience"), N_("The contact as a whole")),
        Field("comment", "text", N_("Comment"), N_("What the reviewer wrote")),
        Field("agent", "text", N_("Agent"), N_("Else taken from the ticket")),
        Field("team", "text", N_("Team"), N_("Else taken from the ticket")),
        Field("channel", "text", N_("Channel"), N_("Else taken from the ticket")),
    ),
    known_by=("ticket_id", "reviewer"),
)

KINDS: tuple[Kind, ...] = (TICKETS, SURVEYS, CUSTOMERS, PURCHASES, REVIEWS)


OF_CUSTOMERS = tuple(kind for kind in KINDS if any(field.name == "customer_id" for field in kind.fields))


def kind(name: str) -> Kind:
    """The kind of that name; an unknown one raises with the nearest name."""
    for known in KINDS:
        if known.name == name:
            return known
    raise UnknownName(N_("kind of file"), name, [known.name for known in KINDS])
