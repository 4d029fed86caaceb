"""Every pair nearer than a limit, none left out: codes sort out what cannot be near, float64 checks the others."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from analytics.biometrics.gallery import Vectors
from analytics.biometrics.search.codes import Codes, Coding, demand_usable, fit
from analytics.biometrics.search.pairs import NearPairs, Positions, Progress, together
from analytics.biometrics.search.product import WORD, Columns, Product

ROW_BLOCK, COLUMN_BLOCK = 1024, 1024
"""A block's product, 4 MiB, is looked through while it is in the cache."""
STRIP = 4 * COLUMN_BLOCK
"""Columns that a thread takes at a time."""
CANDIDATES = 65_536
"""Candidates that are kept before they are checked; bounds memory where the limit is wide."""
RECHECKED = 1024
"""Candidates that are checked at a time: 1 MiB a side."""

Task = TypeVar("Task")


def pairs_within(
    vectors: Vectors, *, limit: float, threads: int | None = None, progress: Progress | None = None
) -> NearPairs:
    """Return all pairs i < j of templates, float32 (n, d), nearer than the limit.

    Raises:
        FaceError: templates or limit that cannot be searched.
    """
    demand_usable(vectors, limit)
    if len(vectors) < 2:
        return together([])
    coding = fit(vectors, limit)
    codes = coding.encode(vectors)
    return pairs_of_codes(vectors, vectors, coding, codes, codes, limit=limit, threads=threads, progress=progress)


def pairs_between(
    rows: Vectors,
    columns: Vectors,
    *,
    limit: float,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NearPairs:
    """Return all pairs nearer than the limit of one of `rows`, float32 (n, d), with one of `columns`, (m, d).

    Raises:
        FaceError: templates or limit that cannot be searched.
    """
    demand_usable(rows, limit)
    demand_usable(columns, limit)
    if not len(rows) or not len(columns):
        return together([])
    coding = fit(columns, limit)
    left, right = coding.encode(rows), coding.encode(columns)
    return pairs_of_codes(rows, columns, coding, left, right, limit=limit, threads=threads, progress=progress)


def pairs_of_codes(
    rows: Vectors,
    columns: Vectors,
    coding: Coding,
    left: Codes,
    right: Codes,
    *,
    limit: float,
    threads: int | None,
    progress: Progress | None = None,
) -> NearPairs:
    """Return the pairs of templates whose codes are known; with the same codes on both sides those with i < j."""
    within = left is right
    least = coding.least(left, right, limit)

    def search(start: int) -> NearPairs:
        product, candidates = Product(ROW_BLOCK, COLUMN_BLOCK), Candidates(rows, columns, limit, within=within)
        for first in range(start, min(start + STRIP, len(right)), COLUMN_BLOCK):
            block = padded(right.columns[first : first + COLUMN_BLOCK])
            for row in range(0, min(first + COLUMN_BLOCK, len(left)) if within else len(left), ROW_BLOCK):
                part = slice(row, row + ROW_BLOCK)
                i, j = product.above(left.rows[part], block, int(least[part].min()))
                candidates.add(i + row, j + first)
        return candidates.near()

    # The strips of a half join grow: the long ones first, lest one thread ends with one alone.
    strips = range(0, len(right), STRIP)[::-1]
    return in_threads(search, strips, threads=threads, what="comparing faces", progress=progress)


class Candidates:
    """Pairs that may be near; those that are not are dropped whenever many have gathered."""

    def __init__(self, rows: Vectors, columns: Vectors, limit: float, *, within: bool) -> None:
        self._rows, self._columns, self._limit, self._within = rows, columns, limit, within
        self._waiting: list[tuple[Positions, Positions]] = []
        self._near: list[NearPairs] = []
        self._count = 0

    def add(self, i: Positions, j: Positions) -> None:
        """Add pairs of a row and a column; columns beyond the last (padding) are ignored."""
        if len(i):
            self._waiting.append((i, j))
            self._count += len(i)
            if self._count >= CANDIDATES:
                self._check()

    def near(self) -> NearPairs:
        """Return those that are near."""
        self._check()
        return together(self._near)

    def _check(self) -> None:
        if not self._waiting:
            return
        i, j = (np.concatenate(side) for side in zip(*self._waiting, strict=True))
        real = j < len(self._columns)
        if self._within:
            real &= i < j
        self._near += recheck(self._rows, self._columns, i[real], j[real], self._limit)
        self._waiting, self._count = [], 0


def recheck(rows: Vectors, columns: Vectors, i: Positions, j: Positions, limit: float) -> list[NearPairs]:
    """Return, in parts, those of the pairs that are nearer than the limit by their distance in float64."""
    near = []
    for start in range(0, len(i), RECHECKED):
        left, right = i[start : start + RECHECKED], j[start : start + RECHECKED]
        apart = np.take(rows, left, axis=0).astype(np.float64)
        apart -= np.take(columns, right, axis=0)
        distance = np.sqrt(np.einsum("ij,ij->i", apart, apart))
        kept = distance < limit
        near.append(NearPairs(i=left[kept], j=right[kept], distance=distance[kept].astype(np.float32)))
    return near


def in_threads(
    work: Callable[[Task], NearPairs],
    tasks: Sequence[Task],
    *,
    threads: int | None,
    what: str,
    progress: Progress | None = None,
) -> NearPairs:
    """Return what all tasks found together; without a number of threads, one for each core."""
    found = []
    with ThreadPoolExecutor(threads or cores()) as pool:
        for done, result in enumerate(pool.map(work, tasks), start=1):
            found.append(result)
            if progress is not None:
                progress(what, done / len(tasks))
    return together(found)


def cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def padded(columns: Columns) -> Columns:
    """Return codes (n, k) as the right side of a product: (k, n rounded up to `WORD`), filled with 0."""
    turned = np.zeros((columns.shape[1], -(-len(columns) // WORD) * WORD), np.int8)
    turned[:, : len(columns)] = columns.T
    return turned
