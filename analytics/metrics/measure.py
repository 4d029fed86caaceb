"""Computing a metric: filter the mart, add up the cells, show no rate that is not honest and none that tells of few."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd

from analytics.metrics.disclosed import disclosed
from analytics.metrics.filters import Filters, apply, unapplied
from analytics.metrics.metric import RESULT, Metric
from analytics.metrics.sampled import sampled, summed, with_levels
from analytics.store import Warehouse

Grain = Literal["day", "week", "month", "period"]

__all__ = ["RESULT", "Grain", "measure", "series", "unapplied"]


def measure(
    warehouse: Warehouse, metric: Metric, filters: Filters | None = None, *, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Compute a metric, whole or by groups.

    Args:
        warehouse: The snapshot.
        metric: The registry's entry.
        filters: What is counted.
        by: Dimensions of the metric's mart, or region levels (province, regency, district, village).

    Returns:
        One row a group, in the groups' order: `by`, value, low, high, se (empty for register metrics), numerator,
        denominator (weighted for sample metrics), n (rows under the value, unweighted), reason, method.
        A metric whose mart the snapshot lacks gives no row at all.
    """
    if metric.mart not in warehouse.names("marts"):
        return pd.DataFrame(columns=[*by, *RESULT])
    filters = filters or Filters()
    rows = apply(warehouse.mart(metric.mart), metric.mart, filters)
    rows, columns = with_levels(warehouse, rows, by)
    found = (
        sampled(warehouse, metric, rows, columns, filters=filters)
        if metric.kind == "sample"
        else _registered(warehouse, metric, rows, columns)
    )
    found = found.rename(columns=dict(zip(columns, by, strict=True)))[[*by, *RESULT]]
    return disclosed(warehouse, metric, filters, found, by=by)


def series(
    warehouse: Warehouse, metric: Metric, filters: Filters | None = None, *, grain: Grain, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Compute a metric over time.

    Returns:
        As `measure`, with `when` first (the first day of the week or month, or the period's text), and `settled`:
        False where the reporting delay says that more rows are still to come. Days without a row count as 0 for
        counts, between the first and the last day that has rows.
    """
    if metric.mart not in warehouse.names("marts"):
        return pd.DataFrame(columns=["when", *by, *RESULT, "settled"])
    filters = filters or Filters()
    rows = apply(warehouse.mart(metric.mart), metric.mart, filters)
    time = (
        "month" if metric.mart == "targeting_cells" and grain == "month" else "period" if grain == "period" else "day"
    )
    rows = rows.filter(rows[time].notnull())
    moment = rows[time].truncate({"week": "W", "month": "M"}[grain]) if grain in {"week", "month"} else rows[time]
    rows, columns = with_levels(warehouse, rows.mutate(when=moment), by)
    columns = ["when", *columns]
    found = (
        sampled(warehouse, metric, rows, columns, filters=filters)
        if metric.kind == "sample"
        else _registered(warehouse, metric, rows, columns)
    )
    found = found.rename(columns=dict(zip(columns, ["when", *by], strict=True)))
    if grain != "period":
        found["when"] = pd.to_datetime(found["when"])
        found = _filled(found, metric, grain, by)
    found = disclosed(warehouse, metric, filters, found[["when", *by, *RESULT]], by=by, grain=grain)
    found["settled"] = _settled(found["when"], grain, warehouse) if grain != "period" else True
    return found[["when", *by, *RESULT, "settled"]]


def _registered(warehouse: Warehouse, metric: Metric, rows: Any, columns: list[str]) -> pd.DataFrame:
    """Sums over all there is; a share below the minimum is not shown."""
    sums = {"numerator": summed(rows, metric.numerator)}
    if metric.denominator is not None:
        sums["denominator"] = summed(rows, metric.denominator)
    grouped = rows.group_by(columns).aggregate(**sums) if columns else rows.aggregate(**sums)
    found = warehouse.run(grouped.order_by(columns) if columns else grouped)
    found[["low", "high", "se"]] = np.nan
    found["method"] = "count"
    if metric.denominator is None:
        found["denominator"] = np.nan
        found["n"] = found["numerator"]
        found["value"] = found["numerator"].astype(float)
        found["reason"] = ""
        return found
    found["n"] = found["denominator"]
    shown = found["denominator"] >= metric.minimum_n
    found["value"] = (found["numerator"] / found["denominator"].where(shown)).astype(float)
    found["reason"] = np.select([found["denominator"] == 0, ~shown], ["no_data", "small_n"], default="")
    return found


def _filled(found: pd.DataFrame, metric: Metric, grain: Grain, by: Sequence[str]) -> pd.DataFrame:
    """Give the days without a row their true zero; shares of such days stay empty."""
    if found.empty or metric.kind == "sample" or metric.denominator is not None:
        return found
    step = {"day": "D", "week": "W-MON", "month": "MS"}[grain]
    days = pd.date_range(found["when"].min(), found["when"].max(), freq=step)
    frame = pd.DataFrame({"when": days})
    for name in by:
        frame = frame.merge(pd.DataFrame({name: sorted(found[name].unique())}), how="cross")
    full = frame.merge(found, on=["when", *by], how="left")
    for name in ("value", "numerator", "n"):
        full[name] = full[name].fillna(0.0)
    full["reason"] = full["reason"].fillna("")
    return full


def _settled(when: pd.Series, grain: Grain, warehouse: Warehouse) -> pd.Series:
    """True where the whole day, week or month lies before the reporting delay of the newest data."""
    last: date = (warehouse.manifest.data_until - timedelta(days=warehouse.manifest.settling_days)).date()
    length = {"day": pd.DateOffset(days=0), "week": pd.DateOffset(days=6), "month": pd.offsets.MonthEnd(0)}
    return (when + length[grain if grain != "period" else "day"]) < pd.Timestamp(last)
