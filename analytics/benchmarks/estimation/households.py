"""Draws from the real households of 2008, where the truth of every family is known."""

from pathlib import Path

import numpy as np
import pandas as pd

from analytics.benchmarks.estimation.measured import Measured
from analytics.benchmarks.estimation.summaries import covered, mean_width, width_ratio
from analytics.estimation import assisted
from analytics.estimation.inputs import FloatArray, IntArray
from validation.errors import ExportError

DRAWS = (100, 200, 500)
POOR_QUANTILE = 0.305
"""Share of the poor in the study itself (Alatas et al. 2012)."""
FOLDS = 5
RIDGE = 10.0
"""Penalty of the proxy-means regression, in rows (assumed; the estimate holds for any)."""
FEATURES = (
    "pcfloor", "tfloor", "twall", "toilet", "water", "lighting", "troof", "fcook", "house", "hhsize", "hhage",
    "hhmarried", "depratio", "ac", "computer", "radio", "tv", "dvd", "satellite", "gas", "refrigerator", "bicycle",
    "motorcycle", "auto", "hp", "jewelry", "chicken", "cow", "age04", "eschild", "jschild", "sschild",
)  # fmt: skip
"""Columns that a visit to the house can see; nothing of consumption, ranking or the experiment."""


def run(path: Path, repetitions: int, seed: int) -> list[Measured]:
    """Draw receivers of the cash and estimate the inclusion error: its truth is known for all of them.

    Args:
        path: households.csv of the study's replication data.
        repetitions: Draws of each size.
        seed: Of the draws.

    Raises:
        ExportError: the file is not there or lacks a column.
    """
    rng = np.random.default_rng(seed)
    wrong, features, fold = _receivers(path)
    found: list[Measured] = []
    for size in DRAWS:
        setting = f"2012 data: {size} of {len(wrong):,} receivers"
        rows = pd.concat([_one(rng, wrong, features, fold, size) for _ in range(repetitions)], ignore_index=True)
        classical = rows[["direct_low", "direct_high"]].set_axis(["low", "high"], axis="columns")
        found += [
            covered(setting, "PPI++, cross-fitted by village", rows, wrong.mean()),
            covered(setting, "direct", classical, wrong.mean()),
            mean_width(setting, "PPI++, cross-fitted by village", rows),
            mean_width(setting, "direct", classical),
            width_ratio(setting, "PPI++, cross-fitted by village", rows, classical, most=None),
        ]
    return found


def _receivers(path: Path) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return for every receiver: whether it is not poor, its standardised features, and the fold of its village."""
    if not path.is_file():
        raise ExportError(f"There is no file {path.name} of the 2012 study.", next_step="Give --households its path.")
    frame = pd.read_csv(path, na_values=["."])
    missing = [name for name in (*FEATURES, "consumption", "treated", "ea") if name not in frame.columns]
    if missing:
        raise ExportError(
            f"{path.name} lacks {', '.join(missing)}.", next_step="Use households.csv of the replication data."
        )
    frame = frame[frame["consumption"].notna()]
    wrong = frame["consumption"] > np.quantile(frame["consumption"], POOR_QUANTILE)
    chosen = (frame["treated"] == 1).to_numpy()
    features = frame[list(FEATURES)].fillna(frame[list(FEATURES)].median()).to_numpy(dtype=np.float64)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    villages = pd.factorize(frame["ea"])[0].astype(np.int64)
    return wrong.to_numpy(dtype=np.float64)[chosen], features[chosen], villages[chosen] % FOLDS


def _one(rng: np.random.Generator, wrong: FloatArray, features: FloatArray, fold: IntArray, size: int) -> pd.DataFrame:
    """Draw once, learn from the draw by folds of villages, and estimate."""
    drawn = rng.choice(len(wrong), size, replace=False)
    predicted = np.empty(len(wrong))
    for each in range(FOLDS):
        seen = drawn[fold[drawn] != each]
        predicted[fold == each] = _ridge(features[seen], wrong[seen], features[fold == each])
    totals = pd.DataFrame(
        {
            "stratum": "all",
            "cluster": drawn,
            "numerator": wrong[drawn],
            "denominator": 1.0,
            "n": 1,
            "predicted_numerator": predicted[drawn],
            "predicted_denominator": 1.0,
            "unsampled": 1 - size / len(wrong),
        }
    )
    frame = pd.DataFrame({"predicted_numerator": [predicted.sum()], "predicted_denominator": [float(len(wrong))]})
    return assisted(totals, frame, by=[])


def _ridge(features: FloatArray, wrong: FloatArray, others: FloatArray) -> FloatArray:
    """Return the prediction of a penalised linear probability model (a proxy-means test) within [0, 1]."""
    centre = wrong.mean()
    left = features.T @ features + RIDGE * np.eye(features.shape[1])
    slope = np.linalg.solve(left, features.T @ (wrong - centre))
    found: FloatArray = np.clip(centre + others @ slope, 0.0, 1.0)
    return found
