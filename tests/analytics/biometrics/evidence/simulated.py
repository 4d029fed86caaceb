"""Templates whose scores have a distribution in closed form: people and photos are Gaussian in every dimension.

A person's mean has variance BETWEEN, a photo around it WITHIN. The squared distance of two photos of one person is
2 WITHIN χ²(d), that of two people 2 (BETWEEN + WITHIN) χ²(d); so error rates and likelihood ratios are known.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analytics.biometrics.evidence.norming import Prepared

DIMENSIONS = 8
BETWEEN = 1.0
WITHIN = 0.1

Array = NDArray[np.float64]


def draw(*, people: int, photos: int = 2, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return templates (people × photos, d) and each one's person."""
    random = np.random.default_rng(seed)
    means = random.normal(0, BETWEEN**0.5, (people, DIMENSIONS)).repeat(photos, axis=0)
    vectors = means + random.normal(0, WITHIN**0.5, means.shape)
    return vectors.astype(np.float32), np.arange(people).repeat(photos)


def raw(vectors: NDArray[np.float32]) -> Prepared:
    zero, one = np.zeros(len(vectors), dtype=np.float32), np.ones(len(vectors), dtype=np.float32)
    return Prepared(kind="raw", vectors=vectors, mean=zero, deviation=one)


def true_fmr(score: float) -> float:
    return float(stats.chi2.cdf(score**2 / (2 * (BETWEEN + WITHIN)), DIMENSIONS))


def true_fnmr(score: float) -> float:
    return float(stats.chi2.sf(score**2 / (2 * WITHIN), DIMENSIONS))


def true_threshold(fmr: float) -> float:
    return -float(np.sqrt(2 * (BETWEEN + WITHIN) * stats.chi2.ppf(fmr, DIMENSIONS)))


def true_log10_lr(scores: Array) -> Array:
    """The ratio of the two densities of the squared distance."""
    total = BETWEEN + WITHIN
    natural = DIMENSIONS / 2 * np.log(total / WITHIN) - scores**2 / 4 * (1 / WITHIN - 1 / total)
    return np.asarray(natural / np.log(10))


def true_cllr() -> float:
    """By integration over the quantiles of both distributions."""
    share = (np.arange(200_000) + 0.5) / 200_000
    genuine = -np.sqrt(2 * WITHIN * stats.chi2.ppf(share, DIMENSIONS))
    impostor = -np.sqrt(2 * (BETWEEN + WITHIN) * stats.chi2.ppf(share, DIMENSIONS))
    missed = np.logaddexp(0, -true_log10_lr(genuine) * np.log(10)).mean()
    accused = np.logaddexp(0, true_log10_lr(impostor) * np.log(10)).mean()
    return float((missed + accused) / 2 / np.log(2))
