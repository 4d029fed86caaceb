"""Estimates that say how sure they are: pure functions over arrays and frames of totals.

Intervals of proportions for small counts; shares from cluster samples, one or thousands at once; the floor
that arithmetic sets, incidence and concentration of benefits; XmR charts with one word for variation; funnel limits.
Nothing here reads a file, a clock or a random number. Input that allows no honest estimate raises `EstimationError`;
a share that may not be given is NaN with its reason.
"""

from analytics.estimation.control import XmR, direction, xmr
from analytics.estimation.funnel import FunnelLimits, funnel_limits
from analytics.estimation.inputs import EstimationError
from analytics.estimation.intervals import LEVEL, Interval, Intervals, clopper_pearson, wilson
from analytics.estimation.ratio import MINIMUM_DENOMINATOR, Estimate, ratio, ratios
from analytics.estimation.targeting import (
    Floor,
    cgh_index,
    concentration_coefficient,
    concentration_curve,
    floor,
    incidence,
    targeting_differential,
)

__all__ = [
    "LEVEL",
    "MINIMUM_DENOMINATOR",
    "Estimate",
    "EstimationError",
    "Floor",
    "FunnelLimits",
    "Interval",
    "Intervals",
    "XmR",
    "cgh_index",
    "clopper_pearson",
    "concentration_coefficient",
    "concentration_curve",
    "direction",
    "floor",
    "funnel_limits",
    "incidence",
    "ratio",
    "ratios",
    "targeting_differential",
    "wilson",
    "xmr",
]
