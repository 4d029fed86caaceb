"""Estimating a metric from the random field checks: directly, with the model's help, or for small areas."""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np
import pandas as pd

from analytics.estimation import assisted, ratios
from analytics.marts import MARTS
from analytics.metrics.filters import Filters, Method, apply, unapplied
from analytics.metrics.metric import RESULT, Cells, Metric, Where
from analytics.metrics.small_areas import small_areas
from analytics.store import Warehouse
from validation.contract import LEVELS

TRUTH = "entitled"
"""What a check finds out and a model predicts."""


def sampled(warehouse: Warehouse, metric: Metric, rows: Any, columns: list[str], *, filters: Filters) -> pd.DataFrame:
    """Return the estimates by `columns`, by the method that the filters ask for where it can be had.

    The model helps only where it predicted every family, and a group that is known of checked families alone (measured
    decile, month of the visit) cannot be corrected; then the direct estimate stands, and column `method` says so.
    """
    sums = totals(metric, rows, columns, unit=filters.unit)
    frame = warehouse.run(sums.order_by([*columns, "stratum", "cluster"]))
    if frame.empty:
        return pd.DataFrame(columns=[*columns, *RESULT])
    frame["numerator"] = frame[["numerator", "denominator"]].min(axis=1)  # equal sums may differ in the last bit
    predicted = _frame_totals(warehouse, metric, rows, columns, filters) if filters.method != "direct" else None
    if predicted is not None and frame[_PREDICTED].isna().any(axis=None):
        predicted = None
    found, used = _estimated(frame, predicted, columns, method=filters.method, minimum=metric.minimum_n)
    count = rounds(warehouse, rows, columns)
    found = found.assign(numerator=found["numerator"] / count, denominator=found["denominator"] / count, method=used)
    if used != "direct":  # what the families come to at this value, not what the checks alone would say
        found["numerator"] = (found["value"] * found["denominator"]).fillna(found["numerator"])
    return found


def _estimated(
    frame: pd.DataFrame, predicted: pd.DataFrame | None, columns: list[str], *, method: Method, minimum: int
) -> tuple[pd.DataFrame, Method]:
    """Return the estimates and the method that could be had."""
    if method == "small_area" and len(columns) == 1 and columns[0] in LEVELS:
        found = small_areas(frame, predicted, level=columns[0], minimum=minimum)
        return (ratios(frame, by=columns, minimum=minimum), "direct") if found is None else (found, "small_area")
    if method != "direct" and predicted is not None:
        return assisted(frame, predicted, by=columns, minimum=minimum), "ppi"
    return ratios(frame, by=columns, minimum=minimum), "direct"


_PREDICTED = ["predicted_numerator", "predicted_denominator"]


def totals(metric: Metric, rows: Any, columns: Sequence[str], *, unit: str) -> Any:
    """Return the cluster totals that the estimators need, by `columns`, as an Ibis table."""
    if metric.denominator is None:
        raise ValueError(metric.id)
    weight, predicted = ("persons", "predicted_persons") if unit == "persons" else ("weight", "predicted")
    rows = rows.filter(rows[TRUTH].notnull())
    return rows.group_by([*columns, "stratum", "cluster"]).aggregate(
        numerator=summed(rows, metric.numerator, column=weight),
        denominator=summed(rows, metric.denominator, column=weight),
        n=summed(rows, metric.denominator, column="n"),
        unsampled=rows.unsampled.mean(),
        predicted_numerator=_predicted(rows, metric.numerator, weight=weight, predicted=predicted),
        predicted_denominator=_predicted(rows, metric.denominator, weight=weight, predicted=predicted),
    )


def summed(rows: Any, cells: Cells, *, column: str = "") -> Any:
    """Add up `column` (the cells' own by default) over the rows that any of the conditions admits."""
    value = rows[column or cells.column].cast("float64")
    if cells.where == ({},):
        return value.sum().coalesce(0.0)
    admitted = reduce(or_, (holds(rows, where) for where in cells.where))
    return admitted.ifelse(value, 0.0).sum().coalesce(0.0)


def holds(rows: Any, where: Where) -> Any:
    """Say of each row whether it satisfies all of `where`."""
    return reduce(and_, (rows[name].isin(list(values)) for name, values in where.items()))


def predictable(metric: Metric, columns: Sequence[str], filters: Filters) -> bool:
    """Say whether the frame knows all that the metric, the groups and the filters speak of, the truth apart."""
    known = {*MARTS["frame_cells"].dimensions, "regency", "province"}
    asked = {
        name for cells in (metric.numerator, metric.denominator) if cells for where in cells.where for name in where
    }
    fits = {*asked, *columns} - {TRUTH} <= known
    return fits and not set(unapplied("frame_cells", filters)) - set(unapplied("targeting_cells", filters))


def _predicted(rows: Any, cells: Cells, *, weight: str, predicted: str) -> Any:
    """Add up what the model expects: where entitlement is asked for, its probability stands for it."""
    known = [{name: values for name, values in where.items() if name != TRUTH} for where in cells.where]
    parts = []
    for where, rest in zip(cells.where, known, strict=True):
        value = rows[weight]
        if TRUTH in where:
            value = rows[predicted] if where[TRUTH] == (True,) else rows[weight] - rows[predicted]
        parts.append(holds(rows, rest).ifelse(value, 0.0) if rest else value)
    total = reduce(lambda a, b: a + b, parts)
    # One unpredicted row makes the sum unknown: it must not pass for a prediction of 0.
    return rows[predicted].isnull().any().ifelse(np.nan, total.sum())


def _frame_totals(
    warehouse: Warehouse, metric: Metric, rows: Any, columns: list[str], filters: Filters
) -> pd.DataFrame | None:
    """Return the predicted totals of the whole frame by `columns`, or None where the frame does not know them.

    Periods count as often as rounds of checks speak of them, as they do in the sample.
    """
    if metric.denominator is None or "frame_cells" not in warehouse.names("marts"):
        return None
    if not predictable(metric, columns, filters):
        return None
    weight, predicted = ("persons", "predicted_persons") if filters.unit == "persons" else ("families", "predicted")
    cells = apply(warehouse.mart("frame_cells"), "frame_cells", filters)
    cells, keys = with_levels(warehouse, cells, columns)
    cells = cells.mutate(**{weight: cells[weight].cast("float64")})
    sums = cells.group_by(list(dict.fromkeys([*keys, "period"]))).aggregate(
        predicted_numerator=_predicted(cells, metric.numerator, weight=weight, predicted=predicted),
        predicted_denominator=_predicted(cells, metric.denominator, weight=weight, predicted=predicted),
    )
    found = warehouse.run(sums)
    counts = warehouse.run(rows.group_by("period").aggregate(rounds=rows.frame_date.nunique()))
    times = found["period"].map(counts.set_index("period")["rounds"].clip(lower=1)).fillna(0)
    found[_PREDICTED] = found[_PREDICTED].mul(times, axis=0)
    if found.empty:
        return None
    return (
        found.groupby(keys, dropna=False, as_index=False)[_PREDICTED].sum()
        if keys
        else (found[_PREDICTED].sum().to_frame().T)
    )


def with_levels(warehouse: Warehouse, rows: Any, by: Sequence[str]) -> tuple[Any, list[str]]:
    """Add the region levels above the mart's own that the groups ask for."""
    if "regency" in by or "province" in by:
        parents = warehouse.mart("places").select("code", "parent")
        up = parents.rename(district="code", regency="parent")
        rows = rows.join(up, "district")
        if "province" in by:
            rows = rows.join(parents.rename(regency="code", province="parent"), "regency")
    return rows, list(by)


def rounds(warehouse: Warehouse, rows: Any, columns: list[str]) -> "pd.Series[int] | int":
    """Count the rounds whose weights were added up, by the date of their frame: each stands for all families."""
    times = [name for name in columns if name in {"when", "period", "month"}]
    if not times:
        return max(int(warehouse.run(rows.aggregate(rounds=rows.frame_date.nunique()))["rounds"].iloc[0]), 1)
    counts = rows.group_by(times).aggregate(rounds=rows.frame_date.nunique())
    by_time = warehouse.run(counts.order_by(times)).set_index(times)["rounds"].clip(lower=1)
    groups = warehouse.run(rows.select(columns).distinct().order_by(columns))
    return groups.join(by_time, on=times)["rounds"]
