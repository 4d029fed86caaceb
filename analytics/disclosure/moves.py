"""Changes of a table that leave every shown sum as it is: what makes a hidden count uncertain."""

from typing import Any, Final

import numpy as np

from analytics.disclosure.lattice import Lattice

STILL: Final = 1e-6
"""Changes below are rounding of the solver."""
HIDDEN_COST: Final = 1e-4
"""Cost of a change of a hidden count beside that of a shown one, which is the count: none, but no idle changes."""


class Moves:
    """The hidden cells of a table, and how far each is known to be free.

    Attributes:
        hidden: Which cells are hidden; grows.
    """

    def __init__(self, grid: Lattice, counts: np.ndarray, hidden: np.ndarray) -> None:
        self.hidden = hidden.copy()
        self._grid, self._counts = grid, counts
        self._low, self._high = counts.copy(), counts.copy()
        self._around: dict[tuple[bytes, ...], tuple[np.ndarray, Any]] = {}

    def free(self, cell: int, *, width: float) -> list[int]:
        """Hide what it takes that a hidden cell has `width` possible values beside its own; return what was hidden."""
        if self._short(cell, width) <= 0:
            return []
        self._apply(*self._down(cell, most=width))
        if self._short(cell, width) <= 0:
            return []
        cells, change = self._up(cell, by=width - (self._counts[cell] - self._low[cell]))
        touched = cells[np.abs(change) > STILL]
        new = touched[~self.hidden[touched]]
        self.hidden[new] = True
        self._apply(cells, change)
        return [int(each) for each in new]

    def _short(self, cell: int, width: float) -> float:
        return float(width - (self._high[cell] - self._low[cell]) - STILL)

    def _apply(self, cells: np.ndarray, change: np.ndarray) -> None:
        """Note that the table with this change is possible too, and so is the one with its opposite, as far as it goes.

        A change found for one cell mostly frees many.
        """
        falls = change > STILL
        if not falls.any() and not (change < -STILL).any():
            return
        room = (self._counts[cells[falls]] - 1) / change[falls]
        back = -min(1.0, room.min(initial=1.0)) * change
        for each in (change, back):
            self._low[cells] = np.minimum(self._low[cells], self._counts[cells] + each)
            self._high[cells] = np.maximum(self._high[cells], self._counts[cells] + each)

    def _down(self, cell: int, *, most: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the change that lowers a cell the most, up to `most`, and touches hidden cells alone."""
        cells, sums = self._part(cell)
        cells, sums = cells[self.hidden[cells]], sums[:, self.hidden[cells]]
        at = int(np.flatnonzero(cells == cell)[0])
        cost, low = np.zeros(len(cells)), 1 - self._counts[cells]
        cost[at], low[at] = 1.0, max(low[at], -most)
        return cells, _solve(cost, sums, low, np.full(len(cells), np.inf))

    def _up(self, cell: int, *, by: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the change that raises a cell by `by` and touches the least of what is shown."""
        from scipy import sparse  # noqa: PLC0415

        cells, sums = self._part(cell)
        cost = np.where(self.hidden[cells], HIDDEN_COST, self._counts[cells])
        at = int(np.flatnonzero(cells == cell)[0])
        rise, fall = np.full(len(cells), np.inf), self._counts[cells] - 1
        least = np.zeros(2 * len(cells))
        least[at], rise[at], fall[at] = by, by, 0.0
        both = _solve(np.tile(cost, 2), sparse.hstack([sums, -sums], format="csr"), least, np.append(rise, fall))
        return cells, both[: len(cells)] - both[len(cells) :]

    def _part(self, cell: int) -> tuple[np.ndarray, Any]:
        """Return the cells above 0 around one, and the sums that bind them; a shown 0 cannot change."""
        where = np.unravel_index(cell, self._grid.shape)
        kept = [axis.near(int(node)) for axis, node in zip(self._grid.axes, where, strict=True)]
        key = tuple(each.tobytes() for each in kept)
        if key not in self._around:
            cells = np.ravel_multi_index(np.meshgrid(*kept, indexing="ij"), self._grid.shape).ravel()
            sums = self._grid.sums(kept)
            there = self._counts[cells] > 0
            self._around[key] = cells[there], sums[:, there]
        return self._around[key]


def _solve(cost: np.ndarray, sums: Any, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    from scipy.optimize import linprog  # noqa: PLC0415 - loads HiGHS

    solved = linprog(cost, A_eq=sums, b_eq=np.zeros(sums.shape[0]), bounds=np.column_stack([low, high]), method="highs")
    return np.asarray(solved.x)
