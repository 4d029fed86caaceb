"""The places that a region may hold among all regions of its level, as far as the field checks can tell."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.estimation.ranks import rank_intervals
from analytics.estimation.small_area import SPARE_AREAS, smoothed_variances
from analytics.metrics.filters import Filters, apply
from analytics.metrics.measure import measure
from analytics.metrics.metric import Metric
from analytics.metrics.sampled import totals, with_levels
from analytics.store import Warehouse

COLUMNS = ["code", "rank", "low", "high", "of"]


def ranking(warehouse: Warehouse, metric: Metric, filters: Filters, *, level: str) -> pd.DataFrame:
    """Return rank intervals at 95 % of the regions that have a rate; rank 1 is the highest value.

    The ranks come from the regions' own checks under the model for small areas, whatever method the filters name: the
    same checks must not be borrowed from twice. Regions without a rate are not ranked.

    Args:
        warehouse: The snapshot.
        metric: A metric of the field checks.
        filters: What is counted.
        level: The level whose regions are ranked.

    Returns:
        One row a region: code, rank (median), low, high, of (how many are ranked). No row for full counts, whose order
        needs no interval, or where fewer regions than the model needs have a rate.
    """
    nothing = pd.DataFrame(columns=COLUMNS)
    if metric.kind != "sample":
        return nothing
    direct = replace(filters, method="direct")
    found = measure(warehouse, metric, direct, by=[level]).dropna(subset=["value"])
    if len(found) < SPARE_AREAS + 1:
        return nothing
    clusters = _clusters(warehouse, metric, direct, level=level)
    areas = found.rename(columns={level: "code"}).set_index("code")[["value", "se", "n"]].astype(float)
    areas["clusters"] = clusters.reindex(areas.index).fillna(1).clip(lower=1).astype(float)
    areas["variance"] = np.asarray(smoothed_variances(areas).variance, dtype=float)
    ranks = rank_intervals(areas[["value", "variance"]])
    return ranks.reset_index(names="code").assign(of=len(ranks))[COLUMNS]


def _clusters(warehouse: Warehouse, metric: Metric, filters: Filters, *, level: str) -> pd.Series:
    """Count the clusters under the rate of each region."""
    rows = apply(warehouse.mart(metric.mart), metric.mart, filters)
    rows, columns = with_levels(warehouse, rows, [level])
    found = warehouse.run(totals(metric, rows, columns, unit=filters.unit))
    return found[found["n"] > 0].groupby(level)["cluster"].nunique()
