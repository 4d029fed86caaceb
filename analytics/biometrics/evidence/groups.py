"""Error rates by group of people or photos, at one threshold for all: who is falsely matched, and who is turned away.

A group's impostor pairs are those of two photos of the group: the hard ones, since faces of one group are more alike.
Source of the convention: Grother, Ngan & Hanaoka 2019 (NISTIR 8280). Intervals: bootstrap over people, as in
`error_rates`.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.evidence.comparing import Codes, Comparison
from analytics.biometrics.evidence.error_rates import BOUNDS, REPLICATES, none_of
from analytics.biometrics.evidence.likelihood import ScoreMap
from analytics.biometrics.evidence.norming import Prepared

LEAST_PEOPLE = 30
"""People below which nothing is stated of a group."""
NOT_KNOWN = ""


class GroupRate(NamedTuple):
    """Both error rates of a group.

    Attributes:
        attribute, group: For example sex, F.
        people, photos, impostors, genuine: Counts.
        fmr, fmr_low, fmr_high: False match rate among the group; None where it has fewer than 30 people.
        ratio: Over the false match rate of all.
        fnmr, fnmr_low, fnmr_high: False non-match rate; None also where it has no genuine pair.
    """

    attribute: str
    group: str
    people: int
    photos: int
    impostors: int
    genuine: int
    fmr: float | None
    fmr_low: float | None
    fmr_high: float | None
    ratio: float | None
    fnmr: float | None
    fnmr_low: float | None
    fnmr_high: float | None


def group_rates(
    found: Comparison,
    attributes: Mapping[str, NDArray[np.str_]],
    *,
    threshold: float,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> tuple[GroupRate, ...]:
    """Return the error rates of every group, all photos first.

    Args:
        found: All pairs.
        attributes: Attribute to each photo's group, text (n); "" = not known, counted in no group.
        threshold: Score above which a pair matches; in the tail of the impostors.
        seed: Seed of the bootstrap.
        replicates: Replicates of the bootstrap.
    """
    everybody = np.ones(len(found.person), dtype=bool)
    above = int(np.searchsorted(-found.tail.score, -threshold))
    overall = _rates(found, everybody, above=above, threshold=threshold, seed=seed, replicates=replicates)
    rows = [GroupRate("all", "all", *overall[:4], *_ratio(overall, overall))]
    for attribute, values in attributes.items():
        for group in sorted(set(values.tolist()) - {NOT_KNOWN}):
            own = _rates(
                found, values == group, above=above, threshold=threshold, seed=seed, replicates=replicates
            )  # fmt: skip
            rows.append(GroupRate(attribute, group, *own[:4], *_ratio(own, overall)))
    return tuple(rows)


def group_cllr(
    prepared: Prepared, person: Codes, attributes: Mapping[str, NDArray[np.str_]], score_map: ScoreMap
) -> dict[tuple[str, str], float]:
    """Return the Cllr of likelihood ratios among the photos of each group with 30 people and a genuine pair.

    The map is everybody's: it has seen the group's own pairs among the others.
    """
    costs = {}
    for attribute, values in attributes.items():
        for group in sorted(set(values.tolist()) - {NOT_KNOWN}):
            rows = np.flatnonzero(values == group)
            if len(np.unique(person[rows])) < LEAST_PEOPLE or len(np.unique(person[rows])) == len(rows):
                continue
            costs[attribute, group] = _cllr(prepared.subset(rows), person[rows], score_map)
    return costs


def _cllr(prepared: Prepared, person: Codes, score_map: ScoreMap) -> float:
    cost, pairs = np.zeros(2), np.zeros(2)
    for rows, columns, scores in prepared.blocks():
        i, j = np.arange(rows, rows + scores.shape[0]), np.arange(columns, columns + scores.shape[1])
        pair = np.ones(scores.shape, dtype=bool) if rows != columns else i[:, None] < j[None, :]
        same = (person[i][:, None] == person[j][None, :])[pair]
        bits = np.logaddexp(0, np.where(same, -1, 1) * score_map(scores[pair]) * np.log(10)) / np.log(2)
        cost += [bits[same].sum(), bits[~same].sum()]
        pairs += [same.sum(), (~same).sum()]
    return float(np.sum(cost / pairs) / 2)


class _Rates(NamedTuple):
    people: int
    photos: int
    impostors: int
    genuine: int
    fmr: tuple[float, float, float] | None
    fnmr: tuple[float, float, float] | None


def _ratio(own: _Rates, overall: _Rates) -> tuple[float | None, ...]:
    fmr, fnmr = own.fmr or (None, None, None), own.fnmr or (None, None, None)
    ratio = own.fmr[0] / overall.fmr[0] if own.fmr and overall.fmr and overall.fmr[0] else None
    return *fmr, ratio, *fnmr


def _rates(
    found: Comparison, member: NDArray[np.bool_], *, above: int, threshold: float, seed: int, replicates: int
) -> _Rates:
    photos = np.bincount(found.person[member], minlength=len(found.folds)).astype(np.float64)
    people = int((photos > 0).sum())
    matched = member[found.tail.i[:above]] & member[found.tail.j[:above]]
    first, second = found.person[found.tail.i[:above][matched]], found.person[found.tail.j[:above][matched]]
    alike = member[found.genuine.i] & member[found.genuine.j]
    own = found.person[found.genuine.i[alike]]
    rejected = (found.genuine.score[alike] <= threshold).astype(np.float64)
    impostors = int((photos.sum() ** 2 - (photos**2).sum()) / 2)
    counts = people, int(photos.sum()), impostors, len(own)
    if people < LEAST_PEOPLE:
        return _Rates(*counts, None, None)
    random = np.random.default_rng(seed)
    fmr, fnmr = np.empty(replicates), np.empty(replicates)
    for replicate in range(replicates):
        weight = random.exponential(size=len(photos))
        pairs = ((photos @ weight) ** 2 - (photos**2) @ (weight**2)) / 2
        fmr[replicate] = weight[first] @ weight[second] / pairs
        fnmr[replicate] = weight[own] @ rejected / weight[own].sum() if len(own) else 0.0
    return _Rates(
        *counts,
        # No more pairs of people are independent than can be formed with each person in one.
        _interval(len(first) / impostors, fmr, units=people // 2),
        _interval(float(rejected.mean()), fnmr, units=len(np.unique(own))) if len(own) else None,
    )


def _interval(estimate: float, drawn: NDArray[np.float64], *, units: int) -> tuple[float, float, float]:
    low, high = np.quantile(drawn, BOUNDS)
    return estimate, float(low), float(high) if estimate else none_of(units)
