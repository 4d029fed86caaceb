"""Noise of the promised size, and a budget that cannot be overspent."""

from concurrent.futures import ThreadPoolExecutor
from math import exp

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import Budget, BudgetError, release
from analytics.disclosure.noise import margin

TABLE = pd.DataFrame({"place": [str(at) for at in range(4_000)], "n": 100})


@pytest.fixture
def budget(tmp_path):
    return Budget(tmp_path / "home", epsilon=1.0)


@pytest.mark.parametrize(("epsilon", "cells"), [(0.5, 1), (0.5, 3), (1.0, 1)])
def test_noise_has_mean_0_and_the_variance_of_discrete_laplace(budget, epsilon, cells):
    found = release(TABLE, dataset="pilot", name="a", epsilon=epsilon, budget=budget, cells_per_family=cells)
    noise = found.table["n"] - 100
    a = exp(-epsilon / cells)
    variance = 2 * a / (1 - a) ** 2
    # six standard errors; the kurtosis of Laplace noise is 6
    assert abs(noise.mean()) < 6 * np.sqrt(variance / len(TABLE))
    assert noise.var() == pytest.approx(variance, rel=6 * np.sqrt(5 / len(TABLE)))
    assert (noise.abs() <= found.margin).mean() > 0.93
    assert found.epsilon == pytest.approx(epsilon)
    assert list(found.table.columns) == ["place", "n"]


@pytest.mark.parametrize("scale", [0.5, 2.0, 10.0])
def test_the_margin_is_the_least_that_holds_95_percent(scale):
    ks = np.arange(-2_000, 2_001)
    mass = np.exp(-np.abs(ks) / scale)
    mass /= mass.sum()
    k = margin(scale)
    assert mass[np.abs(ks) <= k].sum() >= 0.95 - 1e-12
    assert mass[np.abs(ks) <= k - 1].sum() < 0.95


def test_releases_add_up_and_the_one_beyond_is_refused_before_any_noise(budget):
    for at in range(3):
        left = release(TABLE, dataset="pilot", name=f"r{at}", epsilon=0.3, budget=budget).left
    assert left == pytest.approx(0.1)
    with pytest.raises(BudgetError, match="budget of pilot"):
        release(TABLE, dataset="pilot", name="r3", epsilon=0.2, budget=budget)
    assert budget.left("pilot") == pytest.approx(0.1)
    assert release(TABLE, dataset="pilot", name="r3", epsilon=0.1, budget=budget).left == 0
    assert budget.left("other") == 1.0
    assert budget.ledger()[["dataset", "release", "epsilon"]].to_numpy().tolist() == [
        ["pilot", "r0", 0.3], ["pilot", "r1", 0.3], ["pilot", "r2", 0.3], ["pilot", "r3", 0.1],
    ]  # fmt: skip


def test_the_same_release_twice_is_refused(budget):
    release(TABLE, dataset="pilot", name="a", epsilon=0.1, budget=budget)
    with pytest.raises(BudgetError, match="name a already"):
        release(TABLE, dataset="pilot", name="a", epsilon=0.1, budget=budget)
    assert budget.left("pilot") == pytest.approx(0.9)


def test_writers_at_once_spend_no_more_than_there_is(tmp_path):
    def spend(at: int) -> bool:
        try:
            Budget(tmp_path, epsilon=1.0).spend("pilot", f"r{at}", epsilon=0.15)
        except BudgetError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(spend, range(16)))
    assert sum(made) == 6
    assert Budget(tmp_path, epsilon=1.0).left("pilot") == pytest.approx(0.1)


@pytest.mark.parametrize(("epsilon", "cells"), [(0.0, 1), (-1.0, 1), (0.1, 0)])
def test_a_release_without_guarantee_is_refused(budget, epsilon, cells):
    with pytest.raises(BudgetError, match="no release with a guarantee"):
        release(TABLE, dataset="pilot", name="a", epsilon=epsilon, budget=budget, cells_per_family=cells)
    assert budget.ledger().empty


def test_a_budget_of_nothing_is_refused(tmp_path):
    with pytest.raises(BudgetError, match="above 0"):
        Budget(tmp_path, epsilon=0.0)
