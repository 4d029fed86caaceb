"""Small areas: does drawing districts together narrow what is known of each, and do the intervals still cover?"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analytics.benchmarks.estimation.measured import Measured
from analytics.benchmarks.estimation.summaries import COVERS
from analytics.estimation import fay_herriot, rank_intervals, ratios, smoothed_variances
from analytics.estimation.inputs import FloatArray

VILLAGES, HOUSEHOLDS, CORRELATION = 8, 5, 0.15
DISTRICTS, UNSAMPLED = 25, 5
"""Sampled districts, and further ones without a sample."""
COVARIATE_CORRELATION = 0.7
MOST_RMSE = 0.70
"""RMSE of the model over that of the districts' own estimates, with the covariate."""
BATCHES = 20
"""Parts of the repetitions between which a ratio's error is measured."""
RANK_DRAWS = 1_000

SETTINGS = ((0.30, 0.05), (0.30, 0.075), (0.30, 0.10), (0.08, 0.03))
"""Mean and standard deviation of the districts' true shares.

Districts without a sample must be covered at least as often as said. They are covered more often (.98–.99) where a
covariate leaves a standard deviation of 2 to 4 points: 25 districts cannot tell it from 6."""


class _Sample(NamedTuple):
    """One repetition: the truth and what each estimator says of it, one row per district."""

    truth: FloatArray
    own: pd.DataFrame
    model: pd.DataFrame
    reml: pd.DataFrame
    ranks: pd.DataFrame


def run(repetitions: int, seed: int) -> list[Measured]:
    """Simulate every setting: 25 districts × 8 villages × 5 households, 5 districts more without a sample."""
    rng = np.random.default_rng(seed)
    found: list[Measured] = []
    for mean, spread in SETTINGS:
        for correlation in (0.0, COVARIATE_CORRELATION):
            label = f"covariate of correlation {correlation}" if correlation else "no covariate"
            setting = f"{DISTRICTS} districts × {VILLAGES * HOUSEHOLDS}, shares {mean} ± {spread}, {label}"
            samples = _samples(rng, repetitions=repetitions, mean=mean, spread=spread, correlation=correlation)
            found += _measured(setting, samples, most_rmse=MOST_RMSE if correlation else None)
    return found


def _samples(
    rng: np.random.Generator, *, repetitions: int, mean: float, spread: float, correlation: float
) -> list[_Sample]:
    """Beta-distributed districts, beta-binomial villages; the districts' own estimates are made all at once."""
    shape = (repetitions, DISTRICTS + UNSAMPLED)
    concentration = mean * (1 - mean) / spread**2 - 1
    truth = rng.beta(mean * concentration, (1 - mean) * concentration, shape)
    noise = rng.standard_normal(shape)
    covariate = correlation * (truth - mean) / spread + np.sqrt(1 - correlation**2) * noise
    within = 1 / CORRELATION - 1
    sampled = np.clip(truth[:, :DISTRICTS, np.newaxis], 1e-9, 1 - 1e-9)
    villages = rng.beta(sampled * within, (1 - sampled) * within, (repetitions, DISTRICTS, VILLAGES))
    districts = np.arange(repetitions * DISTRICTS)
    totals = pd.DataFrame(
        {
            "district": np.repeat(districts, VILLAGES),
            "stratum": np.repeat(districts, VILLAGES),
            "cluster": np.arange(villages.size),
            "numerator": rng.binomial(HOUSEHOLDS, villages).ravel(),
            "denominator": HOUSEHOLDS,
            "n": HOUSEHOLDS,
        }
    )
    own = ratios(totals, by=["district"])
    columns = ["x"] if correlation else []
    samples = []
    for i in range(repetitions):
        direct = own.iloc[i * DISTRICTS : (i + 1) * DISTRICTS].reset_index(drop=True)
        areas = direct.assign(variance=smoothed_variances(direct).variance).reindex(range(DISTRICTS + UNSAMPLED))
        areas["x"] = covariate[i]
        ranks = rank_intervals(areas.iloc[:DISTRICTS], covariates=columns, draws=RANK_DRAWS)
        samples.append(
            _Sample(
                truth=truth[i],
                own=direct,
                model=fay_herriot(areas, covariates=columns).areas,
                reml=fay_herriot(areas, covariates=columns, method="reml").areas,
                ranks=ranks,
            )
        )
    return samples


def _measured(setting: str, samples: list[_Sample], *, most_rmse: float | None) -> list[Measured]:
    """Return coverage, width and RMSE ratios, averages over districts."""
    truth = np.array([sample.truth[:DISTRICTS] for sample in samples])
    elsewhere = np.array([sample.truth[DISTRICTS:] for sample in samples])
    rank = ((-truth).argsort(axis=1).argsort(axis=1) + 1).astype(np.float64)

    def values(name: str, column: str) -> FloatArray:
        return np.array([getattr(sample, name)[column].to_numpy() for sample in samples], dtype=np.float64)

    ends = {name: (values(name, "low"), values(name, "high")) for name in ("own", "model", "reml", "ranks")}
    new = {name: tuple(end[:, DISTRICTS:] for end in ends[name]) for name in ("model", "reml")}
    old = {name: tuple(end[:, :DISTRICTS] for end in ends[name]) for name in ends}
    names = {"own": "own estimate", "model": "Fay–Herriot", "reml": "Fay–Herriot by REML (for comparison)"}
    lines = []
    for name, label in names.items():
        lines.append(_line(setting, label, "coverage", _inside(truth, *old[name]), COVERS if name == "model" else None))
        lines.append(_line(setting, label, "mean width", old[name][1] - old[name][0], None))
    lines.append(
        _line(setting, names["model"], "coverage, no sample", _inside(elsewhere, *new["model"]), (COVERS[0], None))
    )
    lines.append(_line(setting, "rank interval", "coverage", _inside(rank, *old["ranks"]), COVERS))
    lines.append(_line(setting, "rank interval", "mean width", old["ranks"][1] - old["ranks"][0] + 1, None))
    off = (values("own", "value") - truth) ** 2
    for name in ("model", "reml"):
        squares = (values(name, "value")[:, :DISTRICTS] - truth) ** 2
        parts = [
            float(np.sqrt(a.mean() / b.mean()))
            for a, b in zip(np.array_split(squares, BATCHES), np.array_split(off, BATCHES), strict=True)
        ]
        lines.append(
            Measured(
                setting,
                names[name],
                "RMSE / RMSE of own estimates",
                float(np.sqrt(squares.mean() / off.mean())),
                float(np.std(parts, ddof=1) / np.sqrt(BATCHES)),
                None,
                most_rmse if name == "model" else None,
            )
        )
    return lines


def _inside(truth: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    return ((low <= truth) & (truth <= high)).astype(np.float64)


def _line(
    setting: str, estimator: str, quantity: str, values: FloatArray, required: tuple[float, float | None] | None
) -> Measured:
    """Return the mean of samples × districts; its error is that between samples."""
    by_sample = values.mean(axis=1)
    least, most = required or (None, None)
    error = float(by_sample.std(ddof=1) / np.sqrt(len(by_sample)))
    return Measured(setting, estimator, quantity, float(by_sample.mean()), error, least, most)
