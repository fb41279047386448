"""Survey metrics: loyalty, satisfaction, effort and service quality. Definitions: METRICS, "Surveys"."""

from cxdata.i18n import N_
from cxdata.metrics.base import Mean, Metric, Nps, Reasons, Share

FAMILY = "surveys"
FACTS, TIME = "survey_facts", "answered"


def asked(kind: str) -> str:
    """SQL: the row is an answer to this question."""
    return f"kind = '{kind}' and score is not null"


def _others(kind: str) -> Reasons:
    """Why a row of a survey is no answer to this question."""
    return ((N_("Answers to other questions"), f"kind <> '{kind}'"), (N_("Not answered"), "true"))


def _quality(name: str, label: str, meaning: str) -> Metric:
    return Metric(
        name, label, FAMILY, "quality", "higher", FACTS, TIME, Mean("normal * 1e2", asked(name), left_out=_others(name), ends=(0, 100)), meaning,
        N_("mean of (score − worst) ÷ (best − worst) × 100"),
        pitfalls=(N_("The place on the scale, no share of satisfied customers: a 4 of 1–5 is 75."),),
    )  # fmt: skip


_NOT_SENT: Reasons = (
    (N_("Further questions of the same survey"), "not first_of_response"),
    (N_("From an export that does not list the unanswered ones"), "true"),
)
_SATISFIED = "normal >= 75e-2"
_NPS_SOURCE = "Reichheld 2003; Rocks 2016"

SURVEYS: tuple[Metric, ...] = (
    Metric(
        "nps", N_("Net Promoter Score"), FAMILY, "nps", "higher", FACTS, TIME, Nps(asked("nps"), _others("nps")),
        N_("How many more customers would recommend us than would not, from −100 to 100."),
        N_("100 × (promoters, 9–10, − detractors, 0–6) ÷ answers"), _NPS_SOURCE, short=N_("NPS"),
        pitfalls=(
            N_("No percentage: 0 means as many promoters as detractors."),
            N_("Not comparable over scales: on 1–10 the same cuts are used, but nobody can answer 0."),
            N_("It needs many answers: with 100 the interval is often 15 points to either side."),
        ),
    ),
    Metric(
        "nps_promoters", N_("Promoters"), FAMILY, "share", "higher", FACTS, TIME, Share("score >= 9", asked("nps"), _others("nps")),
        N_("Customers who answer 9 or 10."), N_("scores 9–10 ÷ answers"), _NPS_SOURCE,
        pitfalls=(
            N_("An 8 is no promoter, however pleased it sounds."),
        ),
    ),
    Metric(
        "nps_passives", N_("Passives"), FAMILY, "share", "", FACTS, TIME, Share("score > 6 and score < 9", asked("nps"), _others("nps")),
        N_("Customers who answer 7 or 8."), N_("scores 7–8 ÷ answers"), _NPS_SOURCE,
        pitfalls=(
            N_("They are in the score: the more passives, the nearer the NPS is to 0."),
        ),
    ),
    Metric(
        "nps_detractors", N_("Detractors"), FAMILY, "share", "lower", FACTS, TIME, Share("score <= 6", asked("nps"), _others("nps")),
        N_("Customers who answer 6 or lower."), N_("scores 0–6 ÷ answers"), _NPS_SOURCE,
        pitfalls=(
            N_("A 6 is a detractor, though it lies above the middle of the scale."),
        ),
    ),
    Metric(
        "csat", N_("Customer satisfaction"), FAMILY, "share", "higher", FACTS, TIME, Share(_SATISFIED, asked("csat"), _others("csat")),
        N_("Share of satisfied answers: 4–5 of 5, 8–10 of 10, 6–7 of 7, good of good or bad."),
        N_("answers at 75 % of the scale or above ÷ answers"), short=N_("CSAT"),
        pitfalls=(
            N_("A share of satisfied answers (top boxes), no mean: 80 % is not 4.0 of 5."),
            N_("Scales differ: with only good or bad to choose from there is no middle, and the share is usually higher."),
            N_("Of those who answered; it says nothing of those who did not."),
        ),
    ),
    Metric(
        "csat_mean", N_("Mean satisfaction"), FAMILY, "score", "higher", FACTS, TIME,
        Mean("score", asked("csat"), "worst * 1e4 + best", _others("csat")),
        N_("Mean on the scale it was asked on; none where several scales were used."), N_("mean score"),
        pitfalls=(
            N_("No share: it cannot be compared with the CSAT, which counts satisfied answers."),
            N_("None where answers on several scales come together."),
        ),
    ),
    Metric(
        "ces", N_("Customer effort (ease)"), FAMILY, "score", "higher", FACTS, TIME,
        Mean("normal * 6e0 + 1e0", asked("ces"), left_out=_others("ces")),
        N_("How easy customers found it, on 1–7 where 7 is easy; scales asked the other way round are turned."),
        N_("mean of (score − worst) ÷ (best − worst) × 6 + 1"), "Dixon 2010", short=N_("CES"),
        pitfalls=(
            N_("Here high is easy. The effort score of 2010 is the other way round; such scales are turned at import."),
            N_("Answers on 1–5 are stretched to 1–7: a 4 of 5 is 5.5."),
        ),
    ),
    Metric(
        "ces_easy", N_("Found it easy"), FAMILY, "share", "higher", FACTS, TIME,
        Share("normal * 6e0 + 1e0 >= 49999999e-7", asked("ces"), _others("ces")),
        N_("Share of answers with an ease of 5 or more of 7."), N_("ease ≥ 5 ÷ answers"),
        pitfalls=(
            N_("Of a scale of 1–5 only 4 and 5 count; the middle is not easy."),
        ),
    ),
    _quality("quality_accuracy", N_("Accuracy of information"), N_("Was the information right, 0 to 100.")),
    _quality("quality_professionalism", N_("Professionalism"), N_("Was the agent professional, 0 to 100.")),
    _quality("quality_overall", N_("Overall experience"), N_("The contact as a whole, 0 to 100.")),
    Metric(
        "response_rate", N_("Response rate"), FAMILY, "share", "higher", FACTS, TIME,
        Share("is_answer", "lists_unanswered and first_of_response", _NOT_SENT),
        N_("Answers of the surveys sent, where the export lists the unanswered ones."), N_("answers ÷ surveys sent"),
        pitfalls=(
            N_("Only where the export lists the surveys that nobody answered; elsewhere there is none, not 100 %."),
            N_("A survey with several questions counts once."),
        ),
    ),
)  # fmt: skip
