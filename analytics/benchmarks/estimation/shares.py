"""Direct estimates: do their intervals cover what they say, in villages, in districts, for rare events, for n = 30?"""

from typing import Any

import numpy as np
import pandas as pd

from analytics.benchmarks.estimation.measured import Measured
from analytics.benchmarks.estimation.summaries import covered
from analytics.estimation import clopper_pearson, ratios, wilson

SHARE, CORRELATION = 0.41, 0.045
"""Share not entitled and intra-village correlation of the reference setting (Alatas et al. 2012)."""

CHEAP = 10
"""Direct estimates of all samples are made at once, so that ten times as many cost little."""


def run(repetitions: int, seed: int) -> list[Measured]:
    """Simulate every setting of direct estimates."""
    rng = np.random.default_rng(seed)
    found: list[Measured] = []
    repetitions *= CHEAP
    settings: dict[str, dict[str, Any]] = {
        "50 villages × 20, share .41, correlation .045": {"share": SHARE, "correlation": CORRELATION},
        "50 villages × 20, share .41, correlation .15": {"share": SHARE, "correlation": 0.15},
        "50 villages × 20 in 25 strata": {"share": SHARE, "correlation": CORRELATION, "strata": 25},
        "50 villages × 20, unequal weights": {"share": SHARE, "correlation": CORRELATION, "weighted": True},
        "rare events: share .01 to .05, 50 villages × 20, correlation .1": {"share": (0.01, 0.05), "correlation": 0.1},
        "rare events: share .02, 50 villages × 20, correlation .15": {"share": 0.02, "correlation": 0.15},
        "25 districts × 40, each by itself (8 villages × 5, correlation .15)": {
            "share": (0.15, 0.45), "correlation": 0.15, "villages": 8, "households": 5,
        },
    }  # fmt: skip
    for setting, options in settings.items():
        found += _clustered(rng, setting, repetitions=repetitions, **options)
    return found + _independent(rng, repetitions=repetitions)


def _clustered(
    rng: np.random.Generator, setting: str, *, repetitions: int, share: float | tuple[float, float], correlation: float,
    villages: int = 50, households: int = 20, strata: int = 1, weighted: bool = False,
) -> list[Measured]:  # fmt: skip
    """Beta-binomial villages, all samples estimated at once."""
    count = repetitions
    truth = rng.uniform(*share, count) if isinstance(share, tuple) else np.full(count, share)
    spread = (1 - correlation) / correlation
    shape = (count, villages)
    ones = np.ones(shape)
    shares = rng.beta(truth[:, None] * spread * ones, (1 - truth[:, None]) * spread * ones)
    weight = rng.uniform(0.5, 2, shape) if weighted else np.ones(shape)
    village = np.tile(np.arange(villages), count)
    totals = pd.DataFrame(
        {
            "sample": np.repeat(np.arange(count), villages),
            "stratum": village % strata,
            "cluster": village,
            "numerator": (weight * rng.binomial(households, shares)).ravel(),
            "denominator": (weight * households).ravel(),
            "n": households,
        }
    )
    estimates = ratios(totals, by=["sample"])
    found = [covered(setting, "direct, villages as clusters", estimates, truth)]
    if setting.startswith("50 villages × 20, share .41"):
        value = estimates["value"].to_numpy()
        half = 1.96 * np.sqrt(value * (1 - value) / estimates["n"].to_numpy())
        naive = pd.DataFrame({"low": value - half, "high": value + half})
        found.append(covered(setting, "villages ignored (for comparison)", naive, truth, required=False))
    return found


def _independent(rng: np.random.Generator, *, repetitions: int) -> list[Measured]:
    """30 checks drawn one by one; the share differs from sample to sample, since counts are coarse."""
    count = repetitions
    truth = rng.uniform(0.05, 0.5, count)
    seen = rng.binomial(30, truth).astype(float)
    setting = "n = 30, share .05 to .5"
    ends = wilson(seen, 30.0)
    exact = clopper_pearson(seen, 30.0)
    return [
        covered(setting, "Wilson", pd.DataFrame({"low": ends.low, "high": ends.high}), truth),
        covered(
            setting,
            "Clopper–Pearson (never below nominal by construction)",
            pd.DataFrame({"low": exact.low, "high": exact.high}),
            truth,
            most=None,
        ),
        _one_by_one(rng, setting, repetitions=repetitions),
    ]


def _one_by_one(rng: np.random.Generator, setting: str, *, repetitions: int) -> Measured:
    """The same through the estimator of clusters, each family its own."""
    truth = rng.uniform(0.05, 0.5, repetitions)
    family = np.tile(np.arange(30), repetitions)
    totals = pd.DataFrame(
        {
            "sample": np.repeat(np.arange(repetitions), 30),
            "stratum": "all",
            "cluster": family,
            "numerator": (rng.random(30 * repetitions) < np.repeat(truth, 30)).astype(float),
            "denominator": 1.0,
            "n": 1,
        }
    )
    return covered(setting, "direct, families drawn one by one", ratios(totals, by=["sample"]), truth)
