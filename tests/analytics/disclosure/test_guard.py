"""A reader who may ask anything isolates nobody; one without guard does."""

import itertools

import numpy as np
import pytest

from analytics.disclosure import Guard

PLACES, KINDS = range(6), range(4)


def counts_of(seed: int) -> dict[tuple[int, int], int]:
    rng = np.random.default_rng(seed)
    return {cell: int(n) for cell, n in zip(itertools.product(PLACES, KINDS), rng.poisson(14, 24), strict=True)}


def told_cells(guard: Guard, counts: dict[tuple[int, int], int], *, seed: int, asks: int) -> list[int]:
    """Ask for random filters, then for whatever would isolate a cell from what is known; return the few computed.

    The attacker computes by elimination: a count is known when its cell is a combination of the sums told.
    """
    rng = np.random.default_rng(seed)
    cells = list(counts)
    known: list[np.ndarray] = []

    def ask(query: frozenset) -> None:
        if query and guard.allow("me", query, counts).says == "allowed":
            known.append(np.array([cell in query for cell in cells], dtype=float))

    for _ in range(asks):
        places = rng.choice(PLACES, rng.integers(1, 7), replace=False)
        kinds = rng.choice(KINDS, rng.integers(1, 5), replace=False)
        ask(frozenset(itertools.product(places.tolist(), kinds.tolist())))
        for told in list(guard.told.get("me", []))[-3:]:
            ask(told ^ {cells[rng.integers(len(cells))]})
    if not known:
        return []
    told = np.array(known)
    rank = np.linalg.matrix_rank(told)
    unit = np.eye(len(cells))
    alone = [at for at in range(len(cells)) if np.linalg.matrix_rank(np.vstack([told, unit[at]])) == rank]
    return [counts[cells[at]] for at in alone if 0 < counts[cells[at]] < 10]


@pytest.mark.parametrize("seed", range(4))
def test_a_greedy_attacker_computes_no_few(seed):
    counts = counts_of(seed)
    assert any(0 < n < 10 for n in counts.values())
    guard = Guard()
    assert told_cells(guard, counts, seed=seed, asks=12) == []
    assert len(guard.told["me"]) >= 4
    assert told_cells(Guard(least=0), counts, seed=seed, asks=12)


def test_two_nested_filters_may_not_differ_by_a_few():
    counts = {"a": 100, "b": 7, "c": 40}
    guard = Guard()
    assert guard.allow("me", ["a", "b"], counts).says == "allowed"
    assert guard.allow("me", ["a"], counts).says == "refused"
    assert guard.allow("me", ["b"], counts).says == "refused"
    assert guard.allow("me", ["a", "b", "c"], counts).says == "allowed"
    assert guard.allow("you", ["a"], counts).says == "allowed"


def test_three_filters_that_give_a_few_together_are_refused():
    """(a + b) + (b + c) - (a + c) = 2 b, though no two of them are nested."""
    counts = {"a": 50, "b": 4, "c": 60}
    guard = Guard()
    assert guard.allow("me", ["a", "b"], counts).says == "allowed"
    assert guard.allow("me", ["b", "c"], counts).says == "allowed"
    assert guard.allow("me", ["a", "c"], counts).says == "refused"


def test_a_refused_filter_falls_back_to_the_area_above_and_is_kept():
    counts = {"a": 100, "b": 7, "c": 40}
    guard = Guard()
    found = guard.allow("me", ["b"], counts, coarser=[["b", "c"]])
    assert (found.says, found.query) == ("coarsened", frozenset({"b", "c"}))
    assert guard.allow("me", ["c"], counts).says == "refused"
    assert guard.allow("me", ["b", "c"], counts).says == "allowed"
    assert guard.told["me"] == [frozenset({"b", "c"})]


def test_nobody_there_is_no_secret_and_enough_are_none():
    counts = {"a": 0, "b": 10, "c": 300}
    guard = Guard()
    assert [guard.allow("me", [cell], counts).says for cell in "abc"] == ["allowed"] * 3


def test_a_ledger_has_an_end(monkeypatch):
    monkeypatch.setattr("analytics.disclosure.guard.MOST_QUERIES", 2)
    counts = dict.fromkeys("abc", 50)
    guard = Guard()
    assert [guard.allow("me", [cell], counts).says for cell in "abca"] == ["allowed", "allowed", "refused", "allowed"]
