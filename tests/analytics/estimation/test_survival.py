"""Kaplan–Meier from counts by day, beside statsmodels on the single cases, and where the truth is known."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from analytics.estimation import EstimationError, cumulative_incidence, kaplan_meier


def _cases(seed, count=400):
    """Days and outcomes (0 = still open, 1 and 2 = ways of ending) of cases that wait about 20 days."""
    rng = np.random.default_rng(seed)
    wait, seen = np.ceil(rng.weibull(1.3, count) * 20), rng.integers(1, 60, count)
    way = np.where(rng.random(count) < 0.2, 2, 1)
    return np.minimum(wait, seen).astype(int), np.where(wait <= seen, way, 0)


def _by_day(days, flag):
    return np.bincount(days[flag], minlength=days.max() + 1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_it_agrees_with_statsmodels(seed, level):
    days, way = _cases(seed)
    ours = kaplan_meier(_by_day(days, way > 0), _by_day(days, way == 0), level=level)
    oracle = SurvfuncRight(days, way > 0)
    at = ours.days[ours.days["ended"] > 0]
    np.testing.assert_array_equal(at["day"], oracle.surv_times)
    np.testing.assert_allclose(at["survival"], oracle.surv_prob, rtol=1e-12)
    np.testing.assert_allclose(at["se"], oracle.surv_prob_se, rtol=1e-9)
    np.testing.assert_array_equal(at["at_risk"], oracle.n_risk)
    for share in (0.25, 0.5, 0.75, 0.9):
        found = ours.quantile(share)
        assert found.value == pytest.approx(oracle.quantile(share), nan_ok=True)
        low, high = oracle.quantile_ci(share, alpha=1 - level)
        assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize("seed", range(3))
def test_ways_of_ending_agree_with_statsmodels_and_add_up(seed):
    days, way = _cases(seed)
    ended = {"decided": _by_day(days, way == 1), "withdrawn": _by_day(days, way == 2)}
    found = cumulative_incidence(ended, _by_day(days, way == 0))
    oracle = CumIncidenceRight(days, way)
    for number, name in enumerate(ended):
        own = found[found["way"] == name].set_index("day").loc[oracle.times]
        np.testing.assert_allclose(own["share"], oracle.cinc[number], rtol=1e-10)
        known = np.isfinite(oracle.cinc_se[number])
        np.testing.assert_allclose(own["se"][known], oracle.cinc_se[number][known], rtol=1e-6, atol=1e-9)
    waiting = kaplan_meier(_by_day(days, way > 0), _by_day(days, way == 0)).days["survival"]
    total = found.groupby("day")["share"].sum()
    np.testing.assert_allclose(total + waiting.to_numpy(), 1.0)


def test_the_textbook_example_of_remission():
    """6-MP arm of Freireich et al. 1963: S(10) = .753 (se .096), median 23 weeks, as in every textbook."""
    ended = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
    open_ = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
    found = kaplan_meier([ended.get(day, 0) for day in range(36)], [open_.get(day, 0) for day in range(36)])
    row = found.days.set_index("day").loc[10]
    assert row["survival"] == pytest.approx(0.7529, abs=5e-5)
    assert row["se"] == pytest.approx(0.0963, abs=5e-5)
    assert found.quantile(0.5).value == 23
    assert (found.quantile(0.5).low, found.quantile(0.5).high) == (13, np.inf)
    assert found.cases == 21
    assert found.ended == 9


def test_intervals_cover_what_they_say():
    rng = np.random.default_rng(11)
    window, truth, median = 30, 1 - np.exp(-30 / 20), np.ceil(20 * np.log(2))
    held = {"share": 0, "median": 0}
    runs = 1000
    for _ in range(runs):
        wait, seen = np.ceil(rng.exponential(20, 150)), rng.integers(1, 80, 150)
        days = np.minimum(wait, seen).astype(int)
        found = kaplan_meier(_by_day(days, wait <= seen), _by_day(days, wait > seen))
        _, (low, high) = found.done_within(window)
        held["share"] += low <= truth <= high
        quantile = found.quantile(0.5)
        held["median"] += quantile.low <= median <= quantile.high
    assert 0.935 <= held["share"] / runs <= 0.965
    assert held["median"] / runs >= 0.93  # whole days: the interval holds the true one a little more often


def test_the_mean_of_the_finished_is_too_short_and_the_median_here_is_not():
    """Half of the cases wait 10 days and half 50; the newest came 30 days ago."""
    found = kaplan_meier([0] * 10 + [50] + [0] * 20, [0] * 30 + [50])
    assert found.quantile(0.5).value == 10
    assert np.isnan(found.quantile(0.6).value)
    assert found.done_within(30)[0] == 0.5
    assert np.isnan(found.done_within(31)[0])


def test_a_median_that_is_met_exactly_is_its_first_day():
    """1 − 1/10 − … is .5 only up to rounding."""
    found = kaplan_meier([0, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 4])
    assert found.quantile(0.5).value == 5


def test_nobody_waits_and_nobody_came():
    assert kaplan_meier([], []).cases == 0
    assert np.isnan(kaplan_meier([], []).done_within(30)[0])
    done = kaplan_meier([0, 5], [0, 0])
    assert done.done_within(1)[0] == 1.0
    assert done.done_within(30)[0] == 1.0
    assert np.isnan(done.days["low"].iloc[-1])
    assert done.quantile(0.5).value == 1


@pytest.mark.parametrize(
    ("ended", "censored"), [([1, -1], [0, 0]), ([1, 2], [0]), ([1, float("nan")], [0, 0]), ([[1]], [[1]])]
)
def test_counts_that_are_none_are_refused(ended, censored):
    with pytest.raises(EstimationError):
        kaplan_meier(ended, censored)


@pytest.mark.parametrize("share", [0, 1, 1.5])
def test_a_share_outside_of_0_and_1_has_no_quantile(share):
    with pytest.raises(EstimationError):
        kaplan_meier([0, 5], [0, 0]).quantile(share)
