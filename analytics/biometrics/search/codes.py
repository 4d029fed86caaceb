"""Codes of templates in bytes whose product tells without error which pairs cannot be near.

A template is rotated by PCA and cut after k dimensions; the length of what is cut off becomes one more. Such vectors
are as long as the templates were, and never further apart than they (the triangle inequality on the rest). Rounding
them to bytes moves each by a length that is known, so that by Cauchy and Schwarz the product of two codes is off by at
most a known amount: whoever is nearer than the limit has a product above `Coding.least`. What is above is checked in
full afterwards; nothing near is lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.errors import FaceError
from analytics.biometrics.gallery import Vectors
from analytics.biometrics.search.pairs import Positions
from analytics.biometrics.search.product import COLUMN_LIMIT, ROW_LIMIT, ZERO, Columns, Rows

Float = NDArray[np.float64]

KEPT = (31, 47, 63, 79, 95, 127)
"""Dimensions that may be kept: with the length of the rest a multiple of the 16 bytes that a kernel takes."""
PAIR_COST, DIMENSION_COST, RECHECK_COST = 0.1, 0.0026, 200.0
"""Nanoseconds of a core for a pair, for each of its dimensions, and for a check in full, as measured with VNNI."""
SAMPLE = 2048
CHUNK = 16384


@dataclass(frozen=True, kw_only=True)
class Codes:
    """Codes of n templates and what bounds their error.

    Attributes:
        rows: As the left side of a product, offset by `ZERO`, uint8 (n, k + 1).
        columns: As the right side, coarser by half, int8 (n, k + 1).
        length: Of each template, float64 (n).
        row_error, row_length: How far the left code lies from the vector, and its own length, float64 (n).
        column_error: How far the right code lies from the vector, at most.
    """

    rows: Rows
    columns: Columns
    length: Float
    row_error: Float
    row_length: Float
    column_error: float

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: Positions) -> "Codes":
        """Return the codes of some of the templates."""
        return Codes(
            rows=self.rows[rows], columns=self.columns[rows], length=self.length[rows],
            row_error=self.row_error[rows], row_length=self.row_length[rows], column_error=self.column_error,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Coding:
    """How templates become codes.

    Attributes:
        rotation: Directions that are kept, orthonormal, float64 (d, k).
        scale: Codes of the left side to a unit of length; the right side has `COLUMN_LIMIT / ROW_LIMIT` times as many.
    """

    rotation: Float
    scale: float

    @property
    def column_scale(self) -> float:
        """Codes of the right side to a unit of length."""
        return self.scale * COLUMN_LIMIT / ROW_LIMIT

    def encode(self, vectors: Vectors) -> Codes:
        """Return the codes of templates (n, d)."""
        n, width = len(vectors), self.rotation.shape[1] + 1
        rows, columns = np.empty((n, width), np.uint8), np.empty((n, width), np.int8)
        length, row_error, row_length = np.empty(n), np.empty(n), np.empty(n)
        column_error = 0.0
        for part in _chunks(n):
            kept = cut(vectors[part], self.rotation)
            left = np.clip(np.rint(kept * self.scale), -ROW_LIMIT, ROW_LIMIT)
            right = np.clip(np.rint(kept * self.column_scale), -COLUMN_LIMIT, COLUMN_LIMIT)
            rows[part], columns[part] = left + ZERO, right
            length[part] = np.linalg.norm(kept, axis=1)
            row_error[part] = np.linalg.norm(kept - left / self.scale, axis=1)
            row_length[part] = np.linalg.norm(left / self.scale, axis=1)
            column_error = max(column_error, float(np.linalg.norm(kept - right / self.column_scale, axis=1).max()))
        return Codes(
            rows=rows, columns=columns, length=length, row_error=row_error, row_length=row_length,
            column_error=column_error,
        )  # fmt: skip

    def least(self, rows: Codes, columns: Codes, limit: float) -> NDArray[np.int32]:
        """Return for each row the product that any column nearer than the limit is above, int32 (n)."""
        product = (rows.length**2 + columns.length.min() ** 2 - limit**2) / 2
        product -= rows.row_error * columns.length.max() + rows.row_length * columns.column_error
        whole = np.floor(product * self.scale * self.column_scale) - 1
        least: NDArray[np.int32] = np.clip(whole, np.iinfo(np.int32).min, np.iinfo(np.int32).max).astype(np.int32)
        return least


def fit(vectors: Vectors, limit: float) -> Coding:
    """Return the coding with which the search among templates (n, d) for pairs nearer than the limit costs least."""
    # Evenly spread rather than drawn: the same templates always give the same coding.
    sample = vectors[:: max(1, len(vectors) // (2 * SAMPLE))]
    _, axes = np.linalg.eigh(sample.T.astype(np.float64) @ sample)
    axes = axes[:, ::-1]
    kept = np.array([k for k in KEPT if k < vectors.shape[1]] or [vectors.shape[1]])
    codings = [
        Coding(rotation=axes[:, :k], scale=ROW_LIMIT / (largest or 1.0))
        for k, largest in zip(kept, _largest(vectors, axes, kept), strict=True)
    ]
    return min(codings, key=lambda coding: _cost(coding, sample, limit))


def cut(vectors: Vectors, rotation: Float) -> Float:
    """Return rotated and cut templates with the length of what is cut off as the last column, float64 (n, k + 1)."""
    whole = vectors.astype(np.float64)
    kept = whole @ rotation
    rest = np.einsum("ij,ij->i", whole, whole) - np.einsum("ij,ij->i", kept, kept)
    return np.column_stack([kept, np.sqrt(np.maximum(rest, 0.0))])


def demand_usable(vectors: Vectors, limit: float) -> None:
    """Check what is to be searched.

    Raises:
        FaceError: no matrix of float32, a value that is not finite, or a limit that is not positive.
    """
    if vectors.ndim != 2 or vectors.dtype != np.float32 or not vectors.shape[1]:
        raise FaceError("Templates to search are a matrix of float32.", cause=f"{vectors.dtype}, {vectors.ndim} axes.")
    if not all(np.isfinite(vectors[part]).all() for part in _chunks(len(vectors))):
        raise FaceError("Templates to search have values that are not finite.", next_step="Enrol those photos anew.")
    if not (limit > 0 and np.isfinite(limit)):
        raise FaceError("The limit of the search must be above 0.", cause=f"It is {limit:g}.")


def _largest(vectors: Vectors, axes: Float, kept: NDArray[np.int64]) -> Float:
    """Return, for each number of kept dimensions, the largest coordinate of any template that is cut after it."""
    largest = np.zeros(len(kept))
    for part in _chunks(len(vectors)):
        turned = vectors[part].astype(np.float64) @ axes
        coordinate = np.maximum.accumulate(np.abs(turned).max(axis=0))[kept - 1]
        rest = np.sqrt(np.cumsum(turned[:, ::-1] ** 2, axis=1).max(axis=0, initial=0.0)[::-1])
        largest = np.maximum(largest, np.maximum(coordinate, np.append(rest, 0.0)[kept]))
    return largest


def _cost(coding: Coding, sample: Vectors, limit: float) -> float:
    """Return the nanoseconds that a pair costs with a coding, from the pairs of a sample."""
    codes = coding.encode(sample)
    # Whole numbers below 2^24: float32 is exact.
    left = codes.rows[::2].astype(np.float32) - ZERO
    passed = left @ codes.columns[1::2].astype(np.float32).T > coding.least(codes, codes, limit).min()
    share = np.count_nonzero(passed) / max(passed.size, 1)
    return PAIR_COST + DIMENSION_COST * codes.rows.shape[1] + RECHECK_COST * share


def _chunks(n: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, n, CHUNK))
