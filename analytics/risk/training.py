"""From field checks to a saved model: guards, evaluation out of fold, a last training on everything."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from analytics.risk.calibration import calibrate
from analytics.risk.cross_validation import Progress, cross_validate
from analytics.risk.evaluation import evaluate, forward_in_time, unseen_province
from analytics.risk.leaks import demand_no_forbidden, demand_no_oracle, permuted_area
from analytics.risk.learners import Learners, RiskError, learners
from analytics.risk.model import ROUNDS, train
from analytics.risk.reference import Learnt, Reference, feature_histograms, learnt_from, score_histograms
from analytics.risk.saved import Fit, ModelManifest, save
from analytics.risk.scoring import paid_now, reached_by, sampled
from analytics.risk.switch import demand_switched_on
from analytics.settings import Settings
from analytics.store import Warehouse

SEED = 20120401


def programmes_checked(warehouse: Warehouse) -> tuple[str, ...]:
    """Return the programmes that field checks speak of."""
    if "audits" not in warehouse.names("tables"):
        return ()
    return tuple(sorted(warehouse.run(warehouse.table("audits").select("programme").distinct())["programme"]))


def train_all(
    warehouse: Warehouse,
    settings: Settings,
    *,
    programmes: Sequence[str] = (),
    poorest: float | None = None,
    seed: int = SEED,
    progress: Progress = lambda _what, _share: None,
) -> ModelManifest:
    """Train, evaluate and save the model of every programme; nothing is saved where one of them leaks.

    Args:
        warehouse: The snapshot.
        settings: Home, where models are kept.
        programmes: Empty = all that have field checks.
        poorest: See `learners`.
        seed: Of partitions, permutation and bootstrap.
        progress: Told what is being done.

    Raises:
        RiskError: too few checks, or the scores are switched off.
        LeakError: an input knows the answer.
    """
    demand_switched_on(settings)
    chosen = tuple(programmes) or _demand_some(warehouse)
    fits, learnt = {}, {}
    for number, programme in enumerate(chosen):
        step = _part(progress, programme, number, len(chosen))
        found = learners(warehouse, programme, poorest=poorest)
        fits[programme], learnt[programme] = _fit(found, seed=seed, progress=step)
    manifest = warehouse.manifest
    return save(
        settings.home,
        fits,
        dataset=manifest.dataset.name,
        snapshot=manifest.snapshot,
        seed=seed,
        poorest=poorest,
        reference=_reference(warehouse, fits, learnt),
    )


def evaluated(
    found: Learners, *, seed: int = SEED, repeats: int = 1, progress: Progress = lambda _what, _share: None
) -> dict[str, Any]:
    """Return everything that is known of the procedure: out of fold, in unseen provinces, forward in time, permuted.

    Raises:
        LeakError: an input knows the answer.
    """
    demand_no_forbidden()
    demand_no_oracle(found.inputs, found.entitled, found.weight)
    result = evaluate(found, seed=seed, repeats=repeats, progress=lambda what, share: progress(what, 0.7 * share))
    progress("permuted answers", 0.7)
    result["permuted_auc"] = permuted_area(found, seed=seed)
    progress("unseen provinces", 0.8)
    result["unseen_provinces"] = unseen_province(found, seed=seed)
    progress("forward in time", 0.9)
    result["forward_in_time"] = forward_in_time(found)
    return result


def _fit(found: Learners, *, seed: int, progress: Progress) -> tuple[Fit, Learnt]:
    evaluation = evaluated(found, seed=seed, progress=lambda what, share: progress(what, 0.7 * share))
    progress("train on all checks", 0.8)
    unseen = cross_validate(found, models=("xgboost",), folds=5, seed=seed)
    district = found.rows["district"]
    fit = Fit(
        ensembles=train(found.inputs, found.entitled, found.welfare, found.weight, rounds=ROUNDS),
        calibration=calibrate(unseen.margins["xgboost"], found.entitled, found.weight, found.receives, district),
        evaluation=evaluation,
    )
    return fit, learnt_from(found.rows, found.entitled - unseen.probability["xgboost"], found.weight)


def _reference(warehouse: Warehouse, fits: dict[str, Fit], learnt: dict[str, Learnt]) -> Reference:
    """Return what later snapshots are compared with: all families' features, and the scores of a sample of them."""
    rows, matrix, enough = sampled(warehouse)
    families = warehouse.table("families")
    scores = {}
    for programme, fit in fits.items():
        reached = rows["family_id"].isin(reached_by(warehouse, families, programme)).to_numpy()
        receives = rows["family_id"].isin(paid_now(warehouse, programme)).to_numpy()
        found = fit.calibration.probability(fit.ensembles.margins(matrix), receives, rows["place"])
        scores[programme] = score_histograms(np.where(enough, found, np.nan)[reached], receives[reached])
    return Reference(features=feature_histograms(warehouse), scores=scores, learnt=learnt)


def _demand_some(warehouse: Warehouse) -> tuple[str, ...]:
    found = programmes_checked(warehouse)
    if not found:
        raise RiskError(
            f"The data set {warehouse.manifest.dataset.name} has no field checks.",
            cause="Scores are learnt from checks alone, never from decisions or objections.",
            next_step="Plan some with `tepat audit plan`.",
        )
    return found


def _part(progress: Progress, programme: str, number: int, count: int) -> Callable[[str, float], None]:
    return lambda what, share: progress(f"{programme}: {what}", (number + share) / count)
