"""Near pairs: positions of two templates and how far apart these are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Method = Literal["exact", "approximate"]
Positions = NDArray[np.int64]
Progress = Callable[[str, float], None]
"""Told what is being done and which share of it is."""


@dataclass(frozen=True, kw_only=True)
class NearPairs:
    """Pairs nearer than a limit, each once, by i and then j.

    Attributes:
        i, j: Rows of the templates, i < j where both are of one matrix, int64 (n).
        distance: Euclidean, of the templates as given, float32 (n).
        method: How they were found.
        recall: Share of all such pairs that were found, measured on a sample of rows; 1 where exact.
        recall_low: Lower end of its 95 % interval; 0 where the sample had no pair to measure it with.
    """

    i: Positions
    j: Positions
    distance: NDArray[np.float32]
    method: Method = "exact"
    recall: float = 1.0
    recall_low: float = 1.0

    def __len__(self) -> int:
        return len(self.i)

    def of(self, chosen: NDArray[np.bool_] | Positions) -> "NearPairs":
        """Return some of the pairs, by a mask or by their positions."""
        return replace(self, i=self.i[chosen], j=self.j[chosen], distance=self.distance[chosen])


def together(parts: Sequence[NearPairs]) -> NearPairs:
    """Return the pairs of all parts in order, a pair that is in several of them once."""
    if not parts:
        nothing = np.empty(0, np.int64)
        return NearPairs(i=nothing, j=nothing, distance=np.empty(0, np.float32))
    pairs = NearPairs(
        i=np.concatenate([part.i for part in parts]),
        j=np.concatenate([part.j for part in parts]),
        distance=np.concatenate([part.distance for part in parts]),
    )
    order = np.lexsort((pairs.j, pairs.i))
    pairs = pairs.of(order)
    fresh = np.ones(len(pairs), np.bool_)
    fresh[1:] = (np.diff(pairs.i) != 0) | (np.diff(pairs.j) != 0)
    return pairs if fresh.all() else pairs.of(fresh)


def without(pairs: NearPairs, dismissed: Iterable[tuple[str, str]], *, ids: NDArray[np.str_]) -> NearPairs:
    """Return the pairs that nobody has dismissed.

    Args:
        pairs: Pairs of rows of one matrix.
        dismissed: Pairs of ids, in either order; ids that are of no row are ignored.
        ids: The id of each row; one id may have several rows (photos of one person).
    """
    gone = np.array(list(dismissed), dtype=np.str_).reshape(-1, 2)
    if not len(gone) or not len(pairs):
        return pairs
    known, number = np.unique(ids, return_inverse=True)
    place = np.minimum(np.searchsorted(known, gone), len(known) - 1)
    place = place[(known[place] == gone).all(axis=1)]
    mine = _key(number[pairs.i], number[pairs.j], len(known))
    return pairs.of(~np.isin(mine, _key(place[:, 0], place[:, 1], len(known))))


def _key(a: Positions, b: Positions, count: int) -> Positions:
    return np.minimum(a, b) * count + np.maximum(a, b)
