"""A metric over time with its natural limits, and one word for where it is heading."""

from dataclasses import dataclass

import pandas as pd

from analytics.estimation import direction, xmr
from analytics.metrics.filters import Filters
from analytics.metrics.measure import Grain, series
from analytics.metrics.metric import Metric
from analytics.store import Warehouse

LAST_POINTS = 52
"""Points of a trend that are shown and enter its limits: a year of weeks."""


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A series with limits.

    Attributes:
        points: when, value, centre, lower, upper, signal, settled, and low, high, n of each value.
        heading: better, worse, changed, no_change or insufficient.
        provisional: Fewer than 12 settled points: the limits will still move.
    """

    points: pd.DataFrame
    heading: str
    provisional: bool


def trend(warehouse: Warehouse, metric: Metric, filters: Filters | None = None, *, grain: Grain) -> Trend:
    """Return the last points of a metric with XmR limits (`analytics.estimation.xmr`)."""
    points = series(warehouse, metric, filters, grain=grain).tail(LAST_POINTS).reset_index(drop=True)
    if points.empty:
        return Trend(
            points=points.assign(centre=[], lower=[], upper=[], signal=[]), heading="insufficient", provisional=True
        )
    chart = xmr(
        points["value"].to_numpy(dtype=float),
        settled=points["settled"].to_numpy(dtype=bool),
        floor=0.0,
        cap=1.0 if metric.unit == "share" else None,
    )
    limits = chart.points[["centre", "lower", "upper", "signal"]].reset_index(drop=True)
    return Trend(
        points=pd.concat([points, limits], axis=1),
        heading=direction(chart, polarity=metric.polarity),
        provisional=chart.provisional,
    )
