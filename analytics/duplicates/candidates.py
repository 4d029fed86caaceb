"""Candidates by face: which pairs of people are looked at because their faces are alike.

How alike they must be depends on what the records can add: little where birth date and village are equal, a lot where
nothing is. So every pair that shares a birth date or a village is compared exactly, and all others by the search.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.evidence.calibration import Calibration
from analytics.biometrics.evidence.norming import Norming, Prepared
from analytics.biometrics.gallery import Gallery, Vectors
from analytics.biometrics.search import near_pairs

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

NEAR = 20
"""Near faces a person, on average, that the search among all may bring up (assumed): 7 million pairs at N = 360,000."""
SAMPLE = 3_000
"""People whose pairs with each other say how many are nearer than a limit."""
CHUNK = 2_000_000
"""Pairs that are scored at once: 2 GB of templates pass through the cache in blocks."""


class Candidates(NamedTuple):
    """Pairs of people a < b, distinct, and the log10 likelihood ratio of their faces (n)."""

    a: Rows
    b: Rows
    face: Array


class Searched(NamedTuple):
    """How the search among all went: exact or the approximate method, and its recall on a sample."""

    method: str
    recall: float


@dataclass(frozen=True, kw_only=True)
class Faces:
    """Templates of people, one each.

    Attributes:
        person: Position of each template's person (m), rising.
        row: Row of each person's template, -1 = none (n).
        prepared: Templates ready to be scored (m).
        calibration: What turns scores into likelihood ratios.
    """

    person: Rows
    row: Rows
    prepared: Prepared
    calibration: Calibration

    @classmethod
    def of(cls, gallery: Gallery, *, people: NDArray[np.str_], calibration: Calibration, norming: Norming) -> "Faces":
        """Take the best photo of each person.

        Args:
            gallery: Templates; those of nobody among the people are left out.
            people: Pseudonyms of the people who are compared, rising (n).
            calibration: Of the gallery's model.
            norming: Of the people who are searched among.

        Raises:
            FaceError: the calibration is of another model, or templates cannot be used.
        """
        calibration.require_model(gallery.model)
        place = np.minimum(np.searchsorted(people, gallery.person), len(people) - 1)
        known = np.flatnonzero(people[place] == gallery.person)
        order = known[np.lexsort((-gallery.quality[known], place[known]))]
        person, first = np.unique(place[order], return_index=True)
        row = np.full(len(people), -1, dtype=np.int64)
        row[person] = np.arange(len(person))
        prepared = norming.prepare(gallery.vectors[order[first]])
        return cls(person=person.astype(np.int64), row=row, prepared=prepared, calibration=calibration)

    def scores(self, a: Rows, b: Rows) -> Array:
        """Return the normed scores of pairs of people; NaN where either has no template."""
        found = np.full(len(a), np.nan)
        one, other = self.row[a], self.row[b]
        both = np.flatnonzero((one >= 0) & (other >= 0))
        found[both] = self.prepared.scores(one[both], other[both])
        return found

    def log10_lr(self, a: Rows, b: Rows) -> Array:
        """Return the log10 likelihood ratios of pairs of people; NaN where either has no template."""
        return self.calibration.log10_lr(self.scores(a, b))

    def score_of(self, log10_lr: float) -> float:
        """Return the least score with this likelihood ratio; infinite where no score has it."""
        low, high = -50.0, 50.0
        if float(self.calibration.log10_lr(np.array([high]))[0]) < log10_lr:
            return float("inf")
        for _ in range(50):
            middle = (low + high) / 2
            reaches = float(self.calibration.log10_lr(np.array([middle]))[0]) >= log10_lr
            low, high = (low, middle) if reaches else (middle, high)
        return high


def sharing(faces: Faces, value: Rows, *, place: Rows, least: Array) -> Candidates:
    """Compare all pairs of people who share a value, such as the birth date.

    Args:
        faces: Templates.
        value: Code of each person's value, -1 = not known (n).
        place: Code of each person's place (n).
        least: log10 likelihood ratio from which on a pair is kept: of people of two places, of one place (2).
    """
    found = [_none()]
    for a, b in _pairs_sharing(np.where(faces.row >= 0, value, -1)):
        face = faces.log10_lr(a, b)
        kept = face >= least[(place[a] == place[b]).astype(np.int64)]
        found.append(Candidates(a[kept], b[kept], face[kept]))
    return joined(found)


def alike_within(faces: Faces, group: Rows, *, least: float) -> Candidates:
    """Compare all pairs of people of one group, such as the village; keep those with at least this likelihood ratio.

    Args:
        faces: Templates.
        group: Code of each person's group, -1 = not known (n).
        least: log10 likelihood ratio.
    """
    score, found = faces.score_of(least), [_none()]
    if not np.isfinite(score):
        return found[0]
    own = group[faces.person]
    order = np.argsort(own, kind="stable")
    order = order[own[order] >= 0]
    for rows in np.split(order, np.flatnonzero(np.diff(own[order])) + 1):
        if len(rows) < 2:
            continue
        part = Prepared(
            kind=faces.prepared.kind,
            vectors=faces.prepared.vectors[rows],
            mean=faces.prepared.mean[rows],
            deviation=faces.prepared.deviation[rows],
        )
        for block in part.blocks():
            i, j = np.nonzero(block.scores >= score)
            if block.rows == block.columns:
                i, j = i[i < j], j[i < j]
            if len(i):
                one, other = rows[i + block.rows], rows[j + block.columns]
                found.append(_candidates(faces, one, other))
    return joined(found)


def alike_anywhere(
    faces: Faces, *, least: float, exact: Candidates | None = None, work: Path | None = None
) -> tuple[Candidates, Searched]:
    """Search all pairs for those with at least this likelihood ratio.

    The search knows distances, the likelihood ratio norms them by each face's cohort, so that no distance is safe: the
    limit is as wide as `NEAR` pairs a person allow, and what it loses is measured.

    Args:
        faces: Templates.
        least: log10 likelihood ratio.
        exact: Pairs that were found without a limit; those of them that reach `least` tell the recall. None = the
            recall of the limit is not known, and not counted.
        work: Folder in which a search that was killed goes on; None = it starts over.
    """
    if not np.isfinite(faces.score_of(least)) or len(faces.person) < 2:
        return _none(), Searched("exact", 1.0)
    vectors = faces.prepared.vectors
    limit = _limit(vectors)
    near = near_pairs(vectors, limit=limit, folder=work)
    found = _candidates(faces, np.asarray(near.i, dtype=np.int64), np.asarray(near.j, dtype=np.int64))
    kept = found.face >= least
    recall = near.recall
    if exact is not None and (reaching := exact.face >= least).any():
        one, other = (vectors[faces.row[side[reaching]]] for side in (exact.a, exact.b))
        recall *= float((np.linalg.norm(one - other, axis=1) < limit).mean())
    return Candidates(found.a[kept], found.b[kept], found.face[kept]), Searched(near.method, recall)


def _limit(vectors: Vectors) -> float:
    """Return the distance that `NEAR` pairs a person are nearer than, from a sample of the people."""
    drawn = np.random.default_rng(0).permutation(len(vectors))[:SAMPLE]
    own = vectors[drawn]
    cosines = (own @ own.T)[np.triu_indices(len(own), 1)]
    share = min(2 * NEAR / (len(vectors) - 1), 1.0)
    return float(np.sqrt(max(2 - 2 * float(np.quantile(cosines, 1 - share)), 0.0)))


def joined(parts: list[Candidates]) -> Candidates:
    """Return all pairs once, in order of a and b."""
    a, b, face = (np.concatenate(column) for column in zip(*parts, strict=True))
    _, first = np.unique(a * (int(b.max(initial=0)) + 1) + b, return_index=True)
    return Candidates(a[first], b[first], face[first])


def _candidates(faces: Faces, i: Rows, j: Rows) -> Candidates:
    """Return pairs of templates as pairs of people."""
    one, other = faces.person[i], faces.person[j]
    a, b = np.minimum(one, other), np.maximum(one, other)
    return Candidates(a, b, faces.log10_lr(a, b))


def _pairs_sharing(value: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Yield the pairs a < b of equal values that are known, in parts of bounded size."""
    order = np.argsort(value, kind="stable")
    order = order[value[order] >= 0]
    held: list[tuple[Rows, Rows]] = []
    size, step = 0, 1
    ordered = value[order]
    at = np.arange(len(order) - 1)
    while len(at):
        at = at[at + step < len(order)]
        # A value that has no pair at this distance has none at a larger one.
        at = at[ordered[at + step] == ordered[at]]
        if len(at):
            held.append((order[at], order[at + step]))
            size += len(at)
        step += 1
        if size >= CHUNK:
            yield _sorted_pairs(held)
            held, size = [], 0
    if held:
        yield _sorted_pairs(held)


def _sorted_pairs(held: list[tuple[Rows, Rows]]) -> tuple[Rows, Rows]:
    one, other = (np.concatenate(column) for column in zip(*held, strict=True))
    return np.minimum(one, other), np.maximum(one, other)


def _none() -> Candidates:
    nobody = np.empty(0, dtype=np.int64)
    return Candidates(nobody, nobody, np.empty(0))
