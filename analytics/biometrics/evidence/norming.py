"""Scores of pairs of faces: raw, centred on a registry, and normed by a cohort of it. Higher is always more alike.

raw
    −‖a − b‖: the distance of the templates as the model made them.
centred
    −‖a' − b'‖, where a' is a/‖a‖ less the registry's mean, at unit norm again. Most of what makes the faces of one
    population look alike to a model that was taught on another is their common mean.
normed
    Symmetric adaptive norming (AS-norm) of the cosine s of a' and b':
    ½ [(s − m_a) / d_a + (s − m_b) / d_b], where m_a and d_a are mean and standard deviation of the `top` highest
    cosines of a' to a cohort of the registry. A face that is like many is asked for more.

Sources: Matějka et al. 2017, Analysis of score normalization in multilingual speaker recognition (Interspeech, S-norm
with the top scores of each side's own cohort); Karam, Campbell & Dehak 2011, Towards reduced false alarms using cohorts
(ICASSP). No label is used: neither the mean nor the cohort knows who is who.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.errors import FaceError
from analytics.biometrics.gallery import Vectors

Scores = NDArray[np.float32]
Kind = Literal["raw", "centred", "normed"]
KINDS: tuple[Kind, ...] = ("raw", "centred", "normed")

TOP = 100
"""Cohort members that a face is normed by: the usual number of the sources."""
COHORT = 5_000
"""Most templates of a cohort, drawn from the registry."""
TOP_SHARE = 0.1
"""Of a smaller registry, at most this share of the cohort is a face's top (assumed)."""
LEAST_REGISTRY = 100
"""Templates below which a cohort's top is too few to have a standard deviation (assumed)."""
ITSELF = 1 - 1e-6
"""Cosine from which a member of the cohort is the very same photo."""
BLOCK = 2_048
"""Rows of a block of pairs: 16 MiB of scores."""


class Block(NamedTuple):
    """Scores of some rows against others.

    Attributes:
        rows: First row of the block.
        columns: First column of the block, never below `rows`.
        scores: float32 (r, c); on the diagonal block only what lies above the diagonal is a pair.
    """

    rows: int
    columns: int
    scores: Scores


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Templates that are ready to be scored in one way.

    Attributes:
        kind: The score.
        vectors: Templates, unit norm unless raw, float32 (n, d).
        mean: Mean of each face's top cohort cosines, float32 (n); zero unless normed.
        deviation: Their standard deviation, float32 (n); one unless normed.
    """

    kind: Kind
    vectors: Vectors
    mean: Scores
    deviation: Scores

    def __len__(self) -> int:
        return len(self.vectors)

    def subset(self, rows: NDArray[np.integer]) -> "Prepared":
        """Return some of the templates, normed as before."""
        return Prepared(
            kind=self.kind, vectors=self.vectors[rows], mean=self.mean[rows], deviation=self.deviation[rows]
        )

    def scores(self, i: NDArray[np.integer], j: NDArray[np.integer]) -> Scores:
        """Return the scores of aligned pairs of rows, float32."""
        found = np.empty(len(i), dtype=np.float32)
        for start in range(0, len(i), BLOCK * 32):
            part = slice(start, start + BLOCK * 32)
            dots = np.einsum("nd,nd->n", self.vectors[i[part]], self.vectors[j[part]])
            found[part] = self._scored(dots, i[part], j[part])
        return found

    def blocks(self, *, size: int = BLOCK) -> Iterator[Block]:
        """Yield the scores of all pairs, the upper triangle in blocks of `size` × `size`."""
        for rows in range(0, len(self), size):
            for columns in range(rows, len(self), size):
                i = np.arange(rows, min(rows + size, len(self)))
                j = np.arange(columns, min(columns + size, len(self)))
                dots = self.vectors[i] @ self.vectors[j].T
                yield Block(rows, columns, self._scored(dots, i[:, None], j[None, :]))

    def _scored(self, dots: Scores, i: NDArray[np.integer], j: NDArray[np.integer]) -> Scores:
        if self.kind == "normed":
            normed = ((dots - self.mean[i]) / self.deviation[i] + (dots - self.mean[j]) / self.deviation[j]) / 2
            return np.asarray(normed, dtype=np.float32)
        squares = self._squares[i] + self._squares[j] - 2 * dots
        return np.asarray(-np.sqrt(np.maximum(squares, 0)), dtype=np.float32)

    @cached_property
    def _squares(self) -> Scores:
        return np.asarray(np.einsum("nd,nd->n", self.vectors, self.vectors), dtype=np.float32)


@dataclass(frozen=True, kw_only=True)
class Norming:
    """What a registry says of faces in general.

    Attributes:
        centre: Mean of the registry's unit templates, float32 (d).
        cohort: Centred templates at unit norm, float32 (m, d). They are people's: keep them encrypted.
        top: Members that a face is normed by.
        registry: Templates that the centre is the mean of.
        seed: Seed of the cohort's draw.
    """

    centre: Scores
    cohort: Vectors
    top: int
    registry: int
    seed: int

    @classmethod
    def fit(cls, vectors: Vectors, *, seed: int = 0, cohort: int = COHORT, top: int = TOP) -> "Norming":
        """Learn centre and cohort from an unlabelled registry.

        Args:
            vectors: Templates of one model, float32 (n, d); best one a person.
            seed: Seed of the cohort's draw, where the registry is larger than it.
            cohort: Most templates of the cohort.
            top: Most members that a face is normed by; at most a tenth of the cohort is.

        Raises:
            FaceError: fewer than 100 templates, or templates that are no finite numbers or zero.
        """
        if vectors.ndim != 2 or len(vectors) < LEAST_REGISTRY:
            raise FaceError(
                "Too few templates to norm scores by.",
                cause=f"{len(vectors)} templates, at least {LEAST_REGISTRY} are needed.",
                next_step="Enrol more photos, or use a calibration that brings its own cohort.",
            )
        units = _units(vectors)
        centre = units.mean(axis=0, dtype=np.float64).astype(np.float32)
        drawn = np.arange(len(units))
        if len(units) > cohort:
            drawn = np.sort(np.random.default_rng(seed).choice(len(units), cohort, replace=False))
        members = _units(units[drawn] - centre)
        return cls(
            centre=centre, cohort=members, top=max(1, min(top, int(TOP_SHARE * len(members)))), registry=len(vectors),
            seed=seed,
        )  # fmt: skip

    def prepare(self, vectors: Vectors, *, kind: Kind = "normed") -> Prepared:
        """Return templates ready to be scored.

        Raises:
            FaceError: another number of dimensions than the registry's, or a template that is no finite number or zero.
        """
        if vectors.ndim != 2 or vectors.shape[1] != len(self.centre):
            raise FaceError(
                "These templates are not of the model that the registry's are of.",
                cause=f"{vectors.shape[-1]} dimensions instead of {len(self.centre)}.",
            )
        units = _units(vectors)
        zero, one = np.zeros(len(vectors), dtype=np.float32), np.ones(len(vectors), dtype=np.float32)
        if kind == "raw":
            own = np.ascontiguousarray(vectors, dtype=np.float32)
            return Prepared(kind=kind, vectors=own, mean=zero, deviation=one)
        centred = _units(units - self.centre)
        if kind == "centred":
            return Prepared(kind=kind, vectors=centred, mean=zero, deviation=one)
        for start in range(0, len(centred), BLOCK):
            part = slice(start, start + BLOCK)
            zero[part], one[part] = self._top(centred[part])
        return Prepared(kind=kind, vectors=centred, mean=zero, deviation=one)

    def scores(self, a: Vectors, b: Vectors, *, kind: Kind = "normed") -> Scores:
        """Return the scores of aligned pairs of templates, float32 (n)."""
        both = self.prepare(np.concatenate([a, b]), kind=kind)
        first = np.arange(len(a))
        return both.scores(first, first + len(a))

    def _top(self, centred: Vectors) -> tuple[Scores, Scores]:
        """Return mean and standard deviation of the highest cosines to the cohort, the very same photo left out."""
        cosines = centred @ self.cohort.T
        cosines[cosines > ITSELF] = -1
        top = np.partition(cosines, -self.top, axis=1)[:, -self.top :]
        return top.mean(axis=1), np.maximum(top.std(axis=1), np.finfo(np.float32).tiny ** 0.5)


def _units(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or (norms == 0).any():
        raise FaceError(
            "Templates hold zeros or values that are no numbers.", next_step="Enrol the photos anew with this model."
        )
    return np.asarray(vectors / norms, dtype=np.float32)
