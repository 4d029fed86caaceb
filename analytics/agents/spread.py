"""How far honest agents differ, and how far each agent lies beyond that: z and p of one indicator.

The spread is the one at which the middle of the agents looks as it should: their randomised quantile residuals (Dunn
and Smyth 1996, J. Comput. Graph. Stat. 5:236), winsorised at either end (Spiegelhalter 2005), have the variance that
winsorised normal residuals have. A few agents far out cannot widen it, and small counts do not narrow it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import optimize, special

from analytics.agents.indicators import Kind
from analytics.agents.tails import binomial_tails, poisson_tails
from analytics.estimation.funnel import WINSORISED_EACH_END, WINSORISED_VARIANCE
from analytics.estimation.inputs import FloatArray

MOST_SPREAD: Final = {"share": 0.5, "rate": 25.0, "mean": 4.0}
"""Widest spread that is looked for (assumed): wider than any that leaves an indicator worth having."""
LEAST_TRIED, TRIED = 1e-4, 20
"""Spreads that are tried, from this part of the widest."""
DRAWS: Final = 4
"""Sets of residuals whose variances are averaged: that of one set is off by a few percent."""
TOLERANCE: Final = 1e-3
LEAST_RATE: Final = 1e-9
"""An expected share is at least this far from 0 and 1: what nobody else does is not impossible."""
FARTHEST: Final = 1e-300
SEED: Final = 20251002
"""Of the random numbers of the residuals; p-values use none."""

Tails = Callable[[float], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One indicator over all agents.

    Attributes:
        spread: Of honest agents: ρ of a share, squared coefficient of variation of a rate, variance of a mean.
        sd: The same as a standard deviation on the scale of the typical share, rate or mean.
        variance: Of one value inside an agent; NaN but for a mean.
        agents: agent_id, exposure, observed, expected, z, p; p one-sided, mid-p.
    """

    spread: float
    sd: float
    variance: float
    agents: pd.DataFrame


def judge(counts: pd.DataFrame, *, kind: Kind, variance: float = float("nan")) -> Judged:
    """Return z and p of every agent.

    Args:
        counts: Of `expect`.
        kind: How the indicator is counted.
        variance: Of one value inside an agent; of a mean alone.
    """
    if counts.empty:
        return Judged(spread=0.0, sd=0.0, variance=variance, agents=counts.assign(z=[], p=[]))
    observed, expected, exposure = (counts[name].to_numpy(float) for name in ("observed", "expected", "exposure"))
    draws = np.random.default_rng(SEED).random((DRAWS, len(counts)))
    if kind == "mean":
        return _judge_mean(counts, observed=observed, expected=expected, exposure=exposure, variance=variance)
    tails: Tails
    if kind == "share":
        share = np.clip(expected / exposure, LEAST_RATE, 1 - LEAST_RATE)
        tails = lambda spread: binomial_tails(observed, exposure, share, spread=spread)  # noqa: E731
    else:
        usual = np.maximum(expected, LEAST_RATE)
        tails = lambda spread: poisson_tails(observed, usual, spread=spread)  # noqa: E731

    def residuals(spread: float) -> FloatArray:
        above, at = tails(spread)
        return _normal(above + draws * at)

    spread = _fitting(residuals, most=MOST_SPREAD[kind])
    above, at = tails(spread)
    p = np.clip(above + at / 2, 0, 1)
    typical = expected.sum() / exposure.sum()
    sd = np.sqrt(spread * typical * (1 - typical)) if kind == "share" else np.sqrt(spread) * typical
    return Judged(spread=spread, sd=float(sd), variance=variance, agents=counts.assign(z=_normal(p), p=p))


def _judge_mean(
    counts: pd.DataFrame, *, observed: FloatArray, expected: FloatArray, exposure: FloatArray, variance: float
) -> Judged:
    distance = (expected - observed) / exposure

    def residuals(spread: float) -> FloatArray:
        scaled: FloatArray = distance / np.sqrt(max(variance, LEAST_RATE) / exposure + spread)
        return scaled

    spread = _fitting(residuals, most=MOST_SPREAD["mean"])
    z = residuals(spread)
    p = special.ndtr(-z)
    return Judged(spread=spread, sd=float(np.sqrt(spread)), variance=variance, agents=counts.assign(z=z, p=p))


def _fitting(residuals: Callable[[float], FloatArray], *, most: float) -> float:
    """Return the smallest spread at which winsorised residuals have their usual variance; 0 where chance explains them.

    Of rare events the variance need not fall that far, and rises again where the spread is too wide: then it is where
    the variance is least.
    """

    def excess(spread: float) -> float:
        return winsorised_variance(residuals(spread)) - 1

    tried = [0.0, *np.geomspace(LEAST_TRIED * most, most, TRIED)]
    found: list[float] = []
    for number, spread in enumerate(tried):
        found.append(excess(spread))
        if found[-1] <= 0:
            return float(optimize.brentq(excess, tried[number - 1], spread, rtol=TOLERANCE)) if number else 0.0
    return float(tried[int(np.argmin(found))])


def winsorised_variance(residuals: FloatArray) -> float:
    """Return the variance of winsorised residuals over that of normal ones; the mean of it where sets lie in rows."""
    sets = np.atleast_2d(residuals)
    low, high = np.quantile(sets, [WINSORISED_EACH_END, 1 - WINSORISED_EACH_END], axis=1)[..., np.newaxis]
    return float(np.var(np.clip(sets, low, high), axis=1).mean() / WINSORISED_VARIANCE)


def _normal(p: FloatArray) -> FloatArray:
    """Return the z above which a share p of a normal variable lies."""
    z: FloatArray = -special.ndtri(np.clip(p, FARTHEST, 1 - 1e-16))
    return z
