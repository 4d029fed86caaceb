"""What may be told of one metric, whatever is asked: worked out once for each way to divide its counts."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce
from operator import and_
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.disclosure.lattice import TOTAL
from analytics.disclosure.pooling import (
    common_cuts,
    cuts,
    hidden_in_tree,
    merged,
    rare,
    siblings,
    totals_of_tree,
    upwards,
)
from analytics.marts import MARTS
from analytics.marts.common import ALL
from analytics.metrics.metric import Cells, Metric
from analytics.metrics.sampled import summed
from analytics.store import Warehouse

WHOLE: Final = frozenset({TOTAL})
ROWS_OF_MONEY: Final = Cells(column="payments")
"""What is counted under an amount of rupiah."""


@dataclass(frozen=True, kw_only=True)
class Division:
    """A way to divide a count: by regions always, by further dimensions, by days or not.

    Attributes:
        dimensions: Names, sorted, regions apart.
        timed: Whether days are told apart.
        programme: Of a mart whose programmes count the same families each: the one that is spoken of; else empty.
    """

    dimensions: tuple[str, ...] = ()
    timed: bool = False
    programme: str = ""

    def coarser(self) -> list["Division"]:
        """Return the same division without each of its dimensions."""
        return [
            Division(
                dimensions=tuple(each for each in self.dimensions if each != name),
                timed=self.timed,
                programme=self.programme,
            )
            for name in self.dimensions
        ]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What of a division is told.

    Attributes:
        hidden: Regions of all levels of which nothing is told; "" = nothing at all is.
        rare: Values of each dimension that are told only together.
        cuts: Region to the positions between days that its sums are told from and to.
        first: The first day; position 0 lies before it.
        days: How many days there are.
        regions: All regions of the counts, those without families left out.
        values: All values of each dimension.
    """

    hidden: frozenset[str]
    rare: dict[str, frozenset[Hashable]] = field(default_factory=dict)
    cuts: dict[str, frozenset[int]] = field(default_factory=dict)
    first: date = date.min
    days: int = 0
    regions: frozenset[str] = frozenset()
    values: dict[str, tuple[Hashable, ...]] = field(default_factory=dict)

    def region(self, code: str) -> bool:
        """Say whether anything is told of a region."""
        return TOTAL not in self.hidden and code not in self.hidden

    def between(self, code: str, start: date | None, end: date | None) -> bool:
        """Say whether a region's sum from one day to the day before another is told; None = from or to the end."""
        at = 0 if start is None else min(max((start - self.first).days, 0), self.days)
        to = self.days if end is None else min(max((end - self.first).days, 0), self.days)
        return at >= to or {at, to} <= self.cuts.get(code, frozenset({0, self.days}))


def told(warehouse: Warehouse, metric: Metric, division: Division) -> Told:
    """Return what is told of a register metric under a division, as if every question of it had been asked.

    A region that a coarser division hides, and a value that it pools, stay so in the finer one; days are told apart
    only where the coarser one does: so all answers of a metric together tell no more than its blocks.
    """
    key = (warehouse.area, metric.id, division)
    if key not in warehouse.kept:
        made = _by_day(warehouse, metric, division) if division.timed else _whole(warehouse, metric, division)
        warehouse.kept[key] = made
    found: Told = warehouse.kept[key]
    return found


def counted(metric: Metric) -> list[tuple[Cells, Cells | None]]:
    """Return what must not be few under a value, as pairs: the first less the second.

    Of a share its numerator and what is left of its denominator; of a mean what it is taken over.
    """
    if metric.unit == "rupiah":
        return [(ROWS_OF_MONEY, None)]
    if metric.denominator is None:
        return [(metric.numerator, None)]
    if metric.unit == "share":
        return [(metric.numerator, None), (metric.denominator, metric.numerator)]
    return [(metric.denominator, None)]


@dataclass(frozen=True, kw_only=True)
class _Cube:
    """The counts of a division: lowest regions × days (one when not timed) × values of each dimension × counts."""

    regions: list[str]
    values: list[list[Hashable]]
    first: date
    counts: np.ndarray[Any, np.dtype[np.float64]]


def _cube(warehouse: Warehouse, metric: Metric, division: Division) -> _Cube:
    rows = warehouse.mart(metric.mart)
    if division.programme:
        rows = rows.filter(rows.programme == division.programme)
    region = "village" if "village" in MARTS[metric.mart].dimensions else "district"
    keys = [region, *division.dimensions, *(["day"] if division.timed else [])]
    known = reduce(and_, (rows[name].notnull() for name in (region, *(["day"] if division.timed else []))))
    rows = rows.filter(known)
    sums = {
        f"count_{at}": summed(rows, one) - (summed(rows, other) if other else 0)
        for at, (one, other) in enumerate(counted(metric))
    }
    found = warehouse.run(rows.group_by(keys).aggregate(**sums))
    columns = [(found[name].astype(object).where(found[name].notna(), None)) for name in division.dimensions]
    places, regions = pd.factorize(found[region], sort=True)
    codes = [pd.factorize(column, use_na_sentinel=False) for column in columns]
    days = pd.to_datetime(found["day"]) if division.timed and len(found) else pd.Series([pd.Timestamp.min] * len(found))
    first = days.min() if len(found) else pd.Timestamp.min
    offset = (days - first).dt.days.to_numpy() if division.timed and len(found) else np.zeros(len(found), dtype=int)
    shape = (len(regions), int(offset.max(initial=0)) + 1, *(len(values) for _, values in codes), len(sums))
    counts = np.zeros(shape)
    counts[(places, offset, *(code for code, _ in codes))] = found[list(sums)].round().clip(lower=0).to_numpy()
    values = [[None if pd.isna(value) else value for value in values] for _, values in codes]
    return _Cube(regions=[str(code) for code in regions], values=values, first=first.date(), counts=counts)


def _whole(warehouse: Warehouse, metric: Metric, division: Division) -> Told:
    cube = _cube(warehouse, metric, division)
    coarser = [told(warehouse, metric, each) for each in division.coarser()]
    kept = [_union(each.rare.get(name, frozenset()) for each in coarser) for name in division.dimensions]
    places = [frozenset(values.index(value) for value in pool) for values, pool in zip(cube.values, kept, strict=True)]
    cells = cube.counts.sum(axis=1)
    pools = rare(cells.sum(axis=0), places) if division.dimensions else []
    values = {name: tuple(each) for name, each in zip(division.dimensions, cube.values, strict=True)}
    everywhere = frozenset(code for each in cube.regions for code in upwards(each))
    if pools is None:
        return Told(hidden=WHOLE, regions=everywhere, values=values)
    flat = merged(cells, [frozenset(), *pools]).reshape(len(cells), -1)
    named = {
        name: frozenset(values[at] for at in pool)
        for name, values, pool in zip(division.dimensions, cube.values, pools, strict=True)
    }
    hidden = hidden_in_tree(cube.regions, flat, forced=_union(each.hidden for each in coarser))
    return Told(hidden=hidden, rare=named, regions=everywhere, values=values)


def _by_day(warehouse: Warehouse, metric: Metric, division: Division) -> Told:
    base = told(warehouse, metric, Division(dimensions=division.dimensions, programme=division.programme))
    cube = _cube(warehouse, metric, division)
    if not base.region(TOTAL):
        return replace(base, first=cube.first, days=cube.counts.shape[1])
    coarser = [told(warehouse, metric, each) for each in division.coarser()]
    pools = [
        frozenset(values.index(value) for value in base.rare[name])
        for name, values in zip(division.dimensions, cube.values, strict=True)
    ]
    days = merged(cube.counts, [frozenset(), frozenset(), *pools])
    rows = totals_of_tree(cube.regions, days.reshape(*days.shape[:2], -1))
    size = days.shape[1]
    orders, ends = _steps(cube.first, size), frozenset({0, size})
    everything = frozenset(range(size + 1))
    whole = everything.intersection(*(each.cuts[TOTAL] for each in coarser))
    found = {TOTAL: cuts(rows[TOTAL], orders, allowed=whole)}
    for above, inside in sorted(siblings(rows).items()):
        if not base.region(above):
            continue
        alone = [code for code in inside if not base.region(code) or any(each.cuts[code] == ends for each in coarser)]
        allowed = found[above].intersection(*(each.cuts[code] for each in coarser for code in set(inside) - set(alone)))
        found |= common_cuts({code: rows[code] for code in inside}, orders, allowed=allowed, alone=alone)
    everywhere = {code: found.get(code, ends) for code in rows}
    return replace(base, cuts=everywhere, first=cube.first, days=size)


def _steps(first: date, size: int) -> list[list[int]]:
    """Return where weeks, months and the whole begin, as positions between days."""
    dates = [first + timedelta(days=at) for at in range(size)]
    weeks = [at for at, each in enumerate(dates) if each.weekday() == 0]
    return [weeks, [at for at, each in enumerate(dates) if each.day == 1]]


def _union(sets: Any) -> frozenset[Any]:
    return frozenset().union(*sets)


def spoken_of(metric: Metric, programme: str) -> str:
    """Return the programme of a division: of marts whose programmes count the same families each."""
    return (programme or ALL) if metric.mart == "stages" else ""


def names(dimensions: Sequence[str]) -> tuple[str, ...]:
    """Return dimensions as a division names them."""
    return tuple(sorted(set(dimensions)))
