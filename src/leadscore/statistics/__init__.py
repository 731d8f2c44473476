"""Figures with their uncertainty.

In: sums that an engine made, or small arrays.
Out: frozen values with an interval and the sample behind it, or `NotEnoughData`.
"""

from leadscore.statistics.bands import (
    BandCount,
    BandReport,
    BandRow,
    band_report,
    band_report_from_leads,
)
from leadscore.statistics.conversion import PeriodRate, rate_by_cohort, rate_by_period
from leadscore.statistics.enough import NotEnoughData, Shortage
from leadscore.statistics.intervals import CONFIDENCE, Estimate, Rate, rate, wilson_bounds
from leadscore.statistics.ranking import Auc, ScoreCounts, TopSlice, auc, count_by_score, top
from leadscore.statistics.survival import (
    Curve,
    MedianDays,
    converted_by,
    kaplan_meier,
    kaplan_meier_from_counts,
    median_days,
    median_days_of_converters,
)
from leadscore.statistics.trend import (
    Direction,
    Monotonicity,
    Trend,
    cochran_armitage,
    monotonicity,
)

__all__ = [
    "CONFIDENCE",
    "Auc",
    "BandCount",
    "BandReport",
    "BandRow",
    "Curve",
    "Direction",
    "Estimate",
    "MedianDays",
    "Monotonicity",
    "NotEnoughData",
    "PeriodRate",
    "Rate",
    "ScoreCounts",
    "Shortage",
    "TopSlice",
    "Trend",
    "auc",
    "band_report",
    "band_report_from_leads",
    "cochran_armitage",
    "converted_by",
    "count_by_score",
    "kaplan_meier",
    "kaplan_meier_from_counts",
    "median_days",
    "median_days_of_converters",
    "monotonicity",
    "rate",
    "rate_by_cohort",
    "rate_by_period",
    "top",
    "wilson_bounds",
]
