"""Hiding small counts, and as many others as it takes that nobody can compute them."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd

from analytics.disclosure.attack import COUNT
from analytics.disclosure.errors import DisclosureError
from analytics.disclosure.lattice import TOTAL, Lattice, Parents, lattice
from analytics.disclosure.moves import Moves
from analytics.disclosure.thresholds import PROTECTION, SMALLEST

Reason = Literal["", "small", "beside"]
"""Why a count is hidden: not at all, because it is small, or because a small one could be told from it."""
REASON: Final = "reason"


def suppress(
    table: pd.DataFrame,
    dimensions: Sequence[str],
    *,
    hierarchy: Mapping[str, Parents] | None = None,
    least: int = SMALLEST,
) -> pd.DataFrame:
    """Return a table with all its totals, small counts hidden so that none can be computed.

    Every hidden count keeps an interval of possible values at least `least` - 2 wide, whatever a reader derives from
    the shown ones (see `attack`). Which others are hidden is found one cell after another: the linear programme of
    Kelly, Golden & Assad 1992 (Networks 22:397) asks for the change of the table that keeps all shown sums, frees the
    cell, and touches the smallest counts; what it touches is hidden. So the loss is small but not proven the least.

    Args:
        table: Dimensions and `n`, one row a cell without totals; cells without row are 0.
        dimensions: The columns that span the table: one to three.
        hierarchy: Dimension to the parent of its values, such as `region_tree(codes)`; the top is `TOTAL`.
        least: Smallest count that is shown; 0 is shown too.

    Returns:
        One row a cell and total: dimensions, n (empty where hidden), reason ("", "small" or "beside"). The reason is
        for the publisher: readers who saw it would know more, so `published` takes it away.

    Raises:
        DisclosureError: a cell twice, a count that is negative or no whole number, a hierarchy in a circle.
    """
    grid = lattice(table, dimensions, hierarchy or {})
    counts = _totals(table, grid)
    small = (counts > 0) & (counts < least)
    hidden = close(grid, counts, small, width=least - 2)
    reason = np.select([small, hidden], ["small", "beside"], default="")
    shown = pd.array(np.where(hidden, -1, counts), dtype="Int64")
    shown[hidden] = pd.NA
    found = grid.frame()
    found[COUNT], found[REASON] = shown, reason
    return found


def published(suppressed: pd.DataFrame) -> pd.DataFrame:
    """Return what may leave: the same rows without the reasons."""
    return suppressed.drop(columns=REASON)


def close(grid: Lattice, counts: np.ndarray, small: np.ndarray, *, width: float = PROTECTION) -> np.ndarray:
    """Return which cells to hide so that no hidden one can be bounded tighter than `width`."""
    moves = Moves(grid, counts, small)
    waiting = deque(np.flatnonzero(small)[np.argsort(counts[small], kind="stable")])
    while waiting:
        waiting.extend(moves.free(int(waiting.popleft()), width=width))
    return moves.hidden


def _totals(table: pd.DataFrame, grid: Lattice) -> np.ndarray:
    given = pd.to_numeric(table[COUNT], errors="coerce").to_numpy(dtype=float)
    wrong = ~np.isfinite(given) | (given < 0) | (given != np.floor(given))
    if wrong.any():
        raise DisclosureError(
            "Only whole counts can be made safe.", cause=f"{int(wrong.sum())} cells are none.",
            next_step="Count the families of each cell.",
        )  # fmt: skip
    at = grid.positions(table)
    if len(np.unique(at)) < len(at) or any((table[axis.name].astype(str) == TOTAL).any() for axis in grid.axes):
        raise DisclosureError(
            "A table is made safe from its cells.", cause="A cell is there twice, or a total among the cells.",
            next_step="Give each cell once and no totals; they are added up here.",
        )  # fmt: skip
    counts = np.zeros(grid.shape)
    counts.ravel()[at] = given
    for place, axis in enumerate(grid.axes):
        turned = np.moveaxis(counts, place, 0)
        for node in _upwards(axis.parent):
            turned[axis.parent[node]] += turned[node]
    return counts.ravel()


def _upwards(parent: np.ndarray) -> list[int]:
    """Return the values that have a parent, those farthest from the top first."""
    depth = np.zeros(len(parent), dtype=int)
    at = parent.copy()
    while (at >= 0).any():
        depth += at >= 0
        at = np.where(at >= 0, parent[at], -1)
    return [int(node) for node in np.argsort(-depth, kind="stable") if parent[node] >= 0]
