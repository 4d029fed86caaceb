"""Shares of many groups at once, small ones drawn towards the others: a beta-binomial model.

Each group's true share comes from one beta distribution, its count is binomial. Putting one best guess of that
distribution in (empirical Bayes, Carlin & Louis 2009, Bayesian Methods for Data Analysis, 5.2–5.4) gives intervals that
are too short: it may be wrong itself, and its spread is guessed as 0 in many samples of few groups. So intervals are
the quantiles of the posterior with the distribution's mean and spread integrated out on a grid, under priors that are
flat in the mean and in the square root of the spread (the intraclass correlation 1 / (a + b + 1); Gelman 2006, Bayesian
Analysis 1:515, for why flat in the standard deviation).

They cover on average over the groups, not each by itself: the group that stands out most is covered less often.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from analytics.estimation.inputs import EstimationError, FloatArray, IntArray, require_share
from analytics.estimation.intervals import LEVEL

MEANS, SPREADS = 21, 17
"""Points of the grid; it is laid twice, the second time where the first found weight."""
WIDEST = 0.9
"""Largest standard deviation between groups, as a part of the largest that shares can have."""
NEGLIGIBLE = 1e-4
"""Points of the grid that weigh less than this part of the heaviest are left out."""
HALVINGS = 18
"""Steps of the search for a quantile: an error below .00001."""


@dataclass(frozen=True, kw_only=True)
class Shrunk:
    """Shares of groups.

    Attributes:
        groups: One row a group, in the order given: value (posterior mean), low, high, raw (its own share, NaN without
            cases).
        centre: Mean of the distribution that the groups come from.
        low: Its interval.
        high: Its interval.
        spread: Standard deviation of the groups' true shares (posterior median).
    """

    groups: pd.DataFrame
    centre: float
    low: float
    high: float
    spread: float


def shrunk_shares(successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = LEVEL) -> Shrunk:
    """Estimate the share of every group, and what the groups have in common.

    Args:
        successes: Count of each group.
        trials: Count of each group that the first is a part of; a group without any is what the others say of it.
        level: Coverage of the intervals.

    Raises:
        EstimationError: no group, counts of different lengths, negative, or more successes than trials.
    """
    require_share(level, of="level of the interval", open_ends=True)
    x, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    if x.shape != n.shape or x.ndim != 1 or not len(x) or bool((~((x >= 0) & (x <= n))).any()):
        raise EstimationError(
            "The groups' shares cannot be estimated.",
            cause="Each group needs a count and what it is a part of, not negative, the first not above the second.",
            next_step="Give two lists of the same length with at least one group.",
        )
    pairs, which, times = np.unique(np.stack([x, n]), axis=1, return_inverse=True, return_counts=True)
    mean, root, weight = _posterior(pairs, times, means=(0.0, 1.0), roots=(0.0, WIDEST))
    mean, root, weight = _posterior(pairs, times, means=_around(mean, 1.0, MEANS), roots=_around(root, WIDEST, SPREADS))
    correlation = root**2
    a, b = mean * (1 / correlation - 1), (1 - mean) * (1 / correlation - 1)
    value = weight @ ((a[:, None] + pairs[0]) / ((a + b)[:, None] + pairs[1]))
    tail = (1 - level) / 2
    low, high = (_quantile(share, a, b, weight, pairs) for share in (tail, 1 - tail))
    groups = pd.DataFrame({"value": value, "low": low, "high": high}).iloc[which.ravel()].reset_index(drop=True)
    with np.errstate(invalid="ignore"):
        groups["raw"] = np.where(n > 0, x / np.where(n > 0, n, 1), np.nan)
    spreads = np.sqrt(mean * (1 - mean) * correlation)
    return Shrunk(
        groups=groups,
        centre=float(weight @ mean),
        low=_weighted_quantile(mean, weight, tail),
        high=_weighted_quantile(mean, weight, 1 - tail),
        spread=_weighted_quantile(spreads, weight, 0.5),
    )


def _posterior(
    pairs: FloatArray, times: IntArray, *, means: tuple[float, float], roots: tuple[float, float]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean, root of the intraclass correlation and weight of the grid's points that have weight."""
    mean, root = (
        grid.ravel() for grid in np.meshgrid(_middles(*means, MEANS), _middles(*roots, SPREADS), indexing="ij")
    )
    size = 1 / root**2 - 1
    a, b = mean * size, (1 - mean) * size
    own = special.betaln(a[:, None] + pairs[0], b[:, None] + pairs[1] - pairs[0]) - special.betaln(a, b)[:, None]
    log = own @ times
    weight = np.exp(log - log.max())
    kept = weight > NEGLIGIBLE
    return mean[kept], root[kept], weight[kept] / weight[kept].sum()


def _middles(low: float, high: float, count: int) -> FloatArray:
    found: FloatArray = low + (high - low) * (np.arange(count) + 0.5) / count
    return found


def _around(points: FloatArray, most: float, count: int) -> tuple[float, float]:
    """Return the span of some points of a grid over 0 to `most` with the cells next to them."""
    cell = most / count
    return max(float(points.min()) - cell, 0.0), min(float(points.max()) + cell, most)


def _quantile(share: float, a: FloatArray, b: FloatArray, weight: FloatArray, pairs: FloatArray) -> FloatArray:
    """Return the quantile of each group's mixture of beta distributions, by halving."""
    up, down = a[:, None] + pairs[0], b[:, None] + pairs[1] - pairs[0]
    low, high = np.zeros(pairs.shape[1]), np.ones(pairs.shape[1])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = weight @ special.betainc(up, down, middle) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def _weighted_quantile(values: FloatArray, weight: FloatArray, share: float) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.searchsorted(np.cumsum(weight[order]), share)
    return float(values[order][min(int(reached), len(values) - 1)])
