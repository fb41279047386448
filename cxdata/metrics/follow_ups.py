"""Follow-up metrics: whether the loop with unhappy customers is closed, and how fast."""

from cxdata.i18n import N_
from cxdata.metrics.base import Metric, Quantile, Reasons, Share

FAMILY = "care"
FACTS, TIME = "follow_up_facts", "arose"

_OTHERS: Reasons = ((N_("Follow-ups for another reason than an answer"), "true"),)
_OPEN: Reasons = ((N_("Not closed yet"), "true"),)

FOLLOW_UPS: tuple[Metric, ...] = (
    Metric(
        "follow_up_rate", N_("Detractors followed up"), FAMILY, "share", "higher", FACTS, TIME,
        Share("is_closed", "reason = 'answer'", _OTHERS),
        N_("Of the answers of detractors whom we know, the share after which the customer was contacted and the loop closed."),
        N_("answers 0–6 with a closed follow-up ÷ answers 0–6 of known customers"), "Markey, Reichheld & Dullweber 2009",
        short=N_("Followed up"), matures=True,
        pitfalls=(
            N_("Recent answers may still be followed up: their share goes on growing."),
            N_("Only answers that name a customer: nobody can call who is not known. Held-out customers are left out."),
            N_("A follow-up counts from the moment it is closed, also where that lies after the newest imported row."),
        ),
    ),
    Metric(
        "follow_up_time", N_("Time to close the loop"), FAMILY, "duration", "lower", FACTS, TIME,
        Quantile("follow_up", "is_closed", left_out=_OPEN),
        N_("How long half of the customers waited from their low score, or from being put on the list, to a closed follow-up."),
        N_("median of closed − answered, else − assigned, over closed follow-ups"), "Markey, Reichheld & Dullweber 2009",
        pitfalls=(
            N_("Only closed follow-ups: those still open would make it longer, so look at the share beside it."),
            N_("Filed by the day of the answer, not by the day of the call."),
        ),
    ),
)  # fmt: skip
