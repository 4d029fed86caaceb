"""Learn a calibration from labelled templates: choose the map on held-out people, then learn it from all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics import __version__
from analytics.biometrics.evidence.calibration import Calibration, Data, HeldOut, identified, norming_record
from analytics.biometrics.evidence.comparing import FOLDS, Comparison, compare
from analytics.biometrics.evidence.error_rates import error_rates, genuine_tail, impostor_tail
from analytics.biometrics.evidence.groups import group_rates
from analytics.biometrics.evidence.labelled import Labelled
from analytics.biometrics.evidence.likelihood import (
    METHODS,
    PRIORS,
    Method,
    ScoreMap,
    cross_entropy,
    fit_map,
    least_cllr,
)
from analytics.biometrics.evidence.norming import Norming

CURVE = tuple(10 ** (-step / 2) for step in range(2, 19))
"""False match rates of a calibration's curve: 1e-1 to 1e-9 in half decades."""
GROUP_FMR = 1e-3
"""False match rate of all at whose threshold groups are compared."""


class Learnt(NamedTuple):
    """A map from scores to likelihood ratios, and what was held against others to choose it."""

    map: ScoreMap
    cllr: float
    least_cllr: float
    methods: tuple[HeldOut, ...]


def learn_map(found: Comparison) -> Learnt:
    """Choose the method with the least mean cross-entropy over `PRIORS` on people that it did not see, and learn it."""
    methods = tuple(held_out(found, method) for method in METHODS)
    best = min(methods, key=lambda one: sum(one.entropies))
    genuine, impostor = found.genuine_histogram(), found.impostor_histogram()
    return Learnt(
        map=fit_map(best.method, found.centres, genuine, impostor), cllr=best.cllr,
        least_cllr=least_cllr(genuine, impostor), methods=methods,
    )  # fmt: skip


def held_out(found: Comparison, method: Method) -> HeldOut:
    """Learn from the people outside each fold, and measure on the pairs within it."""
    values, genuine, impostor = [], [], []
    for fold in range(FOLDS):
        learnt = fit_map(
            method, found.centres, found.genuine_histogram(without=fold), found.impostor_histogram(without=fold)
        )
        values.append(learnt(found.centres))
        genuine.append(found.genuine_histogram(fold))
        impostor.append(found.impostor_histogram(fold))
    pooled = np.concatenate(values), np.concatenate(genuine), np.concatenate(impostor)
    costs = tuple(cross_entropy(*pooled, prior=prior) for prior in PRIORS)
    return HeldOut(method=method, cllr=cross_entropy(*pooled, prior=0.0), entropies=costs)


def calibrate(
    labelled: Labelled,
    *,
    name: str,
    attributes: Mapping[str, NDArray[np.str_]] | None = None,
    registry: NDArray[np.float32] | None = None,
    seed: int = 0,
) -> tuple[Calibration, Norming]:
    """Learn norming, map and error rates.

    Args:
        labelled: Templates with their people.
        name: What the data are called.
        attributes: Groups to state error rates of, as in `group_rates`.
        registry: Templates that centre and cohort are learnt from, without labels; default: the labelled ones.
        seed: Seed of cohort, folds and bootstrap.

    Raises:
        FaceError: too few people, photos or genuine pairs.
    """
    norming = Norming.fit(labelled.vectors if registry is None else registry, seed=seed)
    found = compare(norming.prepare(labelled.vectors), labelled.person, seed=seed)
    learnt = learn_map(found)
    curve = error_rates(found, CURVE, seed=seed)
    threshold = next(rate.threshold for rate in curve if np.isclose(rate.fmr, GROUP_FMR))
    calibration = Calibration(
        id="", model=labelled.model, norming=norming_record(norming), map=learnt.map, cllr=learnt.cllr,
        least_cllr=learnt.least_cllr, methods=learnt.methods, curve=curve, impostor_tail=impostor_tail(found),
        genuine_tail=genuine_tail(found),
        groups=group_rates(found, attributes or {}, threshold=threshold, seed=seed),
        data=Data(
            source=labelled.source, name=name, people=len(found.folds), photos=len(found.person),
            genuine=len(found.genuine.score), impostors=found.impostors,
        ),
        seed=seed, created_at=datetime.now(UTC).replace(microsecond=0), code_version=__version__,
    )  # fmt: skip
    return identified(calibration), norming
