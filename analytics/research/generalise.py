"""The least generalisation that is anonymous enough: every node of the lattice is tried, the finest first.

Samarati 2001 (IEEE TKDE 13:1010) and El Emam et al. 2009 (OLA, JAMIA 16:670) search the lattice of all combinations of
levels for the node that loses least. Here the families are first counted by their finest combination, so that a node
costs milliseconds and all can be asked in the order of their loss: the first that holds is the best of all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import pandas as pd

from analytics.research.anonymity import Anonymity
from analytics.research.columns import ANY, QUASI, Quasi
from analytics.research.errors import ResearchError

MOST_BITS: Final = 63
"""Different values of all sensitive columns together: each is a bit of a 64-bit number."""


@dataclass(frozen=True, kw_only=True)
class Generalised:
    """Families that are anonymous enough.

    Attributes:
        rows: The families' rows, in their order, quasi-identifiers generalised; `ANY` in all of them where suppressed.
        levels: Quasi-identifier to its level, 0 = finest.
        suppressed: Share of the families whose quasi-identifiers are all suppressed.
        loss: Bits lost by generalising, as a share of all that there were (non-uniform entropy, Gionis & Tassa 2009).
        tried: Nodes of the lattice that were tried.
    """

    rows: pd.DataFrame
    levels: dict[str, int]
    suppressed: float
    loss: float
    tried: int


def generalise(
    rows: pd.DataFrame,
    *,
    sensitive: Sequence[str],
    least: Anonymity,
    most_suppressed: float,
    quasi: Sequence[Quasi] = QUASI,
) -> Generalised:
    """Return families with the least generalisation at which each shares its quasi-identifiers with k - 1 others.

    Families of smaller classes, or of classes with fewer than l values of a sensitive column, have all their
    quasi-identifiers suppressed and make one class together; where that is too small itself, the smallest other classes
    join it. No row is left out: counts that need no quasi-identifier stay exact.

    Args:
        rows: One row a family: the quasi-identifiers at their finest level and the sensitive columns, as text.
        sensitive: Columns that must show at least l values in each class.
        least: k and l.
        most_suppressed: Largest share of families that may be suppressed.
        quasi: The quasi-identifiers with their levels.

    Raises:
        ResearchError: no node of the lattice holds, or the sensitive columns have too many values.
    """
    names = [each.name for each in quasi]
    _require_reachable(rows, sensitive, least)
    steps = [[step(rows[each.name]) for _, step in each.steps] for each in quasi]
    coded = [[pd.factorize(values)[0] for values in levels] for levels in steps]
    first, at = _unique([levels[0] for levels in coded])
    cells = _Cells.of(rows, sensitive, at=at, number=len(first))
    lost = [[_bits(levels[0], codes) for codes in levels] for levels in coded]
    whole = sum(bits[-1] for bits in lost)
    nodes = sorted(
        product(*(range(len(levels)) for levels in coded)),
        key=lambda node: (sum(bits[level] for bits, level in zip(lost, node, strict=True)), sum(node), node),
    )
    for tried, node in enumerate(nodes, start=1):
        classes = _unique([levels[level][first] for levels, level in zip(coded, node, strict=True)])[1]
        hidden = cells.hidden(classes, least)
        if hidden is None or cells.counts[hidden].sum() > most_suppressed * len(rows):
            continue
        found = {
            name: levels[level].mask(pd.Series(hidden[at], index=rows.index), ANY).astype("str")
            for name, levels, level in zip(names, steps, node, strict=True)
        }
        return Generalised(
            rows=rows.assign(**found),
            levels=dict(zip(names, node, strict=True)),
            suppressed=float(cells.counts[hidden].sum() / len(rows)),
            loss=sum(bits[level] for bits, level in zip(lost, node, strict=True)) / whole if whole else 0.0,
            tried=tried,
        )
    raise ResearchError(
        f"The families cannot be made anonymous with k = {least.k} and l = {least.l}.",
        cause=f"No generalisation reaches it with {most_suppressed:.1%} of {len(rows):,} families suppressed.",
        next_step="Take a larger area, allow more suppression, or ask for a smaller k or l.",
    )


@dataclass(frozen=True, kw_only=True)
class _Cells:
    """Families by their finest combination: how many, and which sensitive values are among them, as bits."""

    counts: np.ndarray
    values: np.ndarray
    masks: tuple[int, ...]

    @classmethod
    def of(cls, rows: pd.DataFrame, sensitive: Sequence[str], *, at: np.ndarray, number: int) -> "_Cells":
        values, masks, used = np.zeros(len(rows), dtype=np.int64), [], 0
        for name in sensitive:
            codes, known = pd.factorize(rows[name])
            if used + len(known) > MOST_BITS:
                raise ResearchError(f"The sensitive columns have more than {MOST_BITS} values together.")
            values |= np.left_shift(np.int64(1), codes + used)
            masks.append(((1 << len(known)) - 1) << used)
            used += len(known)
        together = np.zeros(number, dtype=np.int64)
        np.bitwise_or.at(together, at, values)
        return cls(counts=np.bincount(at, minlength=number), values=together, masks=tuple(masks))

    def hidden(self, classes: np.ndarray, least: Anonymity) -> np.ndarray | None:
        """Return which combinations are suppressed; None where not even all of them together would hold."""
        number = int(classes.max()) + 1
        sizes = np.bincount(classes, weights=self.counts, minlength=number)
        values = np.zeros(number, dtype=np.int64)
        np.bitwise_or.at(values, classes, self.values)
        gone: np.ndarray = ~self._holds(sizes, values, least)
        for extra in [*np.argsort(sizes, kind="stable"), None]:
            together = np.bitwise_or.reduce(values[gone], initial=0, keepdims=True)
            if not gone.any() or self._holds(sizes[gone].sum(keepdims=True), together, least)[0]:
                found: np.ndarray = gone[classes]
                return found
            if extra is not None:
                gone[extra] = True
        return None

    def _holds(self, sizes: np.ndarray, values: np.ndarray, least: Anonymity) -> np.ndarray:
        enough = sizes >= least.k
        for mask in self.masks:
            enough &= np.bitwise_count(values & mask) >= least.l
        return enough


def describe(levels: Mapping[str, int], quasi: Sequence[Quasi] = QUASI) -> dict[str, str]:
    """Return what the level of each quasi-identifier is called."""
    return {each.name: each.steps[levels[each.name]][0] for each in quasi}


def _require_reachable(rows: pd.DataFrame, sensitive: Sequence[str], least: Anonymity) -> None:
    if len(rows) < least.k:
        raise ResearchError(
            f"There are fewer than k = {least.k} families.", next_step="Take a larger area or a smaller k."
        )
    for name in sensitive:
        there = rows[name].nunique()
        if there < least.l:
            raise ResearchError(
                f"l = {least.l} cannot be reached.", cause=f"The column {name} has {there} values.",
                next_step=f"Ask for l = {there} at most.",
            )  # fmt: skip


def _unique(columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row of each different combination, and which of them each row is."""
    keys = np.zeros(len(columns[0]), dtype=np.int64)
    for codes in columns:
        keys = keys * (int(codes.max()) + 1) + codes
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return first, which


def _bits(finest: np.ndarray, coarser: np.ndarray) -> float:
    """Return the bits that a column loses: -log2 of a value's share among those that it cannot be told from, summed."""
    own, all_ = np.bincount(finest)[finest], np.bincount(coarser)[coarser]
    return float(-np.log2(own / all_).sum())
