"""Answers to Plotly figures: no SQL, no Streamlit, no arithmetic on rows.

In: an Answer and a Style. Out: a go.Figure built in one constructor, about 150 marks at most. Periods that are
partial are dashed or hatched, values on few answers are open, and every mark says its value and n on hover.
"""

from cxdata.charts.care import calibration, foretold, timeline
from cxdata.charts.crosses import from_to, grid
from cxdata.charts.goals import goal
from cxdata.charts.groups import breakdown, distribution, gaps, nps_scores
from cxdata.charts.look import HEIGHT, Style, draws
from cxdata.charts.series import NPS_SEGMENTS, bars_and_line, multiples, nps_segments, said, stacked_shares, trend
from cxdata.charts.sparks import spark_svg
from cxdata.charts.tables import cohorts, survival, week_heatmap

__all__ = [
    "HEIGHT",
    "NPS_SEGMENTS",
    "Style",
    "bars_and_line",
    "breakdown",
    "calibration",
    "cohorts",
    "distribution",
    "draws",
    "foretold",
    "from_to",
    "gaps",
    "goal",
    "grid",
    "multiples",
    "nps_scores",
    "nps_segments",
    "said",
    "spark_svg",
    "stacked_shares",
    "survival",
    "timeline",
    "trend",
    "week_heatmap",
]
