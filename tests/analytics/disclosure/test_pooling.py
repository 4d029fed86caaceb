"""Blocks of 10 or more: nothing that is told of them bounds a small count, whatever table they are cut from."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.optimize import linprog

from analytics.disclosure import PROTECTION
from analytics.disclosure.pooling import common_cuts, cuts, hidden_in_tree, pooled, rare, totals_of_tree


def width(cell: np.ndarray, covers: np.ndarray, told: np.ndarray, *, least: int = 0) -> float:
    """Return how far apart the bounds of a sum of cells are, given sums that were told."""
    known = {"A_eq": covers, "b_eq": told, "bounds": (least, None)}
    low, high = linprog(cell, **known), linprog(-cell, **known)
    assert low.status == 0
    return np.inf if high.status else -high.fun - low.fun


def counts_of(seed: int, *shape: int) -> np.ndarray:
    """Return skewed counts: many small ones among large ones, some 0."""
    rng = np.random.default_rng(seed)
    return np.floor(rng.lognormal(2.4, 1.2, shape)) * (rng.random(shape) > 0.1)


@pytest.mark.parametrize("seed", range(12))
def test_a_list_with_its_total_tells_of_no_small_count(seed):
    counts = counts_of(seed, 8)
    found = pooled(counts[:, None])
    if not found.closed:
        assert found.hidden[counts > 0].all()
        return
    shown = ~found.hidden
    covers = np.vstack([np.eye(8)[shown], np.ones(8)])
    told = np.append(counts[shown], counts.sum())
    assert not ((counts[shown] > 0) & (counts[shown] < 10)).any()
    for at in np.flatnonzero(found.hidden & (counts < 10)):
        # Zeros are shown, so a hidden count is known to be at least 1.
        bounds = [(int(hidden), None) for hidden in found.hidden]
        low = linprog(np.eye(8)[at], A_eq=covers, b_eq=told, bounds=bounds)
        high = linprog(-np.eye(8)[at], A_eq=covers, b_eq=told, bounds=bounds)
        assert -high.fun - low.fun >= PROTECTION


def test_one_small_count_takes_the_next_smallest_with_it():
    assert pooled(np.array([[50.0], [4.0], [12.0], [0.0]])).hidden.tolist() == [False, True, True, False]


def test_small_counts_that_hide_each_other_need_no_more():
    assert pooled(np.array([[50.0], [6.0], [7.0]])).hidden.tolist() == [False, True, True]


def test_a_list_that_cannot_hide_says_so():
    assert not pooled(np.array([[4.0], [0.0]])).closed
    assert not pooled(np.array([[3.0], [3.0], [3.0], [2.0]])).closed


CODES = [f"{a}.0{b}.0{c}" for a in (1, 2) for b in (1, 2, 3) for c in (1, 2, 3, 4)]


@pytest.mark.parametrize("seed", range(8))
def test_no_level_of_a_region_tree_tells_of_a_small_count(seed):
    counts = counts_of(seed, len(CODES))
    totals = totals_of_tree(CODES, counts[:, None])
    hidden = hidden_in_tree(CODES, counts[:, None])
    inside = {
        code: np.array([f"{leaf}.".startswith(f"{code}.") or not code for leaf in CODES], float) for code in totals
    }
    shown = [code for code in totals if code not in hidden]
    assert shown
    covers = np.array([inside[code] for code in shown])
    told = np.array([totals[code][0] for code in shown])
    assert not ((told > 0) & (told < 10)).any()
    for code in hidden:
        if 0 < totals[code][0] < 10:
            assert width(inside[code], covers, told) >= PROTECTION


def test_below_a_hidden_region_nothing_is_told():
    hidden = hidden_in_tree(["1.01", "1.02", "2.01"], np.array([[4.0], [3.0], [50.0]]))
    assert {"1", "1.01", "1.02"} <= hidden


@pytest.mark.parametrize("shape", [(3, 3), (4, 6), (6, 5), (3, 3, 3)])
@pytest.mark.parametrize("seed", range(4))
def test_tables_with_all_their_margins_tell_of_no_small_cell(shape, seed):
    """What is told: each list, pooled, and each larger table in which the pooled values leave no small cell."""
    counts = counts_of(seed, *shape)
    axes = range(len(shape))
    pools: dict[tuple[int, ...], list[frozenset[int]] | None] = {}
    covers, told = [np.ones(counts.size)], [counts.sum()]
    for size in range(1, len(shape) + 1):
        for spanned in combinations(axes, size):
            table = counts.sum(axis=tuple(set(axes) - set(spanned)))
            below = [pools[tuple(a for a in spanned if a != one)] for one in spanned] if size > 1 else []
            if any(each is None for each in below):
                pools[spanned] = None
                continue
            kept = [
                frozenset().union(
                    *(pools[other][other.index(axis)] for other in pools if axis in other and set(other) < set(spanned))
                )
                for axis in spanned
            ]
            pools[spanned] = rare(table[..., None], kept)
            if pools[spanned] is None:
                continue
            for cell in np.ndindex(table.shape):
                if any(at in pool for at, pool in zip(cell, pools[spanned], strict=True)):
                    continue
                mask = np.zeros(shape)
                mask[tuple(cell[spanned.index(axis)] if axis in spanned else slice(None) for axis in axes)] = 1
                covers.append(mask.ravel())
                told.append(table[cell])
    told_of = np.array(told)
    assert not ((told_of > 0) & (told_of < 10)).any()
    for at in np.flatnonzero((counts.ravel() > 0) & (counts.ravel() < 10))[:8]:
        assert width(np.eye(counts.size)[at], np.array(covers), told_of) >= PROTECTION


def test_values_are_pooled_where_the_least_is_lost():
    cells = np.array([[100.0, 80.0, 3.0], [90.0, 70.0, 12.0]])[..., None]
    assert rare(cells, [frozenset(), frozenset()]) == [frozenset(), frozenset({1, 2})]


def test_no_two_points_in_time_enclose_a_few():
    days = counts_of(3, 200, 2) / 3 // 1
    found = sorted(cuts(days, [list(range(0, 200, 7)), list(range(0, 200, 30))]))
    for start, end in pairwise(found):
        piece = days[start:end].sum(axis=0)
        assert ((piece == 0) | (piece >= 10)).all()
    assert len(found) > 10


def test_all_points_are_taken_where_no_day_is_small():
    assert cuts(np.full((30, 1), 10.0), [[0, 7, 14, 21, 28]]) == frozenset(range(31))


def test_longer_steps_come_first_where_hardly_any_short_one_can_be_told():
    days = np.ones((60, 1))
    found = cuts(days, [list(range(0, 60, 7)), [0, 30]])
    assert 30 in found


@pytest.mark.parametrize("seed", range(4))
def test_siblings_and_their_sum_over_time_tell_of_no_small_day(seed):
    rng = np.random.default_rng(seed)
    rows = {code: rng.poisson(mean, (12, 1)).astype(float) for code, mean in {"a": 9, "b": 14, "c": 1, "d": 2}.items()}
    steps = [list(range(0, 12, 3))]
    whole = cuts(sum(rows.values()), steps)
    own = common_cuts(rows, steps, allowed=whole)
    covers, told = [], []
    table = np.array([row[:, 0] for row in rows.values()])
    for at, code in [(None, None), *enumerate(rows)]:
        for start, end in pairwise(sorted(whole if code is None else own[code])):
            mask = np.zeros(table.shape)
            mask[slice(None) if at is None else at, start:end] = 1
            covers.append(mask.ravel())
            told.append((mask * table).sum())
    assert any(len(each) > 2 for each in own.values())
    for at in np.flatnonzero((table.ravel() > 0) & (table.ravel() < 10))[::5]:
        assert width(np.eye(table.size)[at], np.array(covers), np.array(told)) >= PROTECTION
