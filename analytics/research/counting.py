"""The counts behind a metric's cells, as they are: what is made safe, or given noise, before anybody sees it."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from analytics.metrics import METRICS, Filters, Metric
from analytics.metrics.filters import apply
from analytics.metrics.sampled import TRUTH, summed, with_levels
from analytics.store import Warehouse

WHEN: Final = "when"
NOT_SAID: Final = "?"
"""Value of a dimension where the record does not say."""
COUNTED_BY: Final = {"rupiah": "paid_families"}
"""Unit that counts no families to the metric of the same mart whose count stands for it."""


def counts(
    warehouse: Warehouse, metric: Metric, filters: Filters, *, by: Sequence[str], time: str = ""
) -> pd.DataFrame:
    """Return how many families, applications or checks lie behind each cell of a metric; nothing here may leave.

    Returns:
        `by` and, over time, `when` (text; `NOT_SAID` where empty), n: the numerator of a count, else the denominator;
        of an amount the families paid. Only cells with rows; none when the snapshot lacks the mart.
    """
    columns = [*by, *([WHEN] if time else [])]
    if metric.mart not in warehouse.names("marts"):
        return pd.DataFrame(columns=[*columns, "n"])
    rows = apply(warehouse.mart(metric.mart), metric.mart, filters)
    if metric.kind == "sample":
        rows = rows.filter(rows[TRUTH].notnull())
    rows, _ = with_levels(warehouse, rows, by)
    if time:
        rows = rows.mutate(**{WHEN: _moment(rows, metric, time)})
        rows = rows.filter(rows[WHEN].notnull())
    found = warehouse.run(rows.group_by(columns).aggregate(n=_behind(rows, metric)).order_by(columns))
    return as_text(found, columns).astype({"n": "int64"})


def as_text(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return rows with their dimensions as text."""
    return rows.assign(**{name: rows[name].map(_text).astype("str") for name in columns})


def _behind(rows: Any, metric: Metric) -> Any:
    """Return the sum that stands behind a metric's value."""
    if metric.unit in COUNTED_BY:
        return summed(rows, METRICS[COUNTED_BY[metric.unit]].numerator)
    cells = metric.denominator or metric.numerator
    return summed(rows, cells, column="n" if metric.kind == "sample" else "")


def _moment(rows: Any, metric: Metric, time: str) -> Any:
    if time == "period":
        return rows.period
    if metric.kind == "sample":
        return rows.month.truncate("M")
    return rows.day.truncate({"week": "W", "month": "M"}[time])


def _text(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return pd.Timestamp(value).date().isoformat()
    return NOT_SAID if pd.isna(value) else str(value)
