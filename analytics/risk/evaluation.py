"""What the model is worth beside its baselines: ranking, calibration, the lists at the top, with their uncertainty.

Standard errors come from a bootstrap of whole villages; models are compared on the same draws, and a gap smaller than
its standard error is called parity.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.risk.calibration import Array, Calibration, calibrate, calibration_error, reliability
from analytics.risk.cross_validation import MODELS, OutOfFold, Progress, cross_validate, fitted
from analytics.risk.fairness import fairness
from analytics.risk.learners import Learners
from analytics.risk.measures import auc, error_at_equal_quota, precision_at
from analytics.risk.model import ROUNDS

DRAWS = 300
"""Bootstrap draws of the villages."""
TOP = (0.05, 0.10, 0.20)
CLEAR = 1.96
"""Standard errors from which a gap is called a difference."""
LOCAL_CHECKS = 200
"""Checks in an unseen province that its calibration is corrected by."""
BASELINE = "proxy_means"
Drawn = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two scores: who it speaks of and what it looks for."""

    name: str
    receives: bool


SIDES = (Side(name="not_entitled_receiver", receives=True), Side(name="entitled_non_receiver", receives=False))


def evaluate(
    learners: Learners,
    *,
    folds: int = 10,
    seed: int = 20120401,
    repeats: int = 1,
    rounds: int = ROUNDS,
    progress: Progress = lambda _what, _share: None,
) -> dict[str, Any]:
    """Evaluate the model and its baselines out of fold.

    Args:
        learners: The checks.
        folds: Parts of the villages.
        seed: Of the first partition and of the bootstrap.
        repeats: Partitions; figures are their means.
        rounds: Trees of each ensemble.
        progress: Told what is being done.

    Returns:
        Plain data: periods, checks, models (by name: auc, error_at_equal_quota, calibration_error, brier, sides),
        comparison (gap to the proxy-means test with its standard error, in words), fairness (the model by group, of the
        first partition, see `fairness`), reliability of the model by side.
    """
    results = [
        cross_validate(
            learners,
            folds=folds,
            seed=seed + number,
            rounds=rounds,
            progress=_part(progress, number, repeats),
        )
        for number in range(repeats)
    ]
    draws = _village_draws(learners.rows["village"], seed=seed)
    models = {name: _model(learners, name, results, draws) for name in MODELS}
    gap = _compared(learners, results, draws)
    return {
        "programme": learners.programme,
        "periods": sorted(map(str, learners.rows["period"].unique())),
        "checks": len(learners),
        "entitled": int(learners.entitled.sum()),
        "receivers": int(learners.receives.sum()),
        "villages": int(learners.rows["village"].nunique()),
        "districts": int(learners.rows["district"].nunique()),
        "left_out_too_little_known": learners.too_little,
        "folds": folds,
        "repeats": repeats,
        "models": models,
        "comparison": gap,
        "fairness": fairness(learners, results[0].probability["xgboost"], draws),
        "reliability": {side.name: _reliability(learners, results[0], side) for side in SIDES},
    }


def unseen_province(
    learners: Learners, *, seed: int = 20120401, rounds: int = ROUNDS, checks: int = LOCAL_CHECKS, repeats: int = 20
) -> list[dict[str, Any]]:
    """Evaluate in each province a model that learnt in the others, before and after a local correction.

    The correction refits intercept and slopes on `checks` local checks, drawn `repeats` times; measured are the others.

    Returns:
        One entry a province with enough checks: province, checks, auc, calibration_error and calibration_error_local
        (mean over the draws), auc_local.
    """
    found = []
    rng = np.random.default_rng(seed)
    for province in sorted(learners.rows["province"].unique()):
        own = (learners.rows["province"] == province).to_numpy()
        if own.sum() < 2 * checks or (~own).sum() < 2 * checks:
            continue
        away = learners.where(~own)
        margin = fitted("xgboost", away, rounds=rounds)
        unseen = cross_validate(away, models=("xgboost",), folds=5, seed=seed, rounds=rounds).margins["xgboost"]
        general = _calibrate(away, unseen)
        here, margins = learners.where(own), margin(learners.inputs[own])
        probability = general.probability(margins, here.receives, here.rows["district"])
        errors, areas = [], []
        for _ in range(repeats):
            local = np.zeros(len(here), dtype=bool)
            local[rng.choice(len(here), checks, replace=False)] = True
            corrected = corrected_locally(general, here.where(local), margins[local])
            rest = here.where(~local)
            again = corrected.probability(margins[~local], rest.receives, rest.rows["district"])
            errors.append(calibration_error(again, rest.entitled, rest.weight))
            areas.append(auc(again, rest.entitled, rest.weight))
        found.append(
            {
                "province": province,
                "checks": len(here),
                "auc": auc(probability, here.entitled, here.weight),
                "calibration_error": calibration_error(probability, here.entitled, here.weight),
                "auc_local": float(np.mean(areas)),
                "calibration_error_local": float(np.mean(errors)),
            }
        )
    return found


def corrected_locally(general: Calibration, here: Learners, margins: Array) -> Calibration:
    """Return a calibration whose level and slope are refitted on local checks, starting from the general one."""
    logit = general.logit(margins, here.receives, here.rows["district"]).reshape(-1, 1)
    # One district for all: 200 checks say something of the province's level, little of each district's.
    local = calibrate(logit, here.entitled, here.weight, np.zeros(len(here), dtype=bool), pd.Series([""] * len(here)))
    (slope,) = local.slopes
    return Calibration(
        intercept=local.intercept + local.districts[""] + slope * general.intercept,
        slopes=tuple(slope * each for each in general.slopes),
        receivers=slope * general.receivers,
        receivers_slopes=tuple(slope * each for each in general.receivers_slopes),
        districts={name: slope * value for name, value in general.districts.items()},
    )


def forward_in_time(learners: Learners, *, rounds: int = ROUNDS) -> dict[str, Any] | None:
    """Train on the earlier periods and evaluate on the latest, without the villages and families of the latest seen.

    Returns:
        periods, checks, auc and calibration_error; None where the checks are of one period, or too few of either.
    """
    period = learners.rows["period"]
    latest = (period == period.max()).to_numpy()
    seen = learners.rows["family_id"].isin(learners.rows.loc[latest, "family_id"]).to_numpy()
    before = ~latest & ~seen
    if min(latest.sum(), before.sum()) < LOCAL_CHECKS:
        return None
    past, now = learners.where(before), learners.where(latest)
    margins = fitted("xgboost", past, rounds=rounds)(now.inputs)
    unseen = cross_validate(past, models=("xgboost",), folds=5, rounds=rounds).margins["xgboost"]
    probability = _calibrate(past, unseen).probability(margins, now.receives, now.rows["district"])
    return {
        "learnt_until": str(past.rows["period"].max()),
        "period": str(period.max()),
        "checks": len(now),
        "auc": auc(probability, now.entitled, now.weight),
        "calibration_error": calibration_error(probability, now.entitled, now.weight),
    }


def _calibrate(learners: Learners, margins: Array) -> Calibration:
    return calibrate(margins, learners.entitled, learners.weight, learners.receives, learners.rows["district"])


def _model(learners: Learners, name: str, results: Sequence[OutOfFold], draws: Drawn) -> dict[str, Any]:
    entitled, weight = learners.entitled, learners.weight

    def mean(measure: Callable[[Array], float]) -> float:
        return float(np.mean([measure(result.probability[name]) for result in results]))

    error = [
        [error_at_equal_quota(result.probability[name], entitled, weight * draw) for draw in draws]
        for result in results
    ]
    area = [[auc(result.probability[name], entitled, weight * draw) for draw in draws] for result in results]
    return {
        "auc": mean(lambda p: auc(p, entitled, weight)),
        "auc_se": float(np.std(np.mean(area, axis=0), ddof=1)),
        "error_at_equal_quota": mean(lambda p: error_at_equal_quota(p, entitled, weight)),
        "error_at_equal_quota_se": float(np.std(np.mean(error, axis=0), ddof=1)),
        "calibration_error": mean(lambda p: calibration_error(p, entitled, weight)),
        "brier": mean(lambda p: float(np.average((p - entitled) ** 2, weights=weight))),
        "sides": {side.name: _side(learners, name, results, side) for side in SIDES},
    }


def _side(learners: Learners, name: str, results: Sequence[OutOfFold], side: Side) -> dict[str, Any]:
    """Measure one score among the families that it speaks of."""
    own = learners.receives == side.receives
    if not own.any():
        return {"checks": 0}
    weight, happened = learners.weight[own], learners.entitled[own] != side.receives

    def mean(measure: Callable[[Array], float]) -> float:
        return float(np.mean([measure(scored(result.probability[name][own], side)) for result in results]))

    return {
        "checks": int(own.sum()),
        "base_rate": float(np.average(happened, weights=weight)),
        "auc": mean(lambda p: auc(p, happened, weight)),
        "calibration_error": mean(lambda p: calibration_error(p, happened, weight)),
        "precision": {
            f"{share:.0%}": mean(lambda p, share=share: precision_at(p, happened, weight, share))  # type: ignore[misc]
            for share in TOP
        },
    }


def scored(probability: Array, side: Side) -> Array:
    """Return a side's score from the probability of being entitled."""
    return 1 - probability if side.receives else probability


def _compared(learners: Learners, results: Sequence[OutOfFold], draws: Drawn) -> dict[str, Any]:
    """Return the model's gap to the proxy-means test in error at equal quota, and what it amounts to in words."""
    entitled, weight = learners.entitled, learners.weight

    def gap(draw: Array | float) -> float:
        return float(
            np.mean(
                [
                    error_at_equal_quota(result.probability["xgboost"], entitled, weight * draw)
                    - error_at_equal_quota(result.probability[BASELINE], entitled, weight * draw)
                    for result in results
                ]
            )
        )

    value, se = gap(1.0), float(np.std([gap(draw) for draw in draws], ddof=1))
    return {"baseline": BASELINE, "gap": value, "gap_se": se, "says": in_words(value, se)}


def in_words(gap: float, se: float) -> str:
    """Say what a gap in error amounts to: under one standard error parity, under two no clear difference."""
    if abs(gap) < se:
        return "parity with the baseline"
    if abs(gap) < CLEAR * se:
        return "no clear difference from the baseline"
    return "better than the baseline" if gap < 0 else "worse than the baseline"


def _reliability(learners: Learners, result: OutOfFold, side: Side) -> list[dict[str, float]]:
    own = learners.receives == side.receives
    if not own.any():
        return []
    happened = learners.entitled[own] != side.receives
    found = reliability(scored(result.probability["xgboost"][own], side), happened, learners.weight[own])
    return [{str(name): float(value) for name, value in row.items()} for row in found.to_dict("records")]


def _village_draws(village: "pd.Series[str]", *, seed: int) -> Drawn:
    """Return how often each check counts in each bootstrap draw of the villages, DRAWS x n."""
    codes, names = pd.factorize(village)
    counts = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    drawn: Drawn = counts[:, codes].astype(np.float64)
    return drawn


def _part(progress: Progress, number: int, count: int) -> Progress:
    return lambda what, share: progress(what, (number + share) / count)
