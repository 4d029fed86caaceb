"""The tail of a distribution beyond the data: generalised Pareto excesses over a threshold, and how well they fit.

Sources: Pickands 1975 (Annals of Statistics 3:119) for the limit; Hosking & Wallis 1987 (Technometrics 29:339) for the
estimate by probability-weighted moments, which a bootstrap's weights enter directly and which needs no search; it holds
for shapes below one half.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.errors import FaceError

Array = NDArray[np.float64]

LEAST_EXCESSES = 50
"""Excesses below which no tail is fitted (assumed; Hosking & Wallis simulate from 15 on)."""
PARTS = (1e-1, 1e-2, 1e-3)
"""Parts of the tail where the fit is held against the data."""


class Tail(NamedTuple):
    """P(S > s) = share · (1 + shape (s − threshold) / scale)^(−1 / shape) for s above the threshold.

    Attributes:
        threshold: Score where the fit begins.
        share: Share of the distribution above it.
        scale: Positive, in the unit of the score.
        shape: Below 0 the tail ends, above 0 it is heavy.
        excesses: Scores that it was fitted to.
        distance: Largest difference of the fitted and the empirical distribution of the excesses (Kolmogorov–Smirnov).
        observed: Share of all scores above the scores that by the fit a tenth, a hundredth and a thousandth of the tail
            lie above; a good fit's are near these parts of `share`.
    """

    threshold: float
    share: float
    scale: float
    shape: float
    excesses: int
    distance: float
    observed: tuple[float, ...]

    def exceeding(self, score: float) -> float:
        """Return P(S > score), for scores at or above the threshold."""
        excess = max(score - self.threshold, 0.0)
        return self.share * float(_survival(np.array([excess]), self.scale, self.shape)[0])

    def quantile(self, exceeding: float) -> float:
        """Return the score that a share `exceeding`, at most `share`, lies above."""
        return self.threshold + excess_quantile(exceeding / self.share, self.scale, self.shape)


def fit_tail(excesses: Array, *, threshold: float, share: float) -> Tail:
    """Fit the tail of scores.

    Args:
        excesses: Scores less the threshold, all positive, in any order.
        threshold: Where the tail begins.
        share: Share of all scores that lies above.

    Raises:
        FaceError: fewer than 50 excesses.
    """
    if len(excesses) < LEAST_EXCESSES:
        raise FaceError(
            "Too few pairs to fit the tail of their scores.",
            cause=f"{len(excesses)} pairs above the threshold, at least {LEAST_EXCESSES} are needed.",
        )
    rising = np.sort(excesses)
    scale, shape = moments(rising, np.ones(len(rising)))
    fitted = 1 - _survival(rising, scale, shape)
    steps = np.arange(len(rising) + 1) / len(rising)
    distance = float(max(np.max(steps[1:] - fitted), np.max(fitted - steps[:-1])))
    beyond = [float(np.mean(rising > excess_quantile(part, scale, shape))) * share for part in PARTS]
    return Tail(
        threshold=threshold, share=share, scale=scale, shape=shape, excesses=len(rising), distance=distance,
        observed=tuple(beyond),
    )  # fmt: skip


def moments(rising: Array, weight: Array) -> tuple[float, float]:
    """Return scale and shape by the first two weighted L-moments of rising excesses.

    With l1 the mean and l2 half the mean difference, shape = 2 − l1 / l2 and scale = l1 (1 − shape).
    """
    total = weight.sum()
    # Midpoint of each observation's share in the cumulated weight: the plotting position of a weighted sample.
    place = (np.cumsum(weight) - weight / 2) / total
    mean = float(np.sum(weight * rising) / total)
    half_difference = float(np.sum(weight * rising * (2 * place - 1)) / total)
    shape = 2 - mean / max(half_difference, np.finfo(np.float64).tiny)
    return mean * (1 - shape), shape


def excess_quantile(exceeding: float, scale: float, shape: float) -> float:
    """Return the excess that a share `exceeding` of the excesses lies above."""
    if abs(shape) < 1e-9:
        return -scale * float(np.log(exceeding))
    return scale / shape * float(np.expm1(-shape * np.log(exceeding)))


def _survival(excess: Array, scale: float, shape: float) -> Array:
    if abs(shape) < 1e-9:
        return np.exp(-excess / scale)
    base: Array = np.maximum(1 + shape * excess / scale, 0.0) ** (-1 / shape)
    return base
