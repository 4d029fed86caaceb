"""False non-match rate (FNMR) at a false match rate (FMR), with intervals that know that pairs share people.

A pair matches where its score lies above the threshold. The threshold at an FMR is the score with exactly that share of
the impostors above it, at most. Where fewer than 30 impostors lie above (rule of 30: Doddington et al. 2000, Speech
Communication 31:225), the threshold comes from the fitted tail, and `fitted` says so.

Intervals: bootstrap over people, 2.5 % to 97.5 % of the replicates. Each person gets a weight w from the exponential
distribution (Rubin 1981), an impostor pair w_i w_j and a person's own pairs w_i: the weights of dyadic data, since a
face that resembles many is in many pairs. Sources: Davezies, D'Haultfœuille & Guyonvarch 2021 (Annals of Statistics
49:845); for match rates, Bolle, Ratha & Pankanti 2004 and Fogliato, Patil & Perona 2024 (IJCV 132:5346).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.comparing import BINS, TAIL, Comparison
from analytics.biometrics.evidence.tails import LEAST_EXCESSES, Tail, excess_quantile, fit_tail, moments

Array = NDArray[np.float64]

RULE_OF_30 = 30
REPLICATES = 500
BOUNDS = (0.025, 0.975)
IMPOSTOR_TAIL = 1e-3
"""Share of the impostors that the tail is fitted to, more where that is too few (assumed; its fit is shown)."""
GENUINE_TAIL = 0.1
"""Share of the genuine scores, the least alike, that the lower tail is fitted to (assumed)."""
ENOUGH_EXCESSES = 200
"""Excesses that the fit takes at least, where there are so many."""


class ErrorRate(NamedTuple):
    """Both error rates at one threshold.

    Attributes:
        fmr: False match rate asked for.
        threshold: Score above which a pair matches.
        fnmr, low, high: False non-match rate at the threshold, and its interval with the threshold's own uncertainty.
        fmr_low, fmr_high: Interval of the false match rate at this very threshold.
        impostors, genuine: Pairs that were on the wrong side in the data.
        fitted: Whether threshold or rate come from a fitted tail, beyond what the pairs support.
    """

    fmr: float
    threshold: float
    fnmr: float
    low: float
    high: float
    fmr_low: float
    fmr_high: float
    impostors: int
    genuine: int
    fitted: bool


def impostor_tail(found: Comparison) -> Tail:
    """Fit the upper tail of the impostors' scores.

    Raises:
        FaceError: there are too few impostors.
    """
    count = _excesses(found)
    scores = found.tail.score.astype(np.float64)
    threshold = float(scores[count])
    return fit_tail(scores[:count] - threshold, threshold=threshold, share=count / found.impostors)


def genuine_tail(found: Comparison) -> Tail:
    """Fit the lower tail of the genuine scores, as the upper tail of their negatives.

    Raises:
        FaceError: there are too few genuine pairs.
    """
    distances = np.sort(-found.genuine.score.astype(np.float64))[::-1]
    count = min(max(int(GENUINE_TAIL * len(distances)), LEAST_EXCESSES), len(distances) - 1)
    threshold = float(distances[count])
    return fit_tail(distances[:count] - threshold, threshold=threshold, share=count / len(distances))


def error_rates(
    found: Comparison, fmrs: Sequence[float], *, seed: int = 0, replicates: int = REPLICATES
) -> tuple[ErrorRate, ...]:
    """Return the false non-match rate at each false match rate.

    Args:
        found: All pairs.
        fmrs: False match rates, each in (0, 1). Above 1e-2 the threshold is taken as known, to the width of a bin.
        seed: Seed of the bootstrap.
        replicates: Replicates of the bootstrap.
    """
    tail = impostor_tail(found)
    below = genuine_tail(found)
    alike = np.sort(found.genuine.score)
    thresholds = [_threshold(found, fmr, tail) for fmr in fmrs]
    drawn = _replicates(found, fmrs, thresholds, seed=seed, replicates=replicates)
    low, high = np.quantile(drawn, BOUNDS, axis=0)
    rates = []
    for k, (fmr, threshold) in enumerate(zip(fmrs, thresholds, strict=True)):
        rejected = int(np.searchsorted(alike, threshold, side="right"))
        beyond = fmr * found.impostors < RULE_OF_30
        above = int(np.searchsorted(-found.tail.score, -threshold)) if fmr < TAIL else int(fmr * found.impostors)
        rates.append(
            ErrorRate(
                fmr=fmr,
                threshold=threshold,
                fnmr=rejected / len(alike) if rejected else below.exceeding(-threshold),
                low=float(low[k, 0]),
                high=float(high[k, 0]) if rejected else none_of(len(np.unique(found.person[found.genuine.i]))),
                fmr_low=float(low[k, 1]),
                fmr_high=float(high[k, 1]),
                impostors=above,
                genuine=rejected,
                fitted=beyond or not rejected,
            )
        )
    return tuple(rates)


def equal_error_rate(found: Comparison) -> float:
    """Return the rate at which both errors are equal, to the width of a bin."""
    false_matches = 1 - np.cumsum(found.impostor_histogram()) / found.impostors
    false_non_matches = np.cumsum(found.genuine_histogram()) / len(found.genuine.score)
    crossing = int(np.argmax(false_non_matches >= false_matches))
    return float((false_matches[crossing] + false_non_matches[crossing]) / 2)


def none_of(units: int) -> float:
    """Return the upper end of the interval of a rate of which no case was seen, among so many independent units.

    Resampling cannot say it. Source: Clopper & Pearson 1934, at 0 of n; people are the units, not their pairs.
    """
    return float(1 - BOUNDS[0] ** (1 / units))


def _excesses(found: Comparison) -> int:
    """Return how many impostors the tail is fitted to."""
    wanted = max(int(IMPOSTOR_TAIL * found.impostors), ENOUGH_EXCESSES)
    return max(min(wanted, len(found.tail.score) - 1), 0)


def _threshold(found: Comparison, fmr: float, tail: Tail) -> float:
    allowed = fmr * found.impostors
    if not 0 < fmr < 1:
        raise FaceError("A false match rate lies between 0 and 1.")
    if allowed < RULE_OF_30 and fmr < tail.share:
        return tail.quantile(fmr)
    if allowed < len(found.tail.score):
        return float(found.tail.score[int(allowed)])
    above = found.impostors - np.cumsum(found.impostor_histogram())
    return float(found.edges[1 + min(int(np.argmax(above <= allowed)), BINS - 1)])


def _replicates(
    found: Comparison, fmrs: Sequence[float], thresholds: Sequence[float], *, seed: int, replicates: int
) -> Array:
    """Return FNMR and the FMR at the estimate's threshold of each replicate (replicates, fmrs, 2)."""
    random = np.random.default_rng(seed)
    photos = np.bincount(found.person).astype(np.float64)
    first, second = found.person[found.tail.i], found.person[found.tail.j]
    scores = found.tail.score.astype(np.float64)
    rising = np.argsort(found.genuine.score, kind="stable")
    alike, own = found.genuine.score[rising].astype(np.float64), found.person[found.genuine.i[rising]]
    count = _excesses(found)
    drawn = np.empty((replicates, len(fmrs), 2))
    for replicate in range(replicates):
        weight = random.exponential(size=len(photos))
        total = (np.sum(photos * weight) ** 2 - np.sum((photos * weight) ** 2)) / 2
        pairs = weight[first] * weight[second]
        above = np.cumsum(pairs) / total
        scale, shape = moments(scores[count - 1 :: -1] - scores[count], pairs[count - 1 :: -1])
        rejected = np.cumsum(weight[own])
        for k, (fmr, threshold) in enumerate(zip(fmrs, thresholds, strict=True)):
            place = int(np.searchsorted(-scores, -threshold))
            if fmr * found.impostors < RULE_OF_30:
                share = above[count - 1]
                moved = scores[count] + excess_quantile(min(fmr / share, 1.0), scale, shape)
                rate = share * Tail(0, 1, scale, shape, 0, 0, ()).exceeding(threshold - scores[count])
            elif fmr < above[-1] and place < len(scores):
                moved, rate = scores[np.searchsorted(above, fmr)], above[place - 1] if place else 0.0
            else:
                moved, rate = threshold, fmr
            below = int(np.searchsorted(alike, moved, side="right"))
            drawn[replicate, k] = (rejected[below - 1] / rejected[-1] if below else 0.0), rate
    return drawn
