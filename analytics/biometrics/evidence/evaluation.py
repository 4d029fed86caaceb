"""What a model's faces are worth as evidence, measured over all pairs of a labelled set."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.evidence.calibrating import Learnt, learn_map
from analytics.biometrics.evidence.comparing import Comparison, compare
from analytics.biometrics.evidence.error_rates import (
    ErrorRate,
    equal_error_rate,
    error_rates,
    genuine_tail,
    impostor_tail,
)
from analytics.biometrics.evidence.groups import group_cllr, group_rates
from analytics.biometrics.evidence.labelled_photos import EncodedSet
from analytics.biometrics.evidence.norming import KINDS, Kind, Norming, Prepared
from analytics.biometrics.evidence.operating_point import SIZES, expected_pairs

FMRS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
DET = tuple(10 ** (-step / 4) for step in range(2, 25))
"""False match rates of the detection error trade-off curve: 0.3 to 1e-6, four a decade."""
GROUP_FMR = 1e-3
LIBRARY_DEFAULT = 0.6
"""Distance below which `face_recognition` takes two faces for one person."""
CLOSEST = 30

Progress = Callable[[str, float], None]


class Alike(NamedTuple):
    """Two photos of different identities that are most alike.

    Attributes:
        file_a, file_b, identity_a, identity_b: Of the labelled set.
        distance: Raw distance.
        score: Normed score.
        log10_lr: log10 likelihood ratio.
    """

    file_a: str
    file_b: str
    identity_a: str
    identity_b: str
    distance: float
    score: float
    log10_lr: float


class Measured(NamedTuple):
    """One kind of score over all pairs."""

    prepared: Prepared
    found: Comparison
    learnt: Learnt
    rates: tuple[ErrorRate, ...]


def evaluate(
    encoded: EncodedSet,
    *,
    stand_ins: Mapping[str, NDArray[np.str_]] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure raw, centred and normed scores over all pairs.

    Centre and cohort are learnt from the set's own templates, as they are from a registry; nobody is normed by their
    own photos, as in `calibrate`.

    Args:
        encoded: The labelled set.
        stand_ins: More attributes to each photo's group (n).
        seed: Seed of cohort, folds and bootstrap.
        progress: Told after each kind of score.

    Returns:
        Everything that `tepat faces evaluate --json` prints.

    Raises:
        FaceError: too few photos, people or pairs.
    """
    labelled = encoded.labelled
    norming = Norming.fit(labelled.vectors, seed=seed, people=labelled.person)
    measured: dict[Kind, Measured] = {}
    for number, kind in enumerate(KINDS):
        if progress is not None:
            progress(f"pairs, {kind}", number / len(KINDS))
        prepared = norming.prepare(labelled.vectors, kind=kind, people=labelled.person)
        found = compare(prepared, labelled.person, seed=seed)
        measured[kind] = Measured(prepared, found, learn_map(found), error_rates(found, FMRS, seed=seed))
    attributes = {**encoded.attributes, **(stand_ins or {})}
    normed = measured["normed"]
    photos = sum(encoded.statuses.values())
    return {
        "model": labelled.model,
        "seed": seed,
        "data": {
            "photos": photos,
            "left_out": encoded.left_out,
            "statuses": encoded.statuses,
            "failure_to_enrol": 1 - len(labelled.person) / photos,
            "people": len(normed.found.folds),
            "usable": len(labelled.person),
            "genuine_pairs": len(normed.found.genuine.score),
            "genuine_pairs_with_unusable": encoded.genuine,
            "impostor_pairs": normed.found.impostors,
        },
        "norming": {"registry": norming.registry, "cohort": len(norming.cohort), "top": norming.top},
        "scores": {kind: _scores(one, encoded, seed=seed) for kind, one in measured.items()},
        "groups": {kind: _groups(one, attributes, seed=seed) for kind, one in measured.items()},
        "library_default": _library_default(measured["raw"], attributes, model=labelled.model, seed=seed),
        "expected": [
            {"fmr": rate.fmr, **expected_pairs(rate, people)._asdict()} for rate in normed.rates for people in SIZES
        ],
        "closest_different": [pair._asdict() for pair in _closest(measured, encoded)],
    }


def _scores(one: Measured, encoded: EncodedSet, *, seed: int) -> dict[str, Any]:
    lost = encoded.genuine - len(one.found.genuine.score)
    return {
        "rates": [
            {
                **rate._asdict(),
                "fnmr_with_unusable": (lost + rate.fnmr * len(one.found.genuine.score)) / encoded.genuine,
            }
            for rate in one.rates
        ],
        "equal_error_rate": equal_error_rate(one.found),
        "cllr": one.learnt.cllr,
        "cllr_min": one.learnt.least_cllr,
        "method": one.learnt.map.method,
        "log10_lr_low": one.learnt.map.low,
        "log10_lr_high": one.learnt.map.high,
        "methods": [method.model_dump() for method in one.learnt.methods],
        "det": [
            {"fmr": rate.fmr, "threshold": rate.threshold, "fnmr": rate.fnmr, "fitted": rate.fitted}
            for rate in error_rates(one.found, DET, seed=seed, replicates=1)
        ],
        "impostor_tail": impostor_tail(one.found)._asdict(),
        "genuine_tail": genuine_tail(one.found)._asdict(),
    }


def _groups(one: Measured, attributes: Mapping[str, NDArray[np.str_]], *, seed: int) -> list[dict[str, Any]]:
    threshold = next(rate.threshold for rate in one.rates if rate.fmr == GROUP_FMR)
    rows = group_rates(one.found, attributes, threshold=threshold, seed=seed)
    costs = group_cllr(one.prepared, one.found.person, attributes, one.learnt.map)
    return [{**row._asdict(), "cllr": costs.get((row.attribute, row.group))} for row in rows]


def _library_default(
    raw: Measured, attributes: Mapping[str, NDArray[np.str_]], *, model: str, seed: int
) -> list[dict[str, Any]]:
    """Return groups at the library's own distance; nothing of another model, or where the tail begins above it."""
    if not model.startswith("dlib") or raw.found.tail.score[-1] > -LIBRARY_DEFAULT:
        return []
    rows = group_rates(raw.found, attributes, threshold=-LIBRARY_DEFAULT, seed=seed)
    return [row._asdict() for row in rows]


def _closest(measured: Mapping[Kind, Measured], encoded: EncodedSet) -> list[Alike]:
    """Return the pairs of different identities with the highest normed scores."""
    normed = measured["normed"]
    tail = normed.found.tail
    i, j, score = tail.i[:CLOSEST], tail.j[:CLOSEST], tail.score[:CLOSEST]
    distance = -measured["raw"].prepared.scores(i, j)
    return [
        Alike(
            file_a=str(encoded.file[a]), file_b=str(encoded.file[b]),
            identity_a=str(encoded.identity[a]), identity_b=str(encoded.identity[b]),
            distance=float(apart), score=float(own), log10_lr=float(value),
        )
        for a, b, apart, own, value in zip(i, j, distance, score, normed.learnt.map(score), strict=True)
    ]  # fmt: skip
