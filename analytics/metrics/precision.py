"""How sure a figure is, and what would make it surer: gaps between groups, and what the model is worth in visits."""

from dataclasses import dataclass, replace

import pandas as pd

from analytics.estimation import gaps
from analytics.marts.groups import GROUPS
from analytics.metrics.filters import Filters, apply
from analytics.metrics.measure import RESULT, measure
from analytics.metrics.metric import Metric
from analytics.metrics.sampled import rounds, totals
from analytics.store import Warehouse

__all__ = ["GROUPS", "Gain", "design_effect", "gain", "group_gaps"]


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What the model adds to the checks; widths and shares, not percent."""

    direct_width: float
    assisted_width: float
    narrower: float
    """Part of the interval's width that the model takes away."""
    visits: int
    """Further random visits that would have narrowed the direct interval as much."""


def group_gaps(warehouse: Warehouse, metric: Metric, filters: Filters, *, by: str) -> pd.DataFrame:
    """Return a targeting metric for each group of families, and how far each lies from all others.

    Args:
        warehouse: The snapshot.
        metric: A metric of the field checks.
        filters: What is counted; the estimate is direct, whatever method they name.
        by: One of `GROUPS`.

    Returns:
        One row a group (families whose record does not say are left out): `by`, the result columns, gap, gap_low,
        gap_high (differences of shares; empty where either side has too few checks). No row without field checks.
    """
    empty = pd.DataFrame(columns=[by, *RESULT, "gap", "gap_low", "gap_high"])
    if metric.mart not in warehouse.names("marts"):
        return empty
    rows = apply(warehouse.mart(metric.mart), metric.mart, filters)
    rows = rows.filter(rows[by].notnull())
    frame = warehouse.run(totals(metric, rows, [by], unit=filters.unit).order_by([by, "stratum", "cluster"]))
    if frame.empty:
        return empty
    frame["numerator"] = frame[["numerator", "denominator"]].min(axis=1)
    found = gaps(frame, by=by, minimum=metric.minimum_n)
    count = rounds(warehouse, rows, [by])
    found = found.assign(numerator=found["numerator"] / count, denominator=found["denominator"] / count)
    return found.assign(method="direct").sort_values(by, ignore_index=True)[list(empty.columns)]


def gain(warehouse: Warehouse, metric: Metric, filters: Filters) -> Gain | None:
    """Return what the model adds to a metric's precision, None where either estimate may not be given.

    Visits follow from the standard errors: precision grows with the root of the number of visits.
    """
    direct = measure(warehouse, metric, replace(filters, method="direct"))
    assisted = measure(warehouse, metric, replace(filters, method="ppi"))
    if direct.empty or assisted.empty or assisted["method"].iloc[0] != "ppi":
        return None
    one, two = direct.iloc[0], assisted.iloc[0]
    if pd.isna(one["value"]) or pd.isna(two["value"]) or not two["se"] > 0:
        return None
    widths = float(one["high"] - one["low"]), float(two["high"] - two["low"])
    return Gain(
        direct_width=widths[0],
        assisted_width=widths[1],
        narrower=1 - widths[1] / widths[0],
        visits=max(round(float(one["n"]) * (float(one["se"] / two["se"]) ** 2 - 1)), 0),
    )


def design_effect(row: "pd.Series[float]") -> float:
    """Return how many visits do the work of one independent visit, from a result's se, value and n; at least 1."""
    value = float(row["value"])
    spread = value * (1 - value)
    return max(float(row["se"]) ** 2 * float(row["n"]) / spread, 1.0) if spread > 0 else 1.0
