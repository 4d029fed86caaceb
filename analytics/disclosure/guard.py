"""Differencing: a reader who may ask for any filter must not isolate a few by asking twice."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from analytics.disclosure.attack import bounds
from analytics.disclosure.thresholds import PROTECTION, SMALLEST

Cell = Hashable
"""What no filter can divide: mostly a tuple of the finest values of all dimensions."""
Query = frozenset[Cell]
"""The cells that a filter covers, whose sum is asked for."""
MOST_QUERIES: Final = 500
"""Sums that one reader may be told of one snapshot: the check grows with them, and so does what can be concluded."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a reader is told.

    Attributes:
        says: allowed, coarsened (another query than the one asked) or refused.
        query: The cells whose sum may be told; empty when refused.
    """

    says: Literal["allowed", "coarsened", "refused"]
    query: Query = frozenset()


@dataclass(kw_only=True)
class Guard:
    """The ledger of what each reader was told, and the decision about what may be told next.

    All sums told to one reader divide the cells into groups: those that every sum covers alike. A reader can conclude
    nothing finer than the groups' counts, so a sum is refused when with it the count of a group of 1 to `least` - 1
    could be bounded tighter than `least` - 2 (linear programmes over all sums told). The difference of two nested
    filters is the simplest case, three overlapping ones another.

    A refusal says by itself that some group is small (Kenthapadi, Mishra & Nissim 2005, "Simulatable auditing", PODS);
    it does not say which nor how small. Readers who pool what they were told need one scope.

    Attributes:
        least: Fewest that may be isolated.
        told: Scope (session or reader, with the snapshot) to the queries whose sums it was told, in order.
    """

    least: int = SMALLEST
    told: dict[str, list[Query]] = field(default_factory=dict)

    def allow(
        self, scope: str, query: Iterable[Cell], counts: Mapping[Cell, int], *, coarser: Sequence[Iterable[Cell]] = ()
    ) -> Decision:
        """Decide whether a reader may be told a sum, and keep it in the ledger when he may.

        Args:
            scope: Whose ledger.
            query: The cells asked for.
            counts: The count of every cell of the snapshot; cells that are missing are 0.
            coarser: Queries to fall back to, the nearest first, such as the area above.
        """
        asked = [frozenset(query), *(frozenset(each) for each in coarser)]
        for at, each in enumerate(asked):
            if self._safe(scope, each, counts):
                if each not in self.told.setdefault(scope, []):
                    self.told[scope].append(each)
                return Decision(says="coarsened" if at else "allowed", query=each)
        return Decision(says="refused")

    def _safe(self, scope: str, query: Query, counts: Mapping[Cell, int]) -> bool:
        told = self.told.get(scope, [])
        if query in told:
            return True
        if len(told) >= MOST_QUERIES:
            return False
        groups = _groups([*told, query])
        covers = np.array(list(groups), dtype=float).T
        sizes = np.array([sum(counts.get(cell, 0) for cell in cells) for cells in groups.values()], dtype=float)
        small = np.flatnonzero((sizes > 0) & (sizes < self.least))
        if not len(small):
            return True
        low, high = bounds(covers, covers @ sizes, np.zeros(len(sizes)), cells=small.tolist())
        return bool((high - low >= min(PROTECTION, self.least - 2)).all())


def _groups(queries: Sequence[Query]) -> dict[tuple[bool, ...], list[Cell]]:
    """Return the cells by which queries cover them."""
    found: dict[tuple[bool, ...], list[Cell]] = {}
    for cell in frozenset().union(*queries):
        found.setdefault(tuple(cell in query for query in queries), []).append(cell)
    return found
