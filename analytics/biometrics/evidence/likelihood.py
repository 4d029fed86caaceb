"""From scores to likelihood ratios, what they cost (Cllr), and how far the data support them.

All work on binned scores: counts of genuine and impostor pairs by bin, rising.

Sources: Brümmer & du Preez 2006 (Computer Speech and Language 20:230) for Cllr, its minimum by pool-adjacent-violators
and logistic calibration; Vergeer et al. 2016 (Science & Justice 56:482) for the empirical bounds; Brümmer & Doddington
2013 (Interspeech) for the logistic objective at several priors, which weighs proper scoring rules.
"""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, model_validator

from analytics.biometrics.errors import FaceError

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Method = Literal["logistic", "hinged", "isotonic"]
METHODS: tuple[Method, ...] = ("logistic", "hinged", "isotonic")

PRIORS = (0.0, -2.0, -4.0)
"""log10 prior odds that the hinged fit is good at: an even question, and pairs that a search brings up."""
KNOTS = (0.5, 1e-1, 1e-2, 1e-3, 1e-4)
"""Shares of the impostors above the knots of the hinged fit."""
LEAST_PAIRS = 30
"""Impostor pairs above the last knot, at least."""
LOG10 = math.log(10)


class ScoreMap(BaseModel):
    """A rising function from scores to log10 likelihood ratios: linear between knots, level beyond the bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method
    scores: tuple[float, ...]
    """Knots, rising."""
    log10_lr: tuple[float, ...]
    """Values at the knots, never falling."""
    low: float
    """Least log10 likelihood ratio that the data support."""
    high: float
    """Greatest log10 likelihood ratio that the data support."""

    @model_validator(mode="after")
    def _rises(self) -> "ScoreMap":
        if len(self.scores) != len(self.log10_lr) or len(self.scores) < 2 or self.low > self.high:
            raise ValueError("a map takes two knots or more and bounds in order")
        if (np.diff(self.scores) <= 0).any() or (np.diff(self.log10_lr) < 0).any():
            raise ValueError("a map must rise")
        return self

    def __call__(self, scores: NDArray[np.floating]) -> Array:
        """Return log10 likelihood ratios, float64 of the scores' shape; NaN stays NaN."""
        x, y = np.array(self.scores), np.array(self.log10_lr)
        found = np.interp(scores, x, y)
        found = np.where(scores < x[0], y[0] + (scores - x[0]) * (y[1] - y[0]) / (x[1] - x[0]), found)
        found = np.where(scores > x[-1], y[-1] + (scores - x[-1]) * (y[-1] - y[-2]) / (x[-1] - x[-2]), found)
        return np.asarray(np.clip(found, self.low, self.high), dtype=np.float64)


def cllr(log10_lr: Array, genuine: Counts, impostor: Counts) -> float:
    """Return the cost of likelihood ratios in bits: 0 = perfect, 1 = as good as knowing nothing."""
    return cross_entropy(log10_lr, genuine, impostor, prior=0.0)


def cross_entropy(log10_lr: Array, genuine: Counts, impostor: Counts, *, prior: float) -> float:
    """Return the cross-entropy of the posteriors at prior odds 10^prior over that of the prior alone (empty: NaN)."""
    share = 1 / (1 + 10**-prior)
    at = (log10_lr + prior) * LOG10
    with np.errstate(over="ignore"):
        missed = _mean(np.logaddexp(0, -at), genuine)
        accused = _mean(np.logaddexp(0, at), impostor)
    entropy = -share * math.log(share) - (1 - share) * math.log1p(-share)
    return float((share * missed + (1 - share) * accused) / entropy)


def isotonic(genuine: Counts, impostor: Counts) -> Array:
    """Return the log10 likelihood ratio of each bin by pool-adjacent-violators; −inf and inf where one kind is absent.

    Their Cllr is the least that any rising function of the score can have on these pairs.
    """
    weight = genuine / max(genuine.sum(), 1) + impostor / max(impostor.sum(), 1)
    share = np.divide(genuine / max(genuine.sum(), 1), weight, out=np.zeros(len(weight)), where=weight > 0)
    filled = np.flatnonzero(weight > 0)
    pooled = _pool(share[filled], weight[filled])
    with np.errstate(divide="ignore"):
        known = np.log10(pooled) - np.log10(1 - pooled)
    # An empty bin says what the next lower one says.
    return known[np.maximum(np.searchsorted(filled, np.arange(len(weight)), side="right") - 1, 0)]


def least_cllr(genuine: Counts, impostor: Counts) -> float:
    """Return the Cllr after the best rising calibration: what the scores themselves lose (Cllr_min)."""
    return cllr(isotonic(genuine, impostor), genuine, impostor)


def fit_map(method: Method, scores: Array, genuine: Counts, impostor: Counts) -> ScoreMap:
    """Learn log10 likelihood ratios.

    Args:
        method: `logistic` is a straight line fitted at even odds; `hinged` a rising chain of lines whose knots lie at
            shares of the impostors, fitted at several priors so that its upper end holds; `isotonic` steps.
        scores: Middles of the bins, rising.
        genuine, impostor: Pairs by bin.

    Raises:
        FaceError: there are no genuine or no impostor pairs.
    """
    if not genuine.sum() or not impostor.sum():
        raise FaceError("A likelihood ratio takes pairs of one person and of two.")
    if method == "isotonic":
        x, y = _steps(scores, genuine, impostor)
    else:
        knots = _knots(scores, impostor) if method == "hinged" else np.array([scores[0]])
        x, y = _chain(scores, genuine, impostor, knots=knots, priors=PRIORS if method == "hinged" else (0.0,))
    unbounded = ScoreMap(method=method, scores=tuple(x), log10_lr=tuple(y), low=-math.inf, high=math.inf)
    low, high = supported(unbounded(scores), genuine, impostor)
    return unbounded.model_copy(update={"low": low, "high": high})


def supported(log10_lr: Array, genuine: Counts, impostor: Counts) -> tuple[float, float]:
    """Return the range of log10 likelihood ratios that the pairs support (ELUB).

    With the decision threshold at a likelihood ratio of t, at prior odds 1/t, the likelihood ratios must do better than
    a decision by the prior alone, even with one more misleading pair of either kind. The range is where they do, around
    1; beyond, nothing is claimed.
    """
    order = np.argsort(log10_lr, kind="stable")
    values, own, other = log10_lr[order], genuine[order], impostor[order]
    missed = (np.cumsum(own) + 1) / (own.sum() + 1)
    accused = (other.sum() - np.cumsum(other) + 1) / (other.sum() + 1)
    odds = 10.0 ** -np.clip(values, -300, 300)
    cost = (missed * odds + accused) / np.minimum(odds, 1)
    good = cost < 1
    upper = np.flatnonzero(values >= 0)
    lower = np.flatnonzero(values < 0)[::-1]
    return _last(values, good, lower), _last(values, good, upper)


def _last(values: Array, good: NDArray[np.bool_], places: NDArray[np.intp]) -> float:
    """Return the value of the last place before the first one that is not good; 0 where the first is not."""
    bad = np.flatnonzero(~good[places])
    kept = places[: bad[0]] if bad.size else places
    return float(values[kept[-1]]) if kept.size else 0.0


def _knots(scores: Array, impostor: Counts) -> Array:
    above = 1 - np.cumsum(impostor) / impostor.sum()
    shares = [share for share in KNOTS if share * impostor.sum() >= LEAST_PAIRS]
    return np.unique([scores[0], *(scores[int(np.argmax(above <= share))] for share in shares)])


def _chain(
    scores: Array, genuine: Counts, impostor: Counts, *, knots: Array, priors: tuple[float, ...]
) -> tuple[Array, Array]:
    """Return knots and values of the rising chain of lines with the least cross-entropy over the priors."""
    from scipy.optimize import minimize  # noqa: PLC0415 - takes a second to load

    ends = np.append(knots[1:], scores[-1])
    # Each column climbs from 0 to 1 along its own stretch: a slope that is not negative makes the chain rise.
    climbs = np.clip((scores[:, None] - knots) / (ends - knots), 0, 1)
    own, other = genuine / genuine.sum(), impostor / impostor.sum()

    def loss(free: Array) -> tuple[float, Array]:
        value, slope = 0.0, np.zeros(len(scores))
        height = free[0] + climbs @ free[1:]
        for prior in priors:
            share = 1 / (1 + 10**-prior)
            at = height + prior * LOG10
            entropy = -share * math.log(share) - (1 - share) * math.log1p(-share)
            cost = share * own @ np.logaddexp(0, -at) + (1 - share) * other @ np.logaddexp(0, at)
            probability = 1 / (1 + np.exp(-np.clip(at, -700, 700)))
            value += float(cost) / entropy
            slope += ((1 - share) * other * probability - share * own * (1 - probability)) / entropy
        return value, np.append(slope.sum(), climbs.T @ slope)

    start = np.append(-5.0, np.full(len(knots), 10.0 / len(knots)))
    bounds = [(None, None), *[(0, None)] * len(knots)]
    options = {"maxiter": 5_000, "maxfun": 20_000, "ftol": 1e-13, "gtol": 1e-9}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    heights = found.x[0] + np.concatenate([[0.0], np.cumsum(found.x[1:])])
    return np.append(knots, scores[-1]), heights / LOG10


def _steps(scores: Array, genuine: Counts, impostor: Counts) -> tuple[Array, Array]:
    """Return the ends of the level stretches of pool-adjacent-violators, the infinite ones left to the bounds."""
    values = isotonic(genuine, impostor)
    finite = np.flatnonzero(np.isfinite(values))
    if finite.size < 2:
        raise FaceError("The scores of one person's pairs and of others' do not overlap: too few pairs to calibrate.")
    values = values[finite]
    ends = np.flatnonzero(np.concatenate([[True], np.diff(values) > 0, [True]])[:-1])
    ends = np.unique(np.concatenate([ends, np.maximum(ends - 1, 0), [len(values) - 1]]))
    return scores[finite][ends], values[ends]


def _pool(share: Array, weight: Array) -> Array:
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - takes a second to load

    return np.asarray(isotonic_regression(share, weights=weight).x, dtype=np.float64)


def _mean(values: Array, counts: Counts) -> float:
    filled = counts > 0
    return float(values[filled] @ counts[filled] / counts.sum()) if filled.any() else math.nan
