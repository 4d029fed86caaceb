"""What repetitions of a simulation say: coverage, mean width and ratios, with the error of the simulation itself."""

import numpy as np
import pandas as pd

from analytics.benchmarks.estimation.measured import Measured
from analytics.estimation.inputs import FloatArray

COVERS = (0.93, 0.97)
"""Coverage of a nominal 95 % interval that is accepted."""


def covered(
    setting: str, estimator: str, ends: pd.DataFrame, truth: FloatArray | float, *, required: bool = True,
    most: float | None = COVERS[1],
) -> Measured:  # fmt: skip
    """Return the share of intervals (columns low, high) that hold the truth."""
    hits = (ends["low"].to_numpy() <= truth) & (truth <= ends["high"].to_numpy())
    value = float(hits.mean())
    return Measured(
        setting,
        estimator,
        "coverage",
        value,
        float(np.sqrt(value * (1 - value) / len(hits))),
        COVERS[0] if required else None,
        most if required else None,
    )


def mean_width(setting: str, estimator: str, ends: pd.DataFrame) -> Measured:
    """Return the mean width of the intervals."""
    width = ends["high"].to_numpy() - ends["low"].to_numpy()
    return Measured(setting, estimator, "mean width", float(width.mean()), _error(width), None, None)


def width_ratio(
    setting: str, estimator: str, ends: pd.DataFrame, beside: pd.DataFrame, *, most: float | None
) -> Measured:
    """Return the mean width over the mean width of the classical intervals of the same samples."""
    own, other = (frame["high"].to_numpy() - frame["low"].to_numpy() for frame in (ends, beside))
    value = float(own.mean() / other.mean())
    error = _error(own - value * other) / float(other.mean())
    return Measured(setting, estimator, "width / classical width", value, error, None, most)


def _error(values: FloatArray) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))
