"""AskNicely: answers on several scales in one column, told apart by the type of the question; times in Unix seconds."""

from cxdata.i18n import N_
from cxdata.sources.base import Column, Source, named

ASKNICELY = Source(
    name="asknicely",
    label=N_("AskNicely responses"),
    kind="surveys",
    system="asknicely",
    signature=("response_id", "answer", "question_type", "responded", "sent"),
    type_column="question_type",
    types={
        "nps": ("nps", 0, 10),
        "csat": ("csat", 1, 5),
        "5star": ("csat", 1, 5),
        "5-star": ("csat", 1, 5),
        "five_star": ("csat", 1, 5),
        "ces": ("ces", 1, 7),
    },
    columns={
        "response_id": named("response_id"),
        "answered_at": Column(("responded",), instead=(Column(("sent",)), Column(("created",)))),
        "answered": Column(("answer",), reads="filled", shared=True),
        "nps": named("answer"),
        "comment": named("comment"),
        "customer_id": named("customer_id_c", "contact_id", "person_id", "email"),
        "customer_name": named("name"),
        "segment": named("segment", "segment_c"),
        "team": named("team_c", "team"),
        "agent": named("agent_c", "agent"),
        "channel": named("channel_c"),
        "ticket_id": named("ticket_id_c", "ticket_c"),
    },
)
