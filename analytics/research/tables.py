"""Tables of any metric by one or two dimensions, made safe: what is shown tells of no few, whatever is added up.

A table is hidden from with all its totals (`analytics.disclosure.suppress`): counts from 1 to 9, everything that is
divided by fewer than 30, and as many others as it takes that neither can be computed. Shares are closed over their
denominators, so that no share of fewer than 30 follows from those of the others and of the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from analytics.disclosure import LEAST_DENOMINATOR, SMALLEST, TOTAL, region_tree, suppress
from analytics.metrics import METRICS, Filters, Metric, measure, series
from analytics.metrics.metric import RESULT
from analytics.research.errors import ResearchError
from analytics.store import Warehouse
from validation.contract import LEVELS

Time = Literal["", "week", "month", "period"]

WHEN: Final = "when"
NOT_SAID: Final = "?"
"""Value of a dimension where the record does not say."""
SHOWN: Final = ["value", "low", "high", "n", "reason"]
MOST_CELLS: Final = 1_500
"""Cells of a table; more can neither be read nor made safe while somebody waits (assumed)."""

_TIMES: Final = frozenset({"day", "month", "period", "frame_date"})
_INNER: Final = frozenset({"stratum", "cluster", "village", "district", "receives", "entitled", "source"})
"""Dimensions that say how a figure is made, and the regions, which are offered by their levels."""
_MISLEADING: Final = {"stages": {"programme"}, "payments_by_period": {"component"}, "targeting_cells": {"programme"}}
"""Mart to dimensions by which its families would be counted twice, or only at the first of several rows."""
COUNTED_BY: Final = {"rupiah": "paid_families"}
"""Unit that counts no families to the metric of the same mart whose count protects it."""


class TooFineError(ResearchError):
    """A table with more cells than can be read, or made safe, while somebody waits."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A measure by one or two dimensions, or by one over time."""

    metric: str
    by: tuple[str, ...]
    time: Time = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that span the table."""
        return (*self.by, *([WHEN] if self.time else []))


def dimensions(metric: Metric) -> tuple[str, ...]:
    """Return what a metric can be broken down by: region levels first, then groups; no time.

    What a metric itself speaks of is left out: the share that is late is no share by age.
    """
    there = metric.dimensions
    regions = LEVELS[: 4 if "village" in there else 3] if {"village", "district"} & set(there) else ()
    parts = [metric.numerator, *([metric.denominator] if metric.denominator else [])]
    single = metric.denominator is None
    spoken = {
        name for cells in parts for where in cells.where for name, values in where.items()
        if not (single and len(values) > 1)
    }  # fmt: skip
    left_out = _TIMES | _INNER | spoken | _MISLEADING.get(metric.mart, set())
    return (*regions, *(name for name in there if name not in left_out))


def times(metric: Metric) -> tuple[Time, ...]:
    """Return the steps of time that a metric knows."""
    if metric.mart == "targeting_cells":
        return ("month", "period")
    there = metric.dimensions
    return (*(("week", "month") if "day" in there else ()), *(("period",) if "period" in there else ()))


def table(warehouse: Warehouse, question: Question, filters: Filters) -> pd.DataFrame:
    """Return a safe table with its totals.

    Returns:
        `question.columns` (text; `TOTAL` in totals, `NOT_SAID` where the record does not say), value, low, high, n and
        reason, as `measure` has them; where hidden all numbers are empty and the reason is "withheld". Every
        combination has a row: a count without rows is 0, anything else has the reason "no_data". Totals over time are
        left out. Empty when the snapshot has no such data.

    Raises:
        ResearchError: the metric has no such dimensions.
        TooFineError: it has too many cells.
    """
    metric = METRICS[question.metric]
    _require_known(metric, question)
    cells = _cells(warehouse, metric, question, filters)
    if cells.empty:
        return pd.DataFrame(columns=[*question.columns, *SHOWN])
    size = int(np.prod([cells[name].nunique() + 1 for name in question.columns]))
    if size > MOST_CELLS:
        raise TooFineError(
            f"The table would have {size:,} cells.", cause=f"At most {MOST_CELLS:,} are shown.",
            next_step="Choose a smaller area or fewer days in the filters, or a coarser dimension.",
        )  # fmt: skip
    totals = _totals(warehouse, metric, question, filters)
    if metric.unit in COUNTED_BY:
        cells, *totals = _with_counts(warehouse, metric, question, filters, [cells, *totals])
    hidden = _hidden(cells, question.columns, least=least(metric))
    found = hidden.merge(pd.concat([cells, *totals]), on=list(question.columns), how="left")
    return _emptied(found, metric)[[*question.columns, *SHOWN]]


def least(metric: Metric) -> int:
    """Return the smallest count that a metric's cells are shown with."""
    return LEAST_DENOMINATOR if metric.denominator is not None and metric.kind == "register" else SMALLEST


def _require_known(metric: Metric, question: Question) -> None:
    known = dimensions(metric)
    regions = [name for name in question.by if name in LEVELS]
    wrong = [name for name in question.by if name not in known]
    if question.time and question.time not in times(metric):
        wrong.append(question.time)
    wide = len(question.columns)
    if wrong or wide not in {1, 2} or len(set(question.by)) < len(question.by) or len(regions) > 1:
        raise ResearchError(
            f"{metric.id} cannot be broken down so.",
            next_step=f"Choose one or two of {', '.join([*known, *times(metric)])}; of the regions one level.",
        )


def _cells(warehouse: Warehouse, metric: Metric, question: Question, filters: Filters) -> pd.DataFrame:
    """Return the measured cells, their dimensions as text."""
    if question.time:
        rows = series(warehouse, metric, filters, grain=question.time, by=list(question.by))
    else:
        rows = measure(warehouse, metric, filters, by=list(question.by))
    return _as_text(rows, question.columns)


def _totals(warehouse: Warehouse, metric: Metric, question: Question, filters: Filters) -> list[pd.DataFrame]:
    """Return the measured totals over each dimension and over all; none over time."""
    if question.time:
        return []
    kept: list[Sequence[str]] = [[], *([name] for name in question.by if len(question.by) > 1)]
    return [
        _as_text(measure(warehouse, metric, filters, by=list(by)).assign(**_over(question.by, by)), question.columns)
        for by in kept
    ]


def _with_counts(
    warehouse: Warehouse, metric: Metric, question: Question, filters: Filters, parts: Sequence[pd.DataFrame]
) -> list[pd.DataFrame]:
    """Return tables of an amount with the families behind it as their n."""
    counted = METRICS[COUNTED_BY[metric.unit]]
    counts = [_cells(warehouse, counted, question, filters), *_totals(warehouse, counted, question, filters)]
    keys = list(question.columns)
    return [
        part.drop(columns="n").merge(count[[*keys, "n"]], on=keys)[[*keys, *RESULT]]
        for part, count in zip(parts, counts, strict=True)
    ]


def _over(by: Sequence[str], kept: Sequence[str]) -> dict[str, str]:
    return {name: TOTAL for name in by if name not in kept}


def _as_text(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    said = {name: rows[name].map(_text).astype("str") for name in columns}
    return rows.assign(**said)[[*columns, *RESULT]]


def _text(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return NOT_SAID if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _hidden(cells: pd.DataFrame, columns: Sequence[str], *, least: int) -> pd.DataFrame:
    """Return every combination with its totals, and whether it is hidden."""
    given = cells[[*columns, "n"]].assign(n=cells["n"].astype(float).round())
    trees = {name: region_tree(given[name].unique().tolist()) for name in columns if name in LEVELS}
    closed = suppress(given, list(columns), hierarchy=trees, least=least)
    leaves = [closed[name].isin([*given[name].unique(), TOTAL]) for name in columns]
    kept = np.logical_and.reduce(leaves)
    if WHEN in columns:
        kept &= (closed[list(columns)] != TOTAL).all(axis=1).to_numpy()
    return closed.loc[kept, list(columns)].assign(hidden=closed["reason"] != "").reset_index(drop=True)


def _emptied(found: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Empty what is hidden, and say what is missing."""
    missing = found["reason"].isna()
    zero = missing & (metric.denominator is None)
    found.loc[zero, ["value", "n"]] = 0.0
    found["reason"] = found["reason"].fillna("no_data").mask(zero, "").mask(found["hidden"], "withheld")
    found.loc[found["hidden"], ["value", "low", "high", "n"]] = np.nan
    return found
