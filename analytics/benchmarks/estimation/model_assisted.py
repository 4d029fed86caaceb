"""Model-assisted estimates: coverage with good, bad and miscalibrated models, and what they do to the width."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy import stats

from analytics.benchmarks.estimation.measured import Measured
from analytics.benchmarks.estimation.summaries import covered, mean_width, width_ratio
from analytics.estimation import assisted
from analytics.estimation.inputs import FloatArray, IntArray

FAMILIES, CHECKS = 40_000, 1_000
VILLAGES, A_VILLAGE, VISITED = 400, 100, 50
SHARE = 0.41
SIGNAL = 1.466
"""Distance of the two classes' normal scores that gives AUC .85: √2 Φ⁻¹(.85)."""
NARROW, NEVER_WIDER = 0.82, 1.02
"""Width over the classical one at AUC .85, and at most with a useless model."""

Model = Callable[[FloatArray], FloatArray]


def run(repetitions: int, seed: int) -> list[Measured]:
    """Simulate a frame once and draw from it, for each model and design."""
    rng = np.random.default_rng(seed)
    models: dict[str, tuple[Model, float | None]] = {
        "AUC .85, calibrated": (_calibrated, NARROW),
        "AUC .85, miscalibrated (squared, shifted by .2)": (lambda score: _calibrated(score) ** 2 * 0.8 + 0.2, None),
        "useless (noise)": (lambda score: rng.random(len(score)), NEVER_WIDER),
        "useless (constant .9)": (lambda score: np.full(len(score), 0.9), NEVER_WIDER),
    }
    found: list[Measured] = []
    for name, (model, most) in models.items():
        truth, score, village = _frame(rng, spread=0.0)
        setting = f"n = {CHECKS:,} families one by one, model {name}"
        found += _assisted(setting, _one_by_one(rng, truth, model(score), repetitions), truth.mean(), most=most)
        truth, score, village = _frame(rng, spread=0.45)
        setting = f"{VISITED} villages × 20, model {name}"
        draws = _by_village(rng, truth, model(score), village, repetitions)
        found += _assisted(setting, draws, truth.mean(), most=NEVER_WIDER if most == NEVER_WIDER else None)
    return found


def _frame(rng: np.random.Generator, *, spread: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return truth (0 or 1), the score of a model with AUC .85, and the village of every family."""
    village = np.repeat(np.arange(VILLAGES), A_VILLAGE)
    pull = rng.standard_normal(VILLAGES)[village] * spread
    share = stats.norm.cdf(stats.norm.ppf(SHARE) * np.sqrt(1 + spread**2) + pull)
    truth = (rng.random(FAMILIES) < share).astype(float)
    return truth, rng.standard_normal(FAMILIES) + SIGNAL * truth, village.astype(float)


def _calibrated(score: FloatArray) -> FloatArray:
    odds = SHARE / (1 - SHARE) * np.exp(SIGNAL * score - SIGNAL**2 / 2)
    return odds / (1 + odds)


def _one_by_one(
    rng: np.random.Generator, truth: FloatArray, predicted: FloatArray, repetitions: int
) -> Iterator[tuple[pd.DataFrame, float]]:
    for _ in range(repetitions):
        drawn = rng.choice(FAMILIES, CHECKS, replace=False)
        totals = _totals(drawn, truth[drawn], predicted[drawn], np.ones(CHECKS))
        yield totals.assign(unsampled=1 - CHECKS / FAMILIES), float(predicted.mean())


def _by_village(
    rng: np.random.Generator, truth: FloatArray, predicted: FloatArray, village: FloatArray, repetitions: int
) -> Iterator[tuple[pd.DataFrame, float]]:
    for _ in range(repetitions):
        visited = rng.choice(VILLAGES, VISITED, replace=False)
        inside = np.argsort(rng.random((VISITED, A_VILLAGE)), axis=1)[:, :20]
        drawn = (visited[:, None] * A_VILLAGE + inside).ravel()
        sums = _totals(village[drawn], truth[drawn], predicted[drawn], np.ones(len(drawn)))
        yield sums.groupby(["stratum", "cluster"], as_index=False).sum(), float(predicted.mean())


def _totals(
    cluster: FloatArray | IntArray, truth: FloatArray, predicted: FloatArray, weight: FloatArray
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "stratum": "all",
            "cluster": cluster,
            "numerator": weight * truth,
            "denominator": weight,
            "n": 1,
            "predicted_numerator": weight * predicted,
            "predicted_denominator": weight,
        }
    )


def _assisted(
    setting: str, draws: Iterator[tuple[pd.DataFrame, float]], truth: float, *, most: float | None
) -> list[Measured]:
    found = pd.concat(
        [
            assisted(
                totals,
                pd.DataFrame({"predicted_numerator": [whole], "predicted_denominator": [1.0]}),
                by=[],
            )
            for totals, whole in draws
        ],
        ignore_index=True,
    )
    classical = found[["direct_low", "direct_high"]].set_axis(["low", "high"], axis="columns")
    return [
        covered(setting, "PPI++", found, truth),
        covered(setting, "direct", classical, truth),
        mean_width(setting, "PPI++", found),
        width_ratio(setting, "PPI++", found, classical, most=most),
    ]
