"""Intercom: the datasets of conversations, tickets and ratings.

The zone of the times stands in the header, and is another one in every workspace: "Ticket created (Europe/Amsterdam)".
"""

from cxdata.i18n import N_
from cxdata.sources.base import NO_ANSWER, Column, LeftOut, Source, named

# A customer rates whoever answered: a teammate, or the bot where no teammate was rated.
_OF_BOT = Column(("Fin AI Agent rating",), worst=1, best=5)
RATING = {"csat": Column(("Last teammate rating",), worst=1, best=5, instead=(_OF_BOT,))}

INTERCOM_TICKETS = Source(
    name="intercom_tickets",
    label=N_("Intercom tickets"),
    kind="tickets",
    system="intercom",
    signature=("Conversation ID", "Ticket created", "Ticket title", "Current ticket state category"),
    columns={
        "ticket_id": named("Conversation ID"),
        "created_at": named("Ticket created", "Conversation created at"),
        "resolved_at": named("Ticket last resolved"),
        "updated_at": named("Conversation updated at"),
        "status": named("Current ticket state category", "Current ticket custom state", "Current conversation state"),
        "channel": named("Channel"),
        "team": named("Team currently assigned"),
        "agent": named("Teammate currently assigned"),
        "handled_by": named("Resolved by"),
        "customer_id": named("User participant IDs"),
        "customer_name": named("User participant names"),
        "subject": named("Ticket title"),
        "ticket_type": named("Ticket type"),
        "resolution_s": named("Ticket time to resolve", unit="s"),
    },
    answers=RATING,
)

INTERCOM_CONVERSATIONS = Source(
    name="intercom_conversations",
    label=N_("Intercom conversations"),
    kind="tickets",
    system="intercom",
    signature=("Conversation ID", "Conversation started at", "Current conversation state"),
    absent=("Current ticket state category", "Conversation rating"),
    columns={
        "ticket_id": named("Conversation ID"),
        "created_at": named("Conversation started at"),
        "resolved_at": named("Conversation last closed at", "Last closed at"),
        "updated_at": named("Conversation updated at"),
        "status": named("Current conversation state"),
        "channel": named("Channel", "Conversation source"),
        "team": named("Team currently assigned"),
        "agent": named("Teammate currently assigned"),
        "handled_by": Column(
            ("Fin AI Agent resolution state", "Fin AI Agent deflected"),
            instead=(Column(("Fin AI Agent involved",), reads="person_where_no"),),
        ),
        "customer_id": named("User participant IDs", "User ID"),
        "customer_name": named("User participant names", "User name"),
        "subject": named("Title"),
        "tags": named("Conversation tag"),
        "ticket_type": named("Topics", "AI Topic", "Ticket category"),
        "first_response_s": named("First response time", unit="s"),
        "resolution_s": named("Time to close", unit="s"),
    },
    answers=RATING,
)

INTERCOM_RATINGS = Source(
    name="intercom_ratings",
    label=N_("Intercom conversation ratings"),
    kind="surveys",
    system="intercom",
    signature=("Conversation ID", "Conversation rating", "Updated at"),
    left_out=(LeftOut("Conversation rating", reason=NO_ANSWER, empty=True),),
    columns={
        "response_id": named("Conversation ID"),
        "ticket_id": Column(("Conversation ID",), shared=True),
        "answered_at": named("Conversation rated at", "Updated at"),
        "csat": Column(("Conversation rating",), worst=1, best=5),
        "comment": named("Conversation rating remark"),
        "customer_name": named("User name"),
        "agent": named("Teammate rated", "Last teammate rated"),
    },
)
