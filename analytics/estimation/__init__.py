"""Estimates that say how sure they are: pure functions over arrays and frames of totals.

Intervals of proportions for small counts; shares from cluster samples, one or thousands at once; the floor
that arithmetic sets, incidence and concentration of benefits; XmR charts with one word for variation; funnel limits.
Nothing here reads a file or a clock; random numbers come from a seed or generator that the caller gives. Input that
allows no honest estimate raises `EstimationError`; a share that may not be given is NaN with its reason.
"""

from analytics.estimation.assisted import assisted
from analytics.estimation.control import XmR, direction, xmr
from analytics.estimation.funnel import FunnelLimits, funnel_limits
from analytics.estimation.gaps import gaps
from analytics.estimation.inputs import EstimationError
from analytics.estimation.intervals import LEVEL, Interval, Intervals, clopper_pearson, wilson
from analytics.estimation.ranks import rank_intervals, ranks_of
from analytics.estimation.ratio import MINIMUM_DENOMINATOR, Estimate, ratio, ratios
from analytics.estimation.small_area import (
    SmallAreas,
    SmoothedVariances,
    fay_herriot,
    posterior_draws,
    smoothed_variances,
)
from analytics.estimation.survival import Quantile, Survival, cumulative_incidence, kaplan_meier
from analytics.estimation.targeting import (
    Floor,
    cgh_index,
    concentration_coefficient,
    concentration_curve,
    floor,
    incidence,
    targeting_differential,
)
from analytics.estimation.verification import Corrected, effective_count, rogan_gladen

__all__ = [
    "LEVEL",
    "MINIMUM_DENOMINATOR",
    "Corrected",
    "Estimate",
    "EstimationError",
    "Floor",
    "FunnelLimits",
    "Interval",
    "Intervals",
    "Quantile",
    "SmallAreas",
    "SmoothedVariances",
    "Survival",
    "XmR",
    "assisted",
    "cgh_index",
    "clopper_pearson",
    "concentration_coefficient",
    "concentration_curve",
    "cumulative_incidence",
    "direction",
    "effective_count",
    "fay_herriot",
    "floor",
    "funnel_limits",
    "gaps",
    "incidence",
    "kaplan_meier",
    "posterior_draws",
    "rank_intervals",
    "ranks_of",
    "ratio",
    "ratios",
    "rogan_gladen",
    "smoothed_variances",
    "targeting_differential",
    "wilson",
    "xmr",
]
