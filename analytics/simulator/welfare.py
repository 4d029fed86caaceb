"""Latent welfare, who is entitled in truth, and the DTSEN decile that only sees it through a proxy-means test."""

from dataclasses import dataclass

import numpy as np

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Number, Whole, stream
from analytics.simulator.geography import Villages
from analytics.simulator.households import Households

PROGRAMMES = ("PKH", "BPNT")


@dataclass(frozen=True, kw_only=True)
class Welfare:
    """One entry a family.

    Attributes:
        consumption: True consumption, rupiah a head and month.
        standing: Standardised log consumption, poorest lowest.
        rank: Rank among the real families, 0 poorest to 1.
        decile: True decile of the regency, 1 poorest.
    """

    consumption: Number
    standing: Number
    rank: Number
    decile: Whole


def draw_welfare(*, people: Households, villages: Villages, seed: int) -> Welfare:
    """Draw lognormal consumption with village, size and age effects; a double has the welfare of its original."""
    rng = stream(seed, "welfare")
    real = slice(0, people.real)
    level = villages.welfare[people.village[real]] + p.SIZE_EFFECT * (people.size[real] - 3.1)
    level += np.where(people.head_age[real] >= 70, p.OLD_HEAD_EFFECT, 0.0)
    log = np.log(p.MEDIAN_CONSUMPTION) + level + p.FAMILY_SPREAD * rng.standard_normal(people.real)
    standing = (log - log.mean()) / log.std()
    rank = ranks(log)
    source = np.where(people.double, people.original, np.arange(len(people.village)))
    return Welfare(
        consumption=np.round(np.exp(log))[source],
        standing=standing[source],
        rank=rank[source],
        decile=np.minimum((rank * 10).astype(np.int64) + 1, 10)[source],
    )


def ranks(values: Number) -> Number:
    """Rank of each value, from just above 0 for the smallest to just below 1."""
    order = np.argsort(values, kind="stable")
    rank = np.empty(len(values))
    rank[order] = (np.arange(len(values)) + 0.5) / len(values)
    return rank


def entitlement(*, people: Households, welfare: Welfare, has_category: Flags) -> dict[str, Flags]:
    """Tell who is entitled in truth: the poorest for BPNT, the poorest with a category for PKH. Doubles are not."""
    bpnt = (welfare.rank < p.ENTITLED_BPNT) & ~people.double
    eligible = np.flatnonzero(has_category & ~people.double)
    count = min(round(p.ENTITLED_PKH * people.real), len(eligible))
    pkh = np.zeros(len(bpnt), bool)
    pkh[eligible[np.argsort(welfare.rank[eligible], kind="stable")[:count]]] = True
    return {"PKH": pkh, "BPNT": bpnt}


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """The DTSEN ranking.

    Attributes:
        decile: National decile, 1 poorest.
        error: Standardised error of the proxy-means score: above 0 where a family looks better off than it is.
    """

    decile: Whole
    error: Number


def proxy_means(*, welfare: Welfare, predictors: Number, seed: int) -> Ranking:
    """Rank the families as a proxy-means test of the wanted R² would, with errors that follow the assets.

    Args:
        welfare: Latent welfare.
        predictors: F x k matrix of what the test sees.
        seed: Seed of the simulation.
    """
    rng = stream(seed, "proxy means")
    design = np.column_stack((np.ones(len(predictors)), predictors))
    # Normal equations: the matrix is tall, so this is faster than a factorisation and exact enough for a ranking.
    weights = np.linalg.lstsq(design.T @ design, design.T @ welfare.standing, rcond=None)[0]
    fitted = design @ weights
    slope = np.cov(fitted, welfare.standing)[0, 1] / welfare.standing.var(ddof=1)
    error = fitted - slope * welfare.standing
    error = error / error.std() * 0.7 + np.sqrt(1 - 0.7**2) * rng.standard_normal(len(error))
    error = (error - error.mean()) / error.std()
    score = np.sqrt(p.PMT_R2) * welfare.standing + np.sqrt(1 - p.PMT_R2) * error
    # The regency is a little better off than the country: share q of the country is share q**power of the regency.
    power = np.log(p.DECILES_1_TO_4) / np.log(0.4)
    edges = np.arange(1, 10) / 10.0
    decile = np.searchsorted(edges**power, ranks(score), side="right") + 1
    return Ranking(decile=decile, error=error)
