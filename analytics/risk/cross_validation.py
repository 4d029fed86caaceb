"""What the models say of families that they did not see: every check is scored by models of other villages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.risk import baselines
from analytics.risk.calibration import Array, calibrate
from analytics.risk.folds import Folds, by_village
from analytics.risk.learners import Learners
from analytics.risk.model import ROUNDS, train

Name = Literal["xgboost", "logistic", "proxy_means"]
MODELS: tuple[Name, ...] = ("xgboost", "logistic", "proxy_means")
FOLDS = 10
Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class OutOfFold:
    """Scores of unseen families.

    Attributes:
        margins: By model, n x (1 or 2).
        probability: By model, calibrated probability of being entitled, n; by a calibration that did not see the family
            either.
        fold: Fold of each family, n.
    """

    margins: dict[str, Array]
    probability: dict[str, Array]
    fold: Folds


def cross_validate(
    learners: Learners,
    *,
    models: tuple[Name, ...] = MODELS,
    folds: int = FOLDS,
    seed: int = 20120401,
    rounds: int = ROUNDS,
    progress: Progress = lambda _what, _share: None,
) -> OutOfFold:
    """Score every check by models trained on other villages, and calibrate on the other folds' unseen scores.

    Args:
        learners: The checks.
        models: Which models.
        folds: Parts of the villages.
        seed: Of the partition.
        rounds: Trees of each ensemble.
        progress: Told what is being done.
    """
    fold = by_village(learners.rows, count=folds, seed=seed)
    margins: dict[str, Array] = {}
    for done in range(folds):
        progress(f"fold {done + 1} of {folds}", done / folds)
        own = fold == done
        if not own.any():
            continue
        for name in models:
            found = fitted(name, learners.where(~own), rounds=rounds)(learners.inputs[own])
            margins.setdefault(name, np.full((len(learners), found.shape[1]), np.nan))[own] = found
    return OutOfFold(
        margins=margins,
        probability={name: calibrated(learners, values, fold) for name, values in margins.items()},
        fold=fold,
    )


def fitted(name: Name, learners: Learners, *, rounds: int = ROUNDS) -> Callable[[npt.NDArray[np.float32]], Array]:
    """Train a model and return the function from inputs to margins."""
    if name == "xgboost":
        return train(learners.inputs, learners.entitled, learners.welfare, learners.weight, rounds=rounds).margins
    if name == "logistic":
        model = baselines.logistic(learners.inputs, learners.entitled, learners.weight)
    else:
        model = baselines.proxy_means(learners.inputs, learners.entitled, learners.welfare, learners.weight)
    return lambda inputs: baselines.margin(model, inputs)


def calibrated(learners: Learners, margins: Array, fold: Folds) -> Array:
    """Return calibrated probabilities, each fold's by a calibration on the other folds."""
    found = np.empty(len(learners))
    for each in np.unique(fold):
        own = fold == each
        rest = ~own
        calibration = calibrate(
            margins[rest],
            learners.entitled[rest],
            learners.weight[rest],
            learners.receives[rest],
            learners.rows.loc[rest, "district"],
        )
        found[own] = calibration.probability(margins[own], learners.receives[own], _districts(learners, own))
    return found


def _districts(learners: Learners, chosen: npt.NDArray[np.bool_]) -> "pd.Series[str]":
    return learners.rows.loc[chosen, "district"]
