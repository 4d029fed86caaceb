"""Many regions at once: which of them are past a threshold, and how many of those named may be so by chance.

Source: Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57:289.
"""

import math
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from scipy import stats

FALSE_SHARE: Final = 0.025
"""Share of the regions named that may be named by chance: of a single one, what one end of a 95 % interval leaves."""
STANDARD_ERRORS: Final = 1.96
"""Standard errors from an estimate to the end of its 95 % interval."""


def rejected(p: Sequence[float], *, level: float = FALSE_SHARE) -> list[bool]:
    """Return which hypotheses fall under a false discovery rate of `level`.

    >>> rejected([0.001, 0.03, 0.9], level=0.05)
    [True, True, False]
    """
    values = np.asarray(p, dtype=float)
    if not len(values):
        return []
    order = np.sort(values)
    under = np.flatnonzero(order <= level * np.arange(1, len(order) + 1) / len(order))
    cut = order[under[-1]] if len(under) else -1.0
    return [bool(each <= cut) for each in values]


def p_of_count(count: int, n: int, threshold: float, *, direction: Literal["above", "below"]) -> float:
    """Return the exact binomial probability of a count this far out or further where the share is the threshold."""
    found = stats.binom.sf(count - 1, n, threshold) if direction == "above" else stats.binom.cdf(count, n, threshold)
    return float(found)


def p_of_interval(
    value: float, low: float, high: float, threshold: float, *, direction: Literal["above", "below"]
) -> float:
    """Return the probability of an estimate this far out or further; .025 where its interval ends at the threshold.

    The half of the interval towards the threshold stands for `STANDARD_ERRORS` of a normal variable.
    """
    half, distance = (value - low, value - threshold) if direction == "above" else (high - value, threshold - value)
    if not half > 0:
        return 0.0 if distance > 0 else 1.0
    z = STANDARD_ERRORS * distance / half
    return 0.5 * math.erfc(z / math.sqrt(2))
