"""From field checks to a saved model: guards, evaluation out of fold, a last training on everything."""

from collections.abc import Callable, Sequence
from typing import Any

from analytics.risk.calibration import calibrate
from analytics.risk.cross_validation import Progress, cross_validate
from analytics.risk.evaluation import evaluate, forward_in_time, unseen_province
from analytics.risk.leaks import demand_no_forbidden, demand_no_oracle, permuted_area
from analytics.risk.learners import Learners, RiskError, learners
from analytics.risk.model import ROUNDS, train
from analytics.risk.saved import Fit, ModelManifest, save
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
    fits = {}
    for number, programme in enumerate(chosen):
        step = _part(progress, programme, number, len(chosen))
        fits[programme] = _fit(learners(warehouse, programme, poorest=poorest), seed=seed, progress=step)
    manifest = warehouse.manifest
    return save(
        settings.home, fits, dataset=manifest.dataset.name, snapshot=manifest.snapshot, seed=seed, poorest=poorest
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


def _fit(found: Learners, *, seed: int, progress: Progress) -> Fit:
    evaluation = evaluated(found, seed=seed, progress=lambda what, share: progress(what, 0.7 * share))
    progress("train on all checks", 0.8)
    unseen = cross_validate(found, models=("xgboost",), folds=5, seed=seed).margins["xgboost"]
    return Fit(
        ensembles=train(found.inputs, found.entitled, found.welfare, found.weight, rounds=ROUNDS),
        calibration=calibrate(unseen, found.entitled, found.weight, found.receives, found.rows["district"]),
        evaluation=evaluation,
    )


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
