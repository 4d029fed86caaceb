"""Histograms that are kept with a model, and how far a later one is from them.

Numbers are cut at the deciles of training, texts and flags at their values, and what is empty is a bin of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import ibis
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from validation.contract import Column

DECILES = tuple(number / 10 for number in range(1, 10))
STABLE, MOVED = 0.10, 0.25
"""Stability index below which nothing moved, and above which the model is to be doubted: rules of thumb without a test
behind them (Siddiqi 2006, Credit Risk Scorecards)."""
FLOOR = 1e-4
"""Share that stands for an empty bin, since the index has logarithms of it (assumed)."""

Says = Literal["stable", "watch", "moved"]


class Histogram(BaseModel):
    """Shares of all rows that sum to 1 with the missing ones.

    A number's bins lie between `edges`, each with its upper edge; without edges it has one bin. A text's or flag's are
    its `values`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    missing: float = 0.0

    def tests(self, column: Any) -> list[Any]:
        """Return the Ibis condition of each bin on a column."""
        if self.values:
            if column.type().is_boolean():
                return [column if value == "true" else ~column for value in self.values]
            return [column == value for value in self.values]
        if not self.edges:
            return [column.notnull()]
        inner = [(column > low) & (column <= high) for low, high in zip(self.edges, self.edges[1:], strict=False)]
        return [column <= self.edges[0], *inner, column > self.edges[-1]]


def bins(table: Any, columns: Sequence[Column], run: Any) -> dict[str, Histogram]:
    """Return each column's bins, without shares: deciles of its numbers, or its values.

    Args:
        table: Ibis table.
        columns: Of the contract; names are the table's.
        run: Executes an expression and returns a frame.
    """
    numbers = [column.name for column in columns if column.kind != "flag" and not column.domain]
    asked = {
        f"{name}:{place}": table[name].cast("float64").quantile(share)
        for name in numbers
        for place, share in enumerate(DECILES)
    }
    found = run(table.aggregate(**asked)).iloc[0] if asked else pd.Series(dtype=float)
    made = {}
    for column in columns:
        if column.name in numbers:
            cuts = [found[f"{column.name}:{place}"] for place in range(len(DECILES))]
            made[column.name] = Histogram(edges=tuple(sorted({float(cut) for cut in cuts if pd.notna(cut)})))
        else:
            made[column.name] = Histogram(values=tuple(column.domain or ("false", "true")))
    return made


def counted(table: Any, wanted: Mapping[str, Histogram], run: Any) -> dict[str, Histogram]:
    """Return the same bins with the shares of a table's rows, in one pass; empty where it has none.

    Args:
        table: Ibis table with the columns that `wanted` names.
        wanted: Bins by column.
        run: Executes an expression and returns a frame.
    """
    sums = {
        f"{name}:{place}": test.ifelse(1, 0).sum()
        for name, histogram in wanted.items()
        for place, test in enumerate(histogram.tests(table[name]))
    }
    found = run(table.aggregate(**sums, rows=ibis._.count())).iloc[0]
    rows = int(found["rows"])
    made = {}
    for name, histogram in wanted.items():
        places = range(len(histogram.tests(table[name])))
        shares = tuple(float(found[f"{name}:{place}"]) / rows for place in places) if rows else ()
        made[name] = histogram.model_copy(update={"shares": shares, "missing": max(1.0 - sum(shares), 0.0)})
    return made


def stability(before: Histogram, now: Histogram) -> float:
    """Return the population stability index of two histograms with the same bins; what is missing is a bin.

    Sum of (p - q) ln(p / q) over the bins of now (p) and before (q).

    Source: Siddiqi 2006, Credit Risk Scorecards.
    """
    q, p = (np.maximum([*each.shares, each.missing], FLOOR) for each in (before, now))
    return float(((p - q) * np.log(p / q)).sum())


def in_words(index: float) -> Says:
    """Say what a stability index amounts to."""
    return "stable" if index < STABLE else "watch" if index <= MOVED else "moved"
