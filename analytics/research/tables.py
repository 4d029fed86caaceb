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
from analytics.research.counting import WHEN, as_text, counts
from analytics.research.errors import ResearchError
from analytics.store import Warehouse
from validation.contract import LEVELS

Time = Literal["", "week", "month", "period"]

SHOWN: Final = ["value", "low", "high", "n", "reason"]
_KEPT: Final = ["value", "low", "high", "reason"]
MOST_CELLS: Final = 1_500
"""Cells of a table; more can neither be read nor made safe while somebody waits (assumed)."""

_TIMES: Final = frozenset({"day", "month", "period", "frame_date"})
_INNER: Final = frozenset({"stratum", "cluster", "village", "district", "receives", "entitled", "source"})
"""Dimensions that say how a figure is made, and the regions, which are offered by their levels."""
_MISLEADING: Final = {"stages": {"programme"}, "payments_by_period": {"component"}, "targeting_cells": {"programme"}}
"""Mart to dimensions by which its families would be counted twice, or only at the first of several rows."""


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
    behind = counts(warehouse, metric, filters, by=question.by, time=question.time)
    if behind.empty:
        return pd.DataFrame(columns=[*question.columns, *SHOWN])
    size = int(np.prod([behind[name].nunique() + 1 for name in question.columns]))
    if size > MOST_CELLS:
        raise TooFineError(
            f"The table would have {size:,} cells.", cause=f"At most {MOST_CELLS:,} are shown.",
            next_step="Choose a smaller area or fewer days in the filters, or a coarser dimension.",
        )  # fmt: skip
    measured = _measured(warehouse, metric, question, filters)
    closed = _closed(behind, question.columns, least=least(metric))
    found = closed.merge(measured, on=list(question.columns), how="left")
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


def _measured(warehouse: Warehouse, metric: Metric, question: Question, filters: Filters) -> pd.DataFrame:
    """Return the measured cells and, but over time, their totals; dimensions as text."""
    keys = list(question.columns)
    if question.time:
        rows = series(warehouse, metric, filters, grain=question.time, by=list(question.by))
        return as_text(rows, keys)[[*keys, *_KEPT]]
    kept: list[list[str]] = [list(question.by), [], *([name] for name in question.by if len(question.by) > 1)]
    parts = []
    for by in kept:
        over = dict.fromkeys(set(question.by) - set(by), TOTAL)
        parts.append(as_text(measure(warehouse, metric, filters, by=by), by).assign(**over)[[*keys, *_KEPT]])
    return pd.concat(parts, ignore_index=True)


def _closed(behind: pd.DataFrame, columns: Sequence[str], *, least: int) -> pd.DataFrame:
    """Return every combination with its totals: n, empty where hidden, and `hidden`; over time without totals."""
    trees = {name: region_tree(behind[name].unique().tolist()) for name in columns if name in LEVELS}
    closed = suppress(behind, list(columns), hierarchy=trees, least=least)
    kept = np.logical_and.reduce([closed[name].isin([*behind[name].unique(), TOTAL]) for name in columns])
    if WHEN in columns:
        kept &= (closed[list(columns)] != TOTAL).all(axis=1).to_numpy()
    found = closed.loc[kept, [*columns, "n"]].assign(hidden=closed["reason"] != "")
    return found.astype({"n": float}).reset_index(drop=True)


def _emptied(found: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Empty what is hidden here or was withheld where it was measured, and say what is missing."""
    missing = found["reason"].isna()
    zero = missing & (metric.denominator is None)
    hidden = found["hidden"] | (found["reason"] == "withheld")
    reason = found["reason"].mask(missing, "no_data").mask(zero, "").mask(hidden, "withheld")
    found = found.assign(reason=reason, value=found["value"].mask(zero, 0.0))
    found.loc[hidden, ["value", "low", "high", "n"]] = np.nan
    return found
