"""Small numbers: which counts of a table are not shown, so that nobody is told by being one of a few."""

from typing import Final

import pandas as pd

SMALLEST: Final = 10
"""Fewest families, visits or pairs of a cell that is shown."""


def small(counts: "pd.Series[int]", *, least: int = SMALLEST) -> "pd.Series[bool]":
    """Say which counts are not shown: 1 to `least` - 1.

    Where that is one alone, the next smallest is not either: else the total less the others would tell it.
    """
    few = (counts > 0) & (counts < least)
    others = counts[(counts > 0) & ~few]
    if few.sum() == 1 and len(others):
        few = few | (counts.index == others.idxmin())
    return few
