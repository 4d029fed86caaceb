"""The cells of a table with all its totals, and the sums that bind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import sparse

from analytics.disclosure.errors import DisclosureError

TOTAL: Final = ""
"""Value of a dimension in the rows that are totals over it; also the code of the place above all provinces."""

Parents = Mapping[str, str]
"""Value of a dimension to the one that it is a part of."""


def region_tree(codes: Sequence[str]) -> dict[str, str]:
    """Return the parent of every region and of all regions above it, as their dotted codes say.

    >>> region_tree(["35.10.16"])
    {'35.10.16': '35.10', '35.10': '35', '35': ''}
    """
    found: dict[str, str] = {}
    for code in codes:
        below = str(code)
        while below:
            found[below] = below.rpartition(".")[0]
            below = found[below]
    return found


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One dimension: its values and totals.

    Attributes:
        name: Column.
        values: Leaves and totals, `TOTAL` last.
        parent: Position of the value above each; -1 for `TOTAL`.
    """

    name: str
    values: tuple[str, ...]
    parent: np.ndarray

    @cached_property
    def _parts(self) -> dict[int, list[int]]:
        """The values below each total."""
        found: dict[int, list[int]] = {}
        for at, above in enumerate(self.parent.tolist()):
            found.setdefault(above, []).append(at)
        return found

    def sums(self, kept: np.ndarray | None = None) -> Any:
        """Return totals × values: 1 for the total, -1 for each part; only the columns `kept`, without empty rows."""
        parts = np.flatnonzero(self.parent >= 0)
        above = np.unique(self.parent[parts])
        size = len(self.values)
        ones = sparse.coo_array((np.ones(len(above)), (above, above)), shape=(size, size))
        minus = sparse.coo_array((-np.ones(len(parts)), (self.parent[parts], parts)), shape=(size, size))
        found = sparse.csr_array(ones + minus)
        found = found[:, kept] if kept is not None else found
        return found[np.diff(found.indptr) > 0]

    def near(self, node: int) -> np.ndarray:
        """Return the values that can make up for a change of one: all above it, its siblings, and what lies below.

        Where a value is its parent's only part, the siblings of the first value above it that has any.
        """
        above, at = [node], node
        while self.parent[at] >= 0:
            at = int(self.parent[at])
            above.append(at)
        top = next((a for a in above if self.parent[a] >= 0 and len(self._parts[self.parent[a]]) > 1), node)
        found, waiting = set(above), list(self._parts[self.parent[top]]) if self.parent[top] >= 0 else [top]
        while waiting:
            at = int(waiting.pop())
            found.add(at)
            waiting.extend(self._parts.get(at, ()))
        return np.array(sorted(found))


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """All cells of a table: the product of its axes, in their order, the last varying fastest."""

    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Values of each axis."""
        return tuple(len(axis.values) for axis in self.axes)

    def sums(self, kept: Sequence[np.ndarray] | None = None) -> Any:
        """Return sums × cells, each row 0 when the counts add up; of the part of the table that `kept` spans."""
        columns = kept or [np.arange(size) for size in self.shape]
        rows = []
        for at, axis in enumerate(self.axes):
            parts = [sparse.eye_array(len(column), format="csr") for column in columns]
            parts[at] = axis.sums(columns[at])
            rows.append(reduce(lambda one, other: sparse.kron(one, other, format="csr"), parts))
        return sparse.vstack(rows, format="csr")

    def frame(self) -> pd.DataFrame:
        """Return one row a cell: the dimensions."""
        index = pd.MultiIndex.from_product([axis.values for axis in self.axes], names=[axis.name for axis in self.axes])
        return index.to_frame(index=False)

    def positions(self, table: pd.DataFrame) -> np.ndarray:
        """Return the cell of each row.

        Raises:
            DisclosureError: a value that the lattice lacks.
        """
        places = []
        for axis in self.axes:
            found = pd.Index(axis.values).get_indexer(pd.Index(table[axis.name].astype(str)))
            if (found < 0).any():
                raise DisclosureError(
                    f"The dimension {axis.name} has values that its hierarchy lacks.",
                    cause=f"{int((found < 0).sum())} rows.",
                    next_step="Give every value its parent.",
                )
            places.append(found)
        return np.ravel_multi_index(tuple(places), self.shape) if places else np.zeros(len(table), dtype=int)


def lattice(table: pd.DataFrame, dimensions: Sequence[str], hierarchy: Mapping[str, Parents]) -> Lattice:
    """Make the lattice of a table; a dimension without hierarchy has its values and one total.

    Raises:
        DisclosureError: a hierarchy that goes in a circle.
    """
    return Lattice(axes=tuple(_axis(name, table[name], hierarchy.get(name, {})) for name in dimensions))


def _axis(name: str, values: "pd.Series[Any]", parents: Parents) -> Axis:
    there = {str(value) for value in values} - {TOTAL}
    above: dict[str, str] = {}
    waiting = sorted(there)
    while waiting:
        value = waiting.pop()
        above[value] = parents.get(value, TOTAL)
        if above[value] != TOTAL and above[value] not in above:
            waiting.append(above[value])
    for value, parent_of in above.items():
        seen, at = {value}, parent_of
        while at != TOTAL:
            if at in seen:
                raise DisclosureError(
                    f"The hierarchy of {name} goes in a circle.",
                    cause="A value is a part of itself.",
                    next_step="Give each value the one that it is a part of.",
                )
            seen.add(at)
            at = above[at]
    ordered = [*sorted(above), TOTAL]
    at_of = {value: at for at, value in enumerate(ordered)}
    parent = np.array([*(at_of[above[value]] for value in ordered[:-1]), -1])
    return Axis(name=name, values=tuple(ordered), parent=parent)
