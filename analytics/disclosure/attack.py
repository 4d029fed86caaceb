"""What a reader of a published table can conclude about its hidden counts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import sparse

from analytics.disclosure.errors import DisclosureError
from analytics.disclosure.lattice import Parents, lattice

COUNT: Final = "n"
INFEASIBLE: Final = 2
"""Status of HiGHS in SciPy where no table at all has the published sums; others without solution have no bound."""


def attack(
    published: pd.DataFrame,
    dimensions: Sequence[str],
    *,
    hierarchy: Mapping[str, Parents] | None = None,
    least_hidden: int = 1,
    whole: bool = False,
) -> pd.DataFrame:
    """Return the least and most that each hidden count can be, given all that is shown.

    The attacker knows that counts add up, that none is negative, and that a hidden one is at least 1 because zeros are
    shown. He does not know which cells are hidden for their own sake. One pair of linear programmes a cell
    (Fischetti & Salazar 2001, Management Science 47:1008, "attacker problems"), solved by HiGHS.

    Args:
        published: Dimensions (totals as `TOTAL`) and `n`, empty where hidden; cells without row were never published.
        dimensions: The columns that span the table.
        hierarchy: Dimension to the parent of its values.
        least_hidden: What a hidden count is known to be at least; 0 where zeros are hidden as well.
        whole: Look for whole counts alone: the exact bounds, far slower. In tables of three dimensions those without
            it may be wider.

    Returns:
        One row a hidden or unpublished cell: dimensions, low, high (infinite where nothing bounds it), hidden (False
        for cells that were never published).

    Raises:
        DisclosureError: no table has these sums.
    """
    grid = lattice(published, dimensions, hierarchy or {})
    counts, least = np.full(np.prod(grid.shape, dtype=int), np.nan), np.zeros(np.prod(grid.shape, dtype=int))
    at = grid.positions(published)
    counts[at] = published[COUNT].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    least[at] = least_hidden
    unknown = np.flatnonzero(np.isnan(counts))
    sums = grid.sums()
    target = -(sums @ np.nan_to_num(counts))
    part = sums[:, unknown].tocsc()
    low, high = np.zeros(len(unknown)), np.full(len(unknown), np.inf)
    for cells in _components(part):
        rows = np.unique(part[:, cells].indices)
        low[cells], high[cells] = bounds(part[rows][:, cells], target[rows], least[unknown[cells]], whole=whole)
    hidden = np.zeros(len(counts), dtype=bool)
    hidden[at] = True
    return grid.frame().iloc[unknown].assign(low=low, high=high, hidden=hidden[unknown]).reset_index(drop=True)


def audit(
    published: pd.DataFrame, dimensions: Sequence[str], *, hierarchy: Mapping[str, Parents] | None = None
) -> float:
    """Return the width of the narrowest conclusion about any hidden count; infinite where none is hidden.

    A table is safe where this is at least `PROTECTION`.
    """
    found = attack(published, dimensions, hierarchy=hierarchy)
    found = found[found["hidden"]]
    return float((found["high"] - found["low"]).min()) if len(found) else float("inf")


def _components(part: Any) -> list[np.ndarray]:
    """Return the unknown cells that no sum binds to others, apart."""
    touching = abs(part)
    number, labels = sparse.csgraph.connected_components(touching.T @ touching, directed=False)
    return [np.flatnonzero(labels == label) for label in range(number)]


def bounds(sums: Any, target: np.ndarray, least: np.ndarray, *, whole: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and most that counts can be whose `sums` (sums × counts) come to `target`.

    Args:
        sums: Matrix of the known sums.
        target: What each comes to.
        least: What each count is known to be at least.
        whole: Look for whole counts alone.

    Raises:
        DisclosureError: no counts have these sums.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - loads HiGHS

    size = len(least)
    low, high = np.zeros(size), np.full(size, np.inf)
    given: dict[str, Any] = {"bounds": Bounds(least, np.inf), "integrality": np.full(size, int(whole))}
    if sums.shape[0]:
        given["constraints"] = LinearConstraint(sums, target, target)
    for cell in range(size):
        for sign, found in ((1.0, low), (-1.0, high)):
            cost = np.zeros(size)
            cost[cell] = sign
            solved = milp(cost, **given)
            if solved.status == INFEASIBLE:
                raise DisclosureError(
                    "The published counts do not add up.",
                    cause="No table has these totals.",
                    next_step="Publish all cells from one count.",
                )
            found[cell] = sign * solved.fun if solved.x is not None else sign * -np.inf
    return low, high
