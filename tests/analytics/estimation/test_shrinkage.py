"""Shares of many groups: intervals that cover on average, also where the groups hardly differ or are few."""

import numpy as np
import pytest
from scipy import stats

from analytics.estimation import EstimationError
from analytics.estimation.shrinkage import shrunk_shares

SETTINGS = {
    "wide": (25, 6, 4, (30, 120)),
    "few groups": (6, 6, 4, (30, 200)),
    "rare": (25, 2, 18, (30, 200)),
    "tiny groups": (60, 6, 4, (2, 15)),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_intervals_cover_on_average_over_the_groups(setting):
    groups, a, b, sizes = SETTINGS[setting]
    rng, held, seen, centred, runs = np.random.default_rng(5), 0, 0, 0, 15
    for _ in range(runs):
        truth, n = rng.beta(a, b, groups), rng.integers(*sizes, groups)
        found = shrunk_shares(rng.binomial(n, truth), n)
        held += int(((found.groups["low"] <= truth) & (truth <= found.groups["high"])).sum())
        seen += groups
        centred += found.low <= a / (a + b) <= found.high
    # Groups of one sample share its error: three standard errors of as many independent ones, and two points.
    assert abs(held / seen - 0.95) < 3 * np.sqrt(0.95 * 0.05 / seen) + 0.02
    assert centred / runs >= 0.8


def test_groups_that_do_not_differ_are_drawn_together_and_cover():
    rng, held = np.random.default_rng(6), 0
    for _ in range(10):
        n = rng.integers(30, 120, 25)
        found = shrunk_shares(rng.binomial(n, 0.6), n)
        held += int(((found.groups["low"] <= 0.6) & (found.groups["high"] >= 0.6)).sum())
        assert found.groups["value"].std() < found.groups["raw"].std() / 2
    assert held / 250 >= 0.95


def test_the_error_is_smaller_than_that_of_the_groups_own_shares():
    rng, own, shrunk = np.random.default_rng(7), 0.0, 0.0
    for _ in range(12):
        truth, n = rng.beta(12, 8, 25), np.full(25, 20)
        found = shrunk_shares(rng.binomial(n, truth), n).groups
        own += float(((found["raw"] - truth) ** 2).sum())
        shrunk += float(((found["value"] - truth) ** 2).sum())
    assert shrunk < 0.75 * own


def test_with_the_spread_known_it_is_the_textbook_posterior():
    """Very many groups from one beta pin it down: a group's posterior is then beta(a + x, b + n − x)."""
    rng = np.random.default_rng(8)
    truth = rng.beta(6, 4, 4000)
    x = rng.binomial(50, truth)
    found = shrunk_shares(np.append(x, 45), np.full(4001, 50)).groups.iloc[-1]
    posterior = stats.beta(6 + 45, 4 + 5)
    assert found["value"] == pytest.approx(posterior.mean(), abs=0.01)
    assert found["low"] == pytest.approx(posterior.ppf(0.025), abs=0.015)
    assert found["high"] == pytest.approx(posterior.ppf(0.975), abs=0.015)


def test_a_group_without_cases_is_what_the_others_say():
    found = shrunk_shares([30, 33, 27, 0], [50, 50, 50, 0])
    empty = found.groups.iloc[-1]
    assert np.isnan(empty["raw"])
    assert empty["value"] == pytest.approx(found.centre, abs=1e-9)
    assert empty["high"] - empty["low"] > found.groups["high"].iloc[0] - found.groups["low"].iloc[0]


def test_one_group_alone_is_hardly_drawn_anywhere():
    found = shrunk_shares([300], [500]).groups.iloc[0]
    assert found["value"] == pytest.approx(0.6, abs=0.005)


@pytest.mark.parametrize(("x", "n"), [([], []), ([1], [1, 2]), ([-1], [5]), ([6], [5]), ([float("nan")], [5])])
def test_what_is_no_count_is_refused(x, n):
    with pytest.raises(EstimationError):
        shrunk_shares(x, n)
