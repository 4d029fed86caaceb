"""Intervals of a proportion that hold for small counts and at 0 and 1.

Sources: Wilson 1927 (JASA 22:209); Clopper & Pearson 1934 (Biometrika 26:404); their use with effective counts:
Korn & Graubard 1998 (Survey Methodology 24:193). Wilson covers the nominal level on average, Clopper–Pearson at least.
"""

from typing import NamedTuple, overload

import numpy as np
from scipy import stats

from analytics.estimation.inputs import EstimationError, FloatArray, require_share

LEVEL = 0.95
"""The level of every interval that is shown, unless its label says another."""


NONE = 1e-9
"""An effective count below this is none: the quantiles of the beta distribution overflow near its parameter 0."""


class Interval(NamedTuple):
    """Both ends of one interval, in the unit of the estimate; NaN where there is nothing to estimate from."""

    low: float
    high: float


class Intervals(NamedTuple):
    """Both ends of many intervals, arrays of one shape."""

    low: FloatArray
    high: FloatArray


@overload
def wilson(successes: float, trials: float, *, level: float = LEVEL) -> Interval: ...
@overload
def wilson(successes: FloatArray, trials: FloatArray | float, *, level: float = LEVEL) -> Intervals: ...
def wilson(successes: FloatArray | float, trials: FloatArray | float, *, level: float = LEVEL) -> Interval | Intervals:
    """Score interval of a proportion.

    Args:
        successes: Counts, 0 to `trials`; effective (fractional) counts are allowed. A number or an array.
        trials: Counts; no trials give NaN, not 0 to 1.
        level: Coverage, between 0 and 1.

    Returns:
        An `Interval` for numbers, `Intervals` of the broadcast shape for arrays.

    Raises:
        EstimationError: Negative counts, more successes than trials, or a level outside (0, 1).

    >>> low, high = wilson(3, 10)
    >>> round(low, 4), round(high, 4)
    (0.1078, 0.6032)
    """
    x, n = _counts(successes, trials, level=level)
    z2 = float(stats.norm.ppf(0.5 + level / 2)) ** 2
    centre = (x + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * (x * (n - x) / n + z2 / 4)) / (n + z2)
    return _pair(np.where(x == 0, 0.0 * n, centre - half), np.where(x == n, 1.0 + 0.0 * n, centre + half))


@overload
def clopper_pearson(successes: float, trials: float, *, level: float = LEVEL) -> Interval: ...
@overload
def clopper_pearson(successes: FloatArray, trials: FloatArray | float, *, level: float = LEVEL) -> Intervals: ...
def clopper_pearson(
    successes: FloatArray | float, trials: FloatArray | float, *, level: float = LEVEL
) -> Interval | Intervals:
    """Exact interval of a proportion, by quantiles of the beta distribution; arguments and result as in `wilson`.

    >>> low, high = clopper_pearson(0, 30)
    >>> low, round(high, 4)
    (0.0, 0.1157)
    """
    x, n = _counts(successes, trials, level=level)
    x = np.where(x < NONE, 0.0, np.where(n - x < NONE, n, x))
    tail = (1 - level) / 2
    # The beta distribution has no parameter 0: those ends are exactly 0 and 1, set below.
    low = stats.beta.ppf(tail, np.where(x == 0, 1.0, x), n - x + 1)
    high = stats.beta.ppf(1 - tail, x + 1, np.where(x == n, 1.0, n - x))
    return _pair(np.where(x == 0, 0.0 * n, low), np.where(x == n, 1.0 + 0.0 * n, high))


def _counts(
    successes: FloatArray | float, trials: FloatArray | float, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return both counts broadcast, with NaN where there are no trials."""
    require_share(level, of="level of the interval", open_ends=True)
    x, n = np.broadcast_arrays(np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64))
    if bool(np.any((x < 0) | (x > n))):
        raise EstimationError(
            "Successes must lie between 0 and the trials.",
            cause="A count is negative, or larger than the count that it is part of.",
            next_step="Check that the numerator is a part of the denominator.",
        )
    known = n > 0
    return np.where(known, x, np.nan), np.where(known, n, np.nan)


def _pair(low: FloatArray, high: FloatArray) -> Interval | Intervals:
    return Interval(float(low), float(high)) if np.ndim(low) == 0 else Intervals(low, high)
