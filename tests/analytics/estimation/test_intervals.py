"""Wilson and Clopper–Pearson against published numbers, statsmodels and their own definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from analytics.estimation import EstimationError, Interval, Intervals, clopper_pearson, wilson

COUNTS = [(0, 10), (1, 10), (3, 10), (10, 10), (15, 148), (263, 263), (81, 263), (499, 1000)]


@pytest.mark.parametrize(("successes", "trials"), COUNTS)
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_both_agree_with_statsmodels(successes, trials, level):
    for ours, method in ((wilson, "wilson"), (clopper_pearson, "beta")):
        expected = proportion_confint(successes, trials, alpha=1 - level, method=method)
        assert ours(successes, trials, level=level) == pytest.approx(expected, abs=1e-12)


def test_wilson_gives_the_numbers_of_newcombe_1998():
    # Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3 and 5.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert clopper_pearson(81, 263) == pytest.approx((0.2527, 0.3676), abs=5e-5)
    assert clopper_pearson(0, 20) == pytest.approx((0.0, 0.1684), abs=5e-5)


def test_no_success_leaves_the_rule_of_three():
    low, high = clopper_pearson(0, 100, level=0.9)
    assert low == 0
    assert high == pytest.approx(1 - 0.05 ** (1 / 100))


def test_arrays_equal_their_elements():
    successes, trials = np.array([row[0] for row in COUNTS], float), np.array([row[1] for row in COUNTS], float)
    for method in (wilson, clopper_pearson):
        ends = method(successes, trials)
        assert isinstance(ends, Intervals)
        assert list(zip(*ends, strict=True)) == [pytest.approx(method(*row)) for row in COUNTS]


def test_one_denominator_serves_many_numerators():
    assert wilson(np.array([1.0, 2.0]), 10).low.shape == (2,)


@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_no_trials_give_no_interval(method):
    assert np.isnan(method(0, 0)).all()
    mixed = method(np.array([0.0, 1.0]), np.array([0.0, 2.0]))
    assert np.isnan(mixed.low).tolist() == [True, False]


@pytest.mark.parametrize("method", [wilson, clopper_pearson])
@pytest.mark.parametrize("wrong", [(-1, 10), (11, 10)])
def test_impossible_counts_are_refused(method, wrong):
    with pytest.raises(EstimationError, match="between 0 and the trials"):
        method(*wrong)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_share(level):
    with pytest.raises(EstimationError, match="level"):
        wilson(1, 2, level=level)


@given(st.floats(1, 1e6), st.floats(0, 1), st.sampled_from([0.5, 0.95, 0.998]))
def test_effective_counts_give_an_interval_around_the_share(trials, share, level):
    for method in (wilson, clopper_pearson):
        ends = method(min(share * trials, trials), trials, level=level)
        assert isinstance(ends, Interval)
        assert 0 <= ends.low <= share + 1e-9
        assert share - 1e-9 <= ends.high <= 1


def test_coverage_over_all_shares():
    counts = np.arange(31.0)
    shares = np.linspace(0.005, 0.995, 199)[:, None]
    probability = stats.binom.pmf(counts, 30, shares)
    exact, score = clopper_pearson(counts, 30.0), wilson(counts, 30.0)
    covered = [(probability * ((ends.low <= shares) & (shares <= ends.high))).sum(axis=1) for ends in (exact, score)]
    assert covered[0].min() >= 0.95
    assert covered[1].mean() == pytest.approx(0.953, abs=0.005)
