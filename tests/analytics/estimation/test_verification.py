"""Shares corrected for checkers who err: published values, the equation of the ends, exact and simulated coverage."""

import numpy as np
import pytest
from scipy import stats

from analytics.estimation import EstimationError, Interval, effective_count, rogan_gladen, wilson

HONEST = (0.93, 0.97)


def test_the_published_examples():
    # Examples of epi.prev in the R package epiR: 5.1 (0 to 13) and 0 (0 to 1.3) per 100. Its second interval is
    # Clopper–Pearson's, which is wider.
    cows = rogan_gladen(23 / 150, 150, sensitivity=0.96, specificity=0.89)
    assert round(100 * cows.value, 1) == 5.1
    assert (cows.low, round(cows.high, 2), cows.clipped) == (0, 0.13, False)
    helicobacter = rogan_gladen(6 / 151, 151, sensitivity=0.964, specificity=0.927)
    assert (helicobacter.value, helicobacter.low, helicobacter.clipped) == (0, 0, True)
    assert 0.005 < helicobacter.high < 0.0131


def test_a_perfect_check_changes_nothing():
    found = rogan_gladen(0.3, 200, sensitivity=1, specificity=1)
    assert (found.value, found.low, found.high) == pytest.approx((0.3, *wilson(60, 200)))
    assert found.apparent == 0.3


def test_known_rates_carry_wilson_over():
    found = rogan_gladen(0.3, 200, sensitivity=0.9, specificity=0.85, level=0.9)
    assert (found.low, found.high) == pytest.approx([(end - 0.15) / 0.75 for end in wilson(60, 200, level=0.9)])
    endless = rogan_gladen(0.3, 200, sensitivity=0.9, specificity=0.85, sensitivity_n=1e9, specificity_n=1e9, level=0.9)
    assert (endless.low, endless.high) == pytest.approx((found.low, found.high), abs=1e-6)


@pytest.mark.parametrize(("missed", "invented"), [(60, 80), (60, None), (None, 80)])
def test_the_ends_lie_z_errors_from_what_was_seen(missed, invented):
    found = rogan_gladen(0.35, 150, sensitivity=0.9, specificity=0.8, sensitivity_n=missed, specificity_n=invented)
    sensitivity, sensitivity_variance = 0.9, 0.0
    if missed:
        sensitivity = (0.9 * 60 + 0.5) / 61
        sensitivity_variance = sensitivity * (1 - sensitivity) / 61
    specificity, specificity_variance = 0.8, 0.0
    if invented:
        specificity = (0.8 * 80 + 0.5) / 81
        specificity_variance = specificity * (1 - specificity) / 81
    for end in (found.low, found.high):
        seen = end * sensitivity + (1 - end) * (1 - specificity)
        error = seen * (1 - seen) / 150 + end**2 * sensitivity_variance + (1 - end) ** 2 * specificity_variance
        assert abs(0.35 - seen) / np.sqrt(error) == pytest.approx(1.959964, abs=1e-5)
    assert found.low < found.value < found.high
    assert found.value == pytest.approx((0.35 - 0.2) / 0.7)


def test_estimated_rates_widen():
    widths = []
    for checked in (None, 400, 100, 50, 20):
        found = rogan_gladen(0.3, 300, sensitivity=0.9, specificity=0.9, sensitivity_n=checked, specificity_n=checked)
        widths.append(found.high - found.low)
    assert widths == sorted(widths)
    assert widths[-1] > 1.5 * widths[0]


def test_what_lies_outside_is_clipped_and_said():
    fewer = rogan_gladen(0.02, 500, sensitivity=0.9, specificity=0.9)
    assert (fewer.value, fewer.low, fewer.high, fewer.clipped) == (0, 0, 0, True)
    more = rogan_gladen(0.98, 40, sensitivity=0.9, specificity=0.9)
    assert (more.value, more.high, more.clipped) == (1, 1, True)
    assert more.low < 1
    assert not rogan_gladen(0.1, 500, sensitivity=0.9, specificity=0.9).clipped


@pytest.mark.parametrize(("share", "end"), [(0.7, "low"), (0.3, "high")])
def test_the_interval_holds_the_point(share, end):
    # Five re-checks without an error: half a check more on either side moves a narrow interval off the point.
    found = rogan_gladen(share, 10_000, sensitivity=1, specificity=1, sensitivity_n=5, specificity_n=5, level=0.2)
    assert found.low <= found.value <= found.high
    assert getattr(found, end) == found.value == pytest.approx(share)


def test_rechecks_too_few_to_tell_leave_everything_open():
    found = rogan_gladen(0.5, 100, sensitivity=0.6, specificity=0.6, sensitivity_n=5, specificity_n=5)
    assert (found.low, found.high) == (0, 1)


@pytest.mark.parametrize(("count", "sensitivity", "specificity"), [(40, 0.9, 0.95), (400, 0.8, 0.8), (200, 0.95, 0.99)])
def test_with_known_rates_nominal_95_covers_95(count, sensitivity, specificity):
    found = [
        rogan_gladen(cases / count, count, sensitivity=sensitivity, specificity=specificity)
        for cases in range(count + 1)
    ]
    low, high = np.array([one.low for one in found]), np.array([one.high for one in found])
    coverage = []
    # Exact, by the binomial probabilities of all counts; averaged over shares, since counts are coarse.
    for truth in np.concatenate([np.linspace(0.005, 0.1, 30), np.linspace(0.1, 0.7, 30)]):
        seen = truth * sensitivity + (1 - truth) * (1 - specificity)
        coverage.append(stats.binom.pmf(np.arange(count + 1), count, seen)[(low <= truth) & (truth <= high)].sum())
    assert HONEST[0] <= np.mean(coverage) <= HONEST[1]
    assert HONEST[0] <= np.mean(coverage[:30]) <= HONEST[1]
    assert min(coverage) > 0.9


@pytest.mark.parametrize("truth", [0.02, 0.1, 0.4])
@pytest.mark.parametrize(
    ("sensitivity", "specificity", "checked"), [(0.8, 0.8, 50), (0.9, 0.95, 100), (0.95, 0.99, 200)]
)
def test_with_estimated_rates_nominal_95_covers_95(truth, sensitivity, specificity, checked):
    rng = np.random.default_rng(5)
    repetitions, count = 4_000, 200
    cases = rng.binomial(count, truth * sensitivity + (1 - truth) * (1 - specificity), repetitions)
    found, passed = rng.binomial(checked, sensitivity, repetitions), rng.binomial(checked, specificity, repetitions)
    inside, believed = 0, 0
    for x, a, b in zip(cases.tolist(), found.tolist(), passed.tolist(), strict=True):
        rates = {"sensitivity": a / checked, "specificity": b / checked}
        ends = rogan_gladen(x / count, count, **rates, sensitivity_n=checked, specificity_n=checked)
        inside += ends.low <= truth <= ends.high
        known = rogan_gladen(x / count, count, **rates)
        believed += known.low <= truth <= known.high
    assert HONEST[0] <= inside / repetitions <= HONEST[1]
    # Taking estimated rates for known undercovers.
    assert believed < inside


@pytest.mark.parametrize(("cases", "trials"), [(0, 40), (3, 40), (20, 40), (38, 40), (40, 40), (7.3, 81.2)])
@pytest.mark.parametrize("level", [0.95, 0.8])
def test_the_effective_count_is_that_of_wilson(cases, trials, level):
    found = effective_count(cases / trials, wilson(cases, trials, level=level), level=level)
    assert found == pytest.approx(trials)


def test_a_census_has_an_endless_count():
    assert effective_count(0.3, Interval(0.3, 0.3)) >= 1e12
    assert rogan_gladen(0.3, 1e12, sensitivity=0.9, specificity=0.9).high == pytest.approx(0.25, abs=1e-5)


@pytest.mark.parametrize(
    ("share", "ends"), [(0.5, (0.6, 0.7)), (0.5, (0, 1)), (np.nan, (np.nan, np.nan)), (40, (30, 50))]
)
def test_no_effective_count_without_an_interval(share, ends):
    with pytest.raises(EstimationError, match="no effective count"):
        effective_count(share, Interval(*ends))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sensitivity": 0.5, "specificity": 0.5}, "add up to 1.00"),
        ({"sensitivity": 0.3}, "add up to 0.90"),
        ({"share": 30}, "apparent share is 30"),
        ({"sensitivity": 1.2}, "sensitivity is 1.2"),
        ({"specificity": np.nan}, "specificity is nan"),
        ({"count": 0}, "under the apparent share is 0"),
        ({"count": np.nan}, "under the apparent share is nan"),
        ({"sensitivity_n": 0}, "under the sensitivity is 0"),
        ({"specificity_n": -5}, "under the specificity is -5"),
        ({"level": 95}, "level"),
    ],
)
def test_unusable_input_is_refused(change, message):
    usual = {"share": 0.3, "count": 100, "sensitivity": 0.9, "specificity": 0.6}
    with pytest.raises(EstimationError, match=message):
        rogan_gladen(**(usual | change))
