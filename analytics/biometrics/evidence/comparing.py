"""All pairs of labelled photos, compared block by block: histograms, every genuine score, and the impostors' tail.

Memory does not grow with the pairs but for the tail, which is one in forty of them; `MOST_PHOTOS` bounds it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.norming import Kind, Prepared, Scores

FOLDS = 5
"""Parts that people are divided into, so that what is learnt from some is measured on others."""
BINS = 4_096
TAIL = 0.025
"""Share of the impostors, the most alike, that is kept pair by pair: enough for an FMR of 1e-2 in every resample."""
PILOT = 200_000
"""Random pairs that say where the tail begins and how far the histogram reaches."""
MOST_PHOTOS = 20_000
"""2e8 pairs: a tail of 60 MB."""
LEAST_GENUINE = 30
"""Genuine pairs below which no error rate is stated (rule of 30, Doddington et al. 2000, Speech Communication 31)."""

Counts = NDArray[np.int64]
Codes = NDArray[np.int64]


class Pairs(NamedTuple):
    """Rows of photos and their scores, int32 and float32 (n)."""

    i: NDArray[np.int32]
    j: NDArray[np.int32]
    score: Scores


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All pairs of photos of known people, by one kind of score.

    Attributes:
        kind: The score.
        person: Code of each photo's person, 0 to people − 1 (n).
        folds: Fold of each person (people).
        edges: Edges of the histogram's bins, float64 (BINS + 1); scores beyond are in the outermost bins.
        genuine: All pairs of one person's photos.
        tail: The impostor pairs most alike, highest first; about `TAIL` of them.
        histogram: Impostor pairs by both people's folds and the bin, int64 (FOLDS, FOLDS, BINS); [f, g] with f ≤ g.
    """

    kind: Kind
    person: Codes
    folds: Codes
    edges: NDArray[np.float64]
    genuine: Pairs
    tail: Pairs
    histogram: Counts

    @property
    def impostors(self) -> int:
        """Pairs of different people's photos."""
        return int(self.histogram.sum())

    @property
    def centres(self) -> NDArray[np.float64]:
        """Middle of each bin."""
        return (self.edges[1:] + self.edges[:-1]) / 2

    def genuine_histogram(self, fold: int | None = None, *, without: int | None = None) -> Counts:
        """Return genuine pairs by bin: all, those of a fold, or those without a fold."""
        own = self.folds[self.person[self.genuine.i]]
        wanted = np.ones(len(own), dtype=bool)
        if fold is not None:
            wanted = own == fold
        if without is not None:
            wanted &= own != without
        return np.bincount(_bins(self.genuine.score[wanted], self.edges), minlength=BINS)

    def impostor_histogram(self, fold: int | None = None, *, without: int | None = None) -> Counts:
        """Return impostor pairs by bin: all, those whose both people are in a fold, or those with nobody in a fold."""
        if fold is not None:
            return np.asarray(self.histogram[fold, fold])
        kept = [f for f in range(FOLDS) if f != without]
        return np.asarray(self.histogram[np.ix_(kept, kept)].sum(axis=(0, 1)))


def compare(prepared: Prepared, person: Codes, *, seed: int = 0) -> Comparison:
    """Compare every photo with every other.

    Args:
        prepared: Their templates, ready to be scored (n).
        person: Codes of the people, 0 to people − 1 (n).
        seed: Seed of the folds and of the pilot.

    Raises:
        FaceError: fewer than 30 genuine pairs, a single person, or more than 20,000 photos.
    """
    genuine = _genuine(person)
    people = int(person.max(initial=-1)) + 1
    if len(genuine[0]) < LEAST_GENUINE or people < FOLDS * 2:
        raise FaceError(
            "Too few photos to state an error rate.",
            cause=f"{len(genuine[0])} pairs of photos of one person and {people} people; at least {LEAST_GENUINE} and "
            f"{FOLDS * 2} are needed.",
            next_step="Bring photos of more people, with two or more of many of them.",
        )
    if len(person) > MOST_PHOTOS:
        raise FaceError(f"More than {MOST_PHOTOS:,} photos.", next_step="Draw a sample of the people first.")
    random = np.random.default_rng(seed)
    folds = random.permutation(people) % FOLDS
    i, j = random.integers(0, len(person), (2, PILOT))
    different = person[i] != person[j]
    pilot = prepared.scores(i[different], j[different])
    alike = prepared.scores(*genuine)
    begin = float(np.quantile(pilot, 1 - TAIL))
    low, high = float(min(pilot.min(), alike.min())), float(max(pilot.max(), alike.max()))
    margin = (high - low) / 10
    edges = np.linspace(low - margin, high + margin, BINS + 1)
    histogram = np.zeros(FOLDS * FOLDS * BINS, dtype=np.int64)
    tails: list[Pairs] = []
    own = folds[person]
    for rows, columns, scores in prepared.blocks():
        i, j = np.arange(rows, rows + scores.shape[0]), np.arange(columns, columns + scores.shape[1])
        apart = person[i][:, None] != person[j][None, :]
        if rows == columns:
            apart &= i[:, None] < j[None, :]
        cell = np.minimum(own[i][:, None], own[j][None, :]) * FOLDS + np.maximum(own[i][:, None], own[j][None, :])
        kept = scores[apart]
        histogram += np.bincount(cell[apart] * BINS + _bins(kept, edges), minlength=len(histogram))
        r, c = np.nonzero(apart & (scores >= begin))
        tails.append(Pairs(i[r].astype(np.int32), j[c].astype(np.int32), scores[r, c]))
    score = np.concatenate([tail.score for tail in tails])
    order = np.argsort(-score, kind="stable")
    first, second = np.concatenate([tail.i for tail in tails]), np.concatenate([tail.j for tail in tails])
    return Comparison(
        kind=prepared.kind, person=person, folds=folds, edges=edges,
        genuine=Pairs(genuine[0].astype(np.int32), genuine[1].astype(np.int32), alike),
        tail=Pairs(first[order], second[order], score[order]),
        histogram=histogram.reshape(FOLDS, FOLDS, BINS),
    )  # fmt: skip


def _genuine(person: Codes) -> tuple[Codes, Codes]:
    """Return the rows of all pairs of one person's photos, i < j."""
    order = np.argsort(person, kind="stable")
    i, j = [], []
    step = 1
    while (near := np.flatnonzero(person[order[step:]] == person[order[:-step]])).size:
        i.append(order[near])
        j.append(order[near + step])
        step += 1
    if not i:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    first, second = np.concatenate(i), np.concatenate(j)
    return np.minimum(first, second), np.maximum(first, second)


def _bins(scores: Scores, edges: NDArray[np.float64]) -> Codes:
    place = (scores - edges[0]) * (BINS / (edges[-1] - edges[0]))
    return np.asarray(np.clip(place.astype(np.int64), 0, BINS - 1), dtype=np.int64)
