"""Counts that are told whole or pooled, in closed form: no linear programme, whatever the size of the table.

Everything that is told of a table is a sum of blocks, and each block is 0 or at least `SMALLEST`. Where two tables of
the same families are told by their margins alone, the bounds of a cell inside are those of Fréchet: from
max(0, r + c - N) to min(r, c). With all margins 0 or at least 10 they lie at least 10 apart, or the cell is its margin
and not small. So a cell of 1 to 9 is never bounded tighter than `PROTECTION`.
"""

from bisect import bisect_left, insort
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.disclosure.lattice import TOTAL, region_tree
from analytics.disclosure.thresholds import PROTECTION, SMALLEST

Counts = np.ndarray[Any, np.dtype[np.float64]]


def few(counts: Counts) -> Any:
    """Say which counts are of a few: 1 to `SMALLEST` - 1."""
    return (counts > 0) & (counts < SMALLEST)


@dataclass(frozen=True, eq=False)
class Pool:
    """Which items of a list are told only together, and whether that hides them.

    Attributes:
        hidden: One flag an item.
        closed: False where even all items together are too few: then what they are parts of must be hidden too.
    """

    hidden: np.ndarray[Any, np.dtype[np.bool_]]
    closed: bool


def pooled(items: Counts, *, forced: np.ndarray[Any, np.dtype[np.bool_]] | None = None) -> Pool:
    """Hide the items with any small count, and the next smallest until what is hidden is told by no difference.

    The list's totals are taken as known, and so is which counts are 0. Together the hidden items are two or more, and
    each of their counts is 0, or at least `SMALLEST` with `PROTECTION` possible values beside one family in each item.

    Args:
        items: Items × counts, such as districts × channels.
        forced: Items that are hidden already.
    """
    hidden = few(items).any(axis=1) | (forced if forced is not None else False)
    waiting = [at for at in np.argsort(items.sum(axis=1), kind="stable") if items[at].any() and not hidden[at]]
    while hidden.any():
        number, together = int(hidden.sum()), items[hidden].sum(axis=0)
        enough = np.maximum(SMALLEST, PROTECTION + (items[hidden] > 0).sum(axis=0))
        if number > 1 and bool(((together == 0) | (together >= enough)).all()):
            break
        if not waiting:
            return Pool(hidden, closed=False)
        hidden[waiting.pop(0)] = True
    return Pool(hidden, closed=True)


def hidden_in_list(counts: "pd.Series[int]") -> "pd.Series[bool]":
    """Say which counts of one list whose total is known are hidden: those of 1 to 9, and the next smallest."""
    items: Counts = counts.to_numpy(dtype=np.float64)[:, None]  # type: ignore[assignment]  # pandas says integers
    hidden: pd.Series[bool] = pd.Series(pooled(items).hidden.tolist(), index=counts.index)
    return hidden.astype(bool)


def totals_of_tree(codes: Sequence[str], counts: Counts) -> dict[str, Counts]:
    """Return the counts of every region and of all above it, "" for all together; `counts`: lowest regions × counts."""
    found: dict[str, Counts] = {TOTAL: counts.sum(axis=0)}
    for code, row in zip(codes, counts, strict=True):
        while code != TOTAL:
            found[code] = found.get(code, 0) + row
            code = code.rpartition(".")[0]  # noqa: PLW2901 - climbs
    return found


def hidden_in_tree(codes: Sequence[str], counts: Counts, *, forced: Iterable[str] = ()) -> frozenset[str]:
    """Return the regions of all levels that are hidden, "" among them where nothing may be told.

    Siblings are pooled from the lowest level up; a family of siblings that cannot be closed hides the region above
    it; below a hidden region nothing is told, so that hidden siblings can make up for each other down to the lowest.

    Args:
        codes: The lowest regions.
        counts: Lowest regions × counts.
        forced: Regions that are hidden already.
    """
    totals = totals_of_tree(codes, counts)
    children = siblings(totals)
    hidden = set(forced) | ({TOTAL} if few(totals[TOTAL]).any() else set())
    for above in sorted(children, key=lambda code: -depth(code)):
        inside = children[above]
        found = pooled(
            np.array([totals[code] for code in inside]), forced=np.array([code in hidden for code in inside])
        )
        hidden.update(code for code, is_hidden in zip(inside, found.hidden, strict=True) if is_hidden)
        hidden.update([] if found.closed else [above])
    return frozenset(code for code in totals if any(above in hidden for above in upwards(code)))


def siblings(codes: Iterable[str]) -> dict[str, list[str]]:
    """Return the regions directly inside each region."""
    found: dict[str, list[str]] = {}
    for code, above in sorted(region_tree([code for code in codes if code]).items()):
        found.setdefault(above, []).append(code)
    return found


def upwards(code: str) -> list[str]:
    """Return a region and all above it, "" last.

    >>> upwards("35.10")
    ['35.10', '35', '']
    """
    parts = code.split(".") if code else []
    return [*(".".join(parts[:size]) for size in range(len(parts), 0, -1)), TOTAL]


def depth(code: str) -> int:
    """Return the level of a region: 0 for all together, 1 for a province."""
    return len(upwards(code)) - 1


def rare(cells: Counts, kept: Sequence[frozenset[int]]) -> list[frozenset[int]] | None:
    """Return which values of each dimension are told only together, so that no cell of the whole table is small.

    Where a cell is small, the values of one dimension are pooled, for all values of the others: the dimension that
    loses the least.

    Args:
        cells: One axis a dimension, in order, and a last one for the counts.
        kept: Values of each dimension that are pooled already.

    Returns:
        The pooled values, `kept` among them; None where all values together would be too few.
    """
    found = list(kept)
    while few(merged(cells, found)).any():
        best: tuple[float, int, frozenset[int]] | None = None
        for axis in range(cells.ndim - 1):
            others = merged(cells, [each if at != axis else frozenset() for at, each in enumerate(found)])
            items = np.moveaxis(others, axis, 0).reshape(others.shape[axis], -1)
            pool = pooled(items, forced=np.isin(np.arange(len(items)), sorted(found[axis])))
            if not pool.closed:
                continue
            loss = float(items[pool.hidden].sum())
            if best is None or loss < best[0]:
                best = loss, axis, frozenset(np.flatnonzero(pool.hidden).tolist())
        if best is None or best[2] == found[best[1]]:
            return None
        found[best[1]] = best[2]
    return found


def merged(cells: Counts, pools: Sequence[frozenset[int]]) -> Counts:
    """Return the table with the pooled values of each dimension added up into one, the last; `cells` as in `rare`."""
    for axis, pool in enumerate(pools):
        if pool:
            out = sorted(pool)
            together = cells.take(out, axis=axis).sum(axis=axis, keepdims=True)
            cells = np.concatenate([np.delete(cells, out, axis=axis), together], axis=axis)
    return cells


Orders = Sequence[Sequence[int]]
"""Steps of time, the most wanted first: the positions between days that each begins at, weeks for example."""
LEAST_TOLD: Final = 0.5
"""Part of the steps that must be told; where fewer of the first steps are, the next longer ones come first (assumed:
half a line can still be read)."""


def cuts(days: Counts, orders: Orders, *, allowed: Container[int] | None = None) -> frozenset[int]:
    """Return the points in time between which sums are told: no two of them enclose a few.

    A position is taken when the sums to its neighbours on both sides are 0 or not small.

    Args:
        days: Days × counts.
        orders: Steps of time; last come all days.
        allowed: The positions that may be taken, from 0 (before the first day) to the number of days; default: all.
    """
    so_far = np.vstack([np.zeros((1, days.shape[1])), days.cumsum(axis=0)])
    taken: list[int] = []
    for first in range(len(orders)):
        wanted = dict.fromkeys([*orders[first], *(at for order in orders for at in order), *range(len(days))])
        taken = _taken(so_far, [at for at in wanted if allowed is None or at in allowed])
        told = [pair for pair in pairwise(sorted({0, *orders[first], len(days)})) if {*pair} <= {*taken}]
        if len(told) >= LEAST_TOLD * (len(orders[first]) or 1):
            break
    return frozenset(taken)


def _taken(so_far: Counts, candidates: Iterable[int]) -> list[int]:
    taken = [0, len(so_far) - 1]
    for each in candidates:
        at = bisect_left(taken, each)
        if taken[min(at, len(taken) - 1)] == each:
            continue
        pieces = np.array([so_far[each] - so_far[taken[at - 1]], so_far[taken[at]] - so_far[each]])
        if not few(pieces).any():
            insort(taken, each)
    return taken


def common_cuts(
    rows: Mapping[str, Counts], orders: Orders, *, allowed: Container[int], alone: Iterable[str] = ()
) -> dict[str, frozenset[int]]:
    """Return the points in time that siblings are told at: the same for all that are told by time at all.

    One small sibling would leave the others hardly any; so the smallest are told by no time, as many, and at least
    two, as leaves the most pieces of the others.

    Args:
        rows: Sibling to days × counts.
        orders: As in `cuts`.
        allowed: As in `cuts`.
        alone: Siblings that are told by no time already.
    """
    ends = frozenset({0, len(next(iter(rows.values())))})
    out = [code for code in rows if code in set(alone)]
    order = sorted((code for code in rows if code not in set(alone)), key=lambda code: float(rows[code].sum()))
    best, told = ends, list[str]()
    for drop in range(len(order)):
        if len(out) + drop == 1:
            continue
        kept, rest = order[drop:], [*out, *order[:drop]]
        together = [sum(rows[code] for code in rest)] if rest else []
        found = cuts(np.hstack([*(rows[code] for code in kept), *together]), orders, allowed=allowed)
        if (len(found) - 1) * len(kept) > (len(best) - 1) * len(told):
            best, told = found, kept
    return {code: best if code in told else ends for code in rows}
