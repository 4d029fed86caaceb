"""Computing a metric: filter the mart, add up the cells, and never show a rate that cannot be shown honestly."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any, Literal

import numpy as np
import pandas as pd

from analytics.estimation import ratios
from analytics.metrics.filters import Filters, apply, unapplied
from analytics.metrics.metric import Cells, Metric, Where
from analytics.store import Warehouse

Grain = Literal["day", "week", "month", "period"]
RESULT = ["value", "low", "high", "se", "numerator", "denominator", "n", "reason"]
"""Columns of every result; `reason` says why a value is empty: "", "no_data", "small_n", "one_cluster"."""

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
        denominator (weighted for sample metrics), n (rows under the value, unweighted), reason.
        A metric whose mart the snapshot lacks gives no row at all.
    """
    if metric.mart not in warehouse.names("marts"):
        return pd.DataFrame(columns=[*by, *RESULT])
    rows = apply(warehouse.mart(metric.mart), metric.mart, filters or Filters())
    rows, columns = _with_levels(warehouse, rows, by)
    found = (
        _sampled(warehouse, metric, rows, columns, unit=(filters or Filters()).unit)
        if metric.kind == "sample"
        else _registered(warehouse, metric, rows, columns)
    )
    return found.rename(columns=dict(zip(columns, by, strict=True)))[[*by, *RESULT]]


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
    rows = apply(warehouse.mart(metric.mart), metric.mart, filters or Filters())
    time = (
        "month" if metric.mart == "targeting_cells" and grain == "month" else "period" if grain == "period" else "day"
    )
    rows = rows.filter(rows[time].notnull())
    moment = rows[time].truncate({"week": "W", "month": "M"}[grain]) if grain in {"week", "month"} else rows[time]
    rows, columns = _with_levels(warehouse, rows.mutate(when=moment), by)
    columns = ["when", *columns]
    found = (
        _sampled(warehouse, metric, rows, columns, unit=(filters or Filters()).unit)
        if metric.kind == "sample"
        else _registered(warehouse, metric, rows, columns)
    )
    found = found.rename(columns=dict(zip(columns, ["when", *by], strict=True)))
    if grain != "period":
        found["when"] = pd.to_datetime(found["when"])
        found = _filled(found, metric, grain, by)
        found["settled"] = _settled(found["when"], grain, warehouse)
    else:
        found["settled"] = True
    return found[["when", *by, *RESULT, "settled"]]


def _registered(warehouse: Warehouse, metric: Metric, rows: Any, columns: list[str]) -> pd.DataFrame:
    """Sums over all there is; a share below the minimum is not shown."""
    sums = {"numerator": _sum(rows, metric.numerator)}
    if metric.denominator is not None:
        sums["denominator"] = _sum(rows, metric.denominator)
    grouped = rows.group_by(columns).aggregate(**sums) if columns else rows.aggregate(**sums)
    found = warehouse.run(grouped.order_by(columns) if columns else grouped)
    found[["low", "high", "se"]] = np.nan
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


def _sampled(warehouse: Warehouse, metric: Metric, rows: Any, columns: list[str], *, unit: str) -> pd.DataFrame:
    """Weighted shares of the field checks with intervals that respect the villages they were drawn in."""
    if metric.denominator is None:
        raise ValueError(metric.id)
    column = "persons" if unit == "persons" else "weight"
    rows = rows.filter(rows.entitled.notnull())
    rows = rows.mutate(cluster=rows.village)
    keys = [*columns, "stratum", "cluster"]
    totals = rows.group_by(keys).aggregate(
        numerator=_sum(rows, metric.numerator, column=column),
        denominator=_sum(rows, metric.denominator, column=column),
        n=_sum(rows, metric.denominator, column="n"),
    )
    frame = warehouse.run(totals.order_by(keys))
    if frame.empty:
        return pd.DataFrame(columns=[*columns, *RESULT])
    frame["numerator"] = frame[["numerator", "denominator"]].min(axis=1)  # equal sums may differ in the last bit
    found = ratios(frame, by=columns, minimum=metric.minimum_n)
    rounds = _rounds(warehouse, rows, columns)
    return found.assign(numerator=found["numerator"] / rounds, denominator=found["denominator"] / rounds)


def _rounds(warehouse: Warehouse, rows: Any, columns: list[str]) -> pd.Series | int:
    """Count the monthly rounds whose weights were added up: each stands for all families by itself."""
    times = [name for name in columns if name in {"when", "period", "month"}]
    counts = rows.group_by(times).aggregate(rounds=rows.month.nunique()) if times else None
    if counts is None:
        return max(int(warehouse.run(rows.aggregate(rounds=rows.month.nunique()))["rounds"].iloc[0]), 1)
    by_time = warehouse.run(counts.order_by(times)).set_index(times)["rounds"].clip(lower=1)
    groups = warehouse.run(rows.select(columns).distinct().order_by(columns))
    return groups.join(by_time, on=times)["rounds"]


def _sum(rows: Any, cells: Cells, *, column: str = "") -> Any:
    """Add up `column` (the cells' own by default) over the rows that any of the conditions admits."""
    value = rows[column or cells.column].cast("float64")
    if cells.where == ({},):
        return value.sum().coalesce(0.0)
    admitted = reduce(or_, (_holds(rows, where) for where in cells.where))
    return admitted.ifelse(value, 0.0).sum().coalesce(0.0)


def _holds(rows: Any, where: Where) -> Any:
    return reduce(and_, (rows[name].isin(list(values)) for name, values in where.items()))


def _with_levels(warehouse: Warehouse, rows: Any, by: Sequence[str]) -> tuple[Any, list[str]]:
    """Add the region levels above the mart's own that the groups ask for."""
    if "regency" in by or "province" in by:
        parents = warehouse.mart("places").select("code", "parent")
        up = parents.rename(district="code", regency="parent")
        rows = rows.join(up, "district")
        if "province" in by:
            rows = rows.join(parents.rename(regency="code", province="parent"), "regency")
    return rows, list(by)


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
