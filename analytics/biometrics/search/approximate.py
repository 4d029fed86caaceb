"""Nearly every pair nearer than a limit in a fraction of the time, and how nearly: measured anew in each search."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.gallery import Vectors
from analytics.biometrics.search.codes import Codes, Coding, demand_usable, fit
from analytics.biometrics.search.exact import (
    COLUMN_BLOCK,
    ROW_BLOCK,
    Candidates,
    cores,
    in_threads,
    padded,
    pairs_of_codes,
    pairs_within,
)
from analytics.biometrics.search.lists import Lists, make_lists
from analytics.biometrics.search.pairs import NearPairs, Positions, Progress, together
from analytics.biometrics.search.product import Product
from analytics.estimation.intervals import wilson

SAMPLED = 8192
"""Templates whose near pairs are searched for exactly, to choose by and to measure recall with."""
ENOUGH = 1000
"""Near pairs that the sample should have; it is doubled until it does, at most to `LARGEST_SAMPLE` of all."""
LARGEST_SAMPLE = 1 / 16
QUERIES = 262_144
"""Templates that are held against the lists at a time; bounds memory."""
WORTHWHILE = 0.5
"""Share of the exact search's comparisons above which the search is exact."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Templates drawn at random, and all pairs that are near one of them (row of the sample, template)."""

    rows: Positions
    pairs: NearPairs

    @property
    def effective(self) -> float:
        """The number of independent pairs that tell as much.

        Pairs of one template are missed together; as if all of a row were found or none (Kish 1965, Survey Sampling,
        5.4), which is careful.
        """
        own = np.bincount(self.pairs.i).astype(np.float64)
        return float(own.sum() ** 2 / (own**2).sum())

    def half(self, which: int) -> "Sample":
        """Return the pairs of every other row: the one half chooses, the other measures."""
        return replace(self, pairs=self.pairs.of(self.pairs.i % 2 == which))


def nearly_all_within(
    vectors: Vectors,
    *,
    limit: float,
    recall: float,
    seed: int,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NearPairs:
    """Return pairs i < j of templates, float32 (n, d), nearer than the limit: a share of at least `recall` of them.

    What the sample promises and what was reached are in the result (`recall`, `recall_low`); where so many lists
    would have to be compared that nothing is gained, or a sample has no pair to choose by, the search is exact.

    Raises:
        FaceError: templates or limit that cannot be searched.
    """
    demand_usable(vectors, limit)
    coding = fit(vectors, limit) if len(vectors) else None
    threads = threads or cores()
    if coding is None or len(vectors) < SAMPLED:
        return pairs_within(vectors, limit=limit, threads=threads, progress=progress)
    codes = coding.encode(vectors)
    lists = make_lists(codes.rows, seed=seed, threads=threads)
    sample = _draw(vectors, coding, codes, limit=limit, seed=seed, threads=threads)
    loss = _choose(lists, codes, sample.half(0), recall)
    if loss is None or _compared(lists, codes, sample, loss) > WORTHWHILE * len(vectors) / 2:
        return pairs_of_codes(vectors, vectors, coding, codes, codes, limit=limit, threads=threads, progress=progress)
    pairs = _search(vectors, coding, codes, lists, loss, limit=limit, threads=threads, progress=progress)
    share, low = measured(pairs, sample.half(1), len(vectors))
    return replace(pairs, method="approximate", recall=share, recall_low=low)


def measured(pairs: NearPairs, sample: Sample, count: int) -> tuple[float, float]:
    """Return which share of a sample's pairs was found, and the lower end of its 95 % interval."""
    if not len(sample.pairs):
        return float("nan"), 0.0
    i, j = sample.rows[sample.pairs.i], sample.pairs.j
    share = float(np.isin(np.minimum(i, j) * count + np.maximum(i, j), pairs.i * count + pairs.j).mean())
    return share, wilson(share * sample.effective, sample.effective).low


def _draw(vectors: Vectors, coding: Coding, codes: Codes, *, limit: float, seed: int, threads: int) -> Sample:
    order = np.random.default_rng((seed, 1)).permutation(len(vectors))
    size, rows, found = SAMPLED, order[:0], together([])
    while True:
        fresh = order[len(rows) : size]
        more = pairs_of_codes(vectors[fresh], vectors, coding, codes.take(fresh), codes, limit=limit, threads=threads)
        more = more.of(fresh[more.i] != more.j)
        found = together([found, replace(more, i=more.i + len(rows))])
        rows = order[:size]
        if len(found) >= ENOUGH or 2 * size > LARGEST_SAMPLE * len(vectors):
            return Sample(rows=rows, pairs=found)
        size *= 2


def _choose(lists: Lists, codes: Codes, sample: Sample, recall: float) -> int | None:
    """Return the least loss of fit at which the sample promises the recall even at the lower end of its interval."""
    if not len(sample.pairs):
        return None
    i, j = sample.rows[sample.pairs.i], sample.pairs.j
    # A pair is found when either of its templates looks into the other's list.
    needed = np.sort(np.minimum(lists.loss(codes.rows, i, j), lists.loss(codes.rows, j, i)))
    shares = np.arange(1, len(needed) + 1) / len(needed)
    reached = wilson(shares * sample.effective, sample.effective).low >= recall
    return int(needed[np.argmax(reached)] if reached.any() else needed[-1])


def _compared(lists: Lists, codes: Codes, sample: Sample, loss: int) -> float:
    """Return how many templates one is compared with, on average."""
    sizes = np.diff(lists.start)
    probed = lists.probed(codes.rows, sample.rows, loss)
    return float(sum(len(rows) * sizes[number] for number, rows in probed)) / len(sample.rows)


def _search(
    vectors: Vectors,
    coding: Coding,
    codes: Codes,
    lists: Lists,
    loss: int,
    *,
    limit: float,
    threads: int,
    progress: Progress | None,
) -> NearPairs:
    least = int(coding.least(codes, codes, limit).min())

    def search(task: tuple[int, Positions]) -> NearPairs:
        number, queries = task
        product, candidates = Product(ROW_BLOCK, COLUMN_BLOCK), Candidates(vectors, vectors, limit, within=False)
        members = lists.members(number)
        for first in range(0, len(members), COLUMN_BLOCK):
            columns = members[first : first + COLUMN_BLOCK]
            block = padded(codes.columns[columns])
            for row in range(0, len(queries), ROW_BLOCK):
                part = queries[row : row + ROW_BLOCK]
                i, j = product.above(codes.rows[part], block, least)
                real = j < len(columns)
                i, j = part[i[real]], columns[j[real]]
                candidates.add(*_ordered(i[i != j], j[i != j]))
        return candidates.near()

    found = []
    for start in range(0, len(vectors), QUERIES):
        chosen = np.arange(start, min(start + QUERIES, len(vectors)))
        found.append(in_threads(search, lists.probed(codes.rows, chosen, loss), threads=threads, what=""))
        if progress is not None:
            progress("comparing faces", (start + len(chosen)) / len(vectors))
    return together(found)


def _ordered(i: NDArray[np.int64], j: NDArray[np.int64]) -> tuple[Positions, Positions]:
    return np.minimum(i, j), np.maximum(i, j)
