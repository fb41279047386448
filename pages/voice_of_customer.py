"""Voice of customer: loyalty, satisfaction, effort and quality over time, by team and channel, and the comments."""

import streamlit as st

from cxdata import charts
from cxdata.i18n import _
from cxdata.ui import look, voice
from cxdata.ui.cards import cards
from cxdata.ui.panels import panel, wall

QUALITY = ("quality_accuracy", "quality_professionalism", "quality_overall")
view = look.head(
    _("Voice of customer"),
    "team",
    "channel",
    "priority",
    "segment",
    "stage",
    needs="survey_facts",
    what=_("This page needs survey answers: an export with NPS, CSAT or CES."),
)

cards(view, dict.fromkeys(("nps", "csat", "ces", *QUALITY), ""), 6)

with wall():
    panel(
        "nps", _("Net Promoter Score"), _("Promoters minus detractors, −100 to 100"), charts.trend, view.series("nps")
    )
    voice.segments(view)
    voice.score_distribution(view)
    panel("csat", _("Customer satisfaction"), _("Share of satisfied answers"), charts.trend, view.series("csat"))
    panel("ces", _("Customer effort (ease)"), _("Mean ease, 7 is easy"), charts.trend, view.series("ces"))
    panel(
        "quality",
        _("Service quality"),
        _("Accuracy, professionalism and overall experience, 0 to 100"),
        charts.trend,
        view.series(*QUALITY),
    )

for by, title in (("team", _("By team")), ("channel", _("By channel"))):
    st.header(title, anchor=False)
    with wall(3):
        for name, label in (("nps", _("NPS")), ("csat", _("CSAT")), ("ces", _("CES"))):
            panel(
                f"{name}_{by}",
                label,
                _("Lines are 95% intervals; * few answers"),
                charts.breakdown,
                view.totals(name, by=(by,)),
                before=view.before,
            )

voice.comments(view)
