"""Reviews by colleagues: what they judge of the service, never mixed with what customers answer. A ticket counts once."""

from cxdata.i18n import N_
from cxdata.metrics.base import Count, Mean, Metric, Reasons

FAMILY = "reviews"
FACTS, TIME = "review_facts", "handled"
_FURTHER: Reasons = (
    (N_("Further reviews of a ticket: it counts once, with their mean"), "not first_of_ticket"),
    (N_("Not judged on this"), "true"),
)


def _reviewed(dimension: str, label: str, meaning: str) -> Metric:
    mean = Mean(f"ticket_{dimension}", f"ticket_{dimension} is not null", left_out=_FURTHER, ends=(0, 100))
    return Metric(
        f"reviewed_{dimension}", label, FAMILY, "quality", "higher", FACTS, TIME, mean, meaning,
        N_("mean over the reviewed tickets of (score − worst) ÷ (best − worst) × 100"),
        pitfalls=(
            N_("A ticket that two colleagues reviewed counts once, with the mean of their scores; n is tickets."),
            N_("Filed by when the ticket was resolved, not by when it was reviewed: it is about the work of that time."),
            N_("It is only as good as the draw: tickets that somebody picked say nothing of the others."),
        ),
    )  # fmt: skip


REVIEWS: tuple[Metric, ...] = (
    _reviewed("accuracy", N_("Accuracy, reviewed"), N_("Was the information right, as colleagues judge it, 0 to 100.")),
    _reviewed(
        "professionalism",
        N_("Professionalism, reviewed"),
        N_("Was the agent professional, as colleagues judge it, 0 to 100."),
    ),
    _reviewed(
        "overall",
        N_("Overall experience, reviewed"),
        N_("The contact as a whole, as colleagues judge it, 0 to 100."),
    ),
    Metric(
        "reviews", N_("Reviews"), FAMILY, "count", "", FACTS, TIME,
        Count(
            "coalesce(accuracy, professionalism, overall) is not null",
            ((N_("Without any score"), "true"),),
        ),
        N_("Reviews by colleagues, each reviewer's newest of a ticket."),
        N_("count, by the resolution of the ticket"),
        pitfalls=(
            N_("Reviews, not tickets: a ticket that two colleagues reviewed counts twice here."),
        ),
    ),
)  # fmt: skip
