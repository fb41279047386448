"""What the codes of the registry mean in words, and the rules that hold for all numbers."""

from __future__ import annotations

from cxdata.i18n import N_

UNITS = {
    "count": N_("number"),
    "duration": N_("duration"),
    "share": N_("percent"),
    "nps": N_("points, −100 to 100"),
    "score": N_("points on the scale"),
    "number": N_("number"),
    "quality": N_("0 to 100"),
    "money": N_("euro"),
}
FILED = {
    "created": N_("creation"),
    "resolved": N_("resolution"),
    "answered": N_("answer"),
    "handled": N_("resolution of the ticket"),
    "started": N_("start and cancel date"),
    "purchased": N_("purchase"),
    "arose": N_("answer, else assignment"),
}
BETTER = {"higher": N_("higher is better"), "lower": N_("lower is better"), "": N_("neither high nor low is better")}
VERDICTS = {"better": N_("better"), "worse": N_("worse"), "none": N_("no clear change")}
RULES = (
    N_("Nothing measured is shown as –, never as 0. Percent changes are not taken from zero or from nothing."),
    N_("n is the number of rows a value was measured on. Below {n} a value is muted: few answers."),
    N_("A period that is not complete is drawn open and dashed, and takes no part in a comparison."),
    N_("Totals are computed from the rows again, never averaged from averages."),
    N_("Open clocks are read at the newest moment in the data, or at the moment chosen in the settings."),
    N_("Deleted tickets and spam are in no metric. Solved and closed both mean resolved."),
    N_("Medians and percentiles interpolate between values (type 7, as NumPy and Excel do)."),
    N_(
        "A change is coloured only when it is clear: its 95% interval does not hold zero (durations: Mann–Whitney test)."
    ),
)
COUNT_AS_WORDS = {
    "one_touch": N_("One agent reply and never reopened (Zendesk)"),
    "freshservice": N_("No further customer message after the first (Freshservice)"),
    "zoho": N_("Closed with one public reply (Zoho)"),
    "intercom": N_("Closed once, one teammate (Intercom)"),
}
COUNT_AS_NEEDS = {
    "one_touch": N_("agent replies"),
    "freshservice": N_("customer messages"),
    "zoho": N_("agent replies"),
    "intercom": N_("teammates and reopens"),
}
