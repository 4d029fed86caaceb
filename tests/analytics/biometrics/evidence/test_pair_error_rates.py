import numpy as np
import pytest
from scipy import stats

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.comparing import Comparison, compare
from analytics.biometrics.evidence.error_rates import equal_error_rate, error_rates, impostor_tail
from tests.analytics.biometrics.evidence.simulated import draw, raw, true_fmr, true_fnmr, true_threshold


@pytest.fixture(scope="module")
def found() -> Comparison:
    vectors, person = draw(people=900)
    return compare(raw(vectors), person)


def test_all_pairs_are_counted_once(found: Comparison) -> None:
    assert found.impostors == 1800 * 1799 // 2 - 900
    assert len(found.genuine.score) == 900
    assert (found.person[found.genuine.i] == found.person[found.genuine.j]).all()
    assert found.genuine_histogram().sum() == 900


def test_the_tail_is_the_highest_impostors_in_order() -> None:
    vectors, person = draw(people=80, photos=3)
    found = compare(raw(vectors), person)
    i, j = np.triu_indices(240, 1)
    apart = person[i] != person[j]
    brute = np.sort(-np.linalg.norm(vectors[i[apart]] - vectors[j[apart]], axis=1))[::-1]
    assert found.tail.score == pytest.approx(brute[: len(found.tail.score)], abs=1e-4)
    assert len(found.tail.score) == pytest.approx(0.025 * len(brute), rel=0.15)
    assert len(found.genuine.score) == 80 * 3


def test_rates_are_those_of_the_known_distribution(found: Comparison) -> None:
    for rate in error_rates(found, (1e-1, 1e-2, 1e-3, 1e-4), replicates=200):
        assert true_fmr(rate.threshold) == pytest.approx(rate.fmr, rel=0.25)
        assert rate.low <= true_fnmr(true_threshold(rate.fmr)) <= rate.high
        assert rate.fmr_low <= rate.fmr <= rate.fmr_high
        assert rate.fitted == (rate.genuine == 0)


def test_no_rejected_pair_is_no_certainty(found: Comparison) -> None:
    rate = error_rates(found, (0.2,), replicates=20)[0]
    assert (rate.genuine, rate.fitted) == (0, True)
    assert rate.high == pytest.approx(stats.beta.ppf(0.975, 1, 900))


def test_beyond_the_rule_of_30_the_fitted_tail_is_used_and_said(found: Comparison) -> None:
    fine = 30 / found.impostors / 3
    within, beyond = error_rates(found, (31 / found.impostors, fine), replicates=200)
    assert (within.fitted, beyond.fitted) == (False, True)
    assert true_fmr(beyond.threshold) == pytest.approx(fine, rel=0.6)
    assert beyond.fmr_low < true_fmr(beyond.threshold) < beyond.fmr_high
    assert beyond.low <= true_fnmr(true_threshold(fine)) <= beyond.high


def test_the_fitted_tail_holds_against_the_data(found: Comparison) -> None:
    tail = impostor_tail(found)
    assert tail.distance < 0.05
    assert tail.observed[0] == pytest.approx(tail.share / 10, rel=0.25)
    assert tail.shape < 0.1  # distances end at 0


def test_equal_error_rate_is_that_of_the_known_distribution(found: Comparison) -> None:
    grid = np.linspace(-3, 0, 3001)
    gap = [abs(true_fmr(t) - true_fnmr(t)) for t in grid]
    assert equal_error_rate(found) == pytest.approx(true_fmr(grid[int(np.argmin(gap))]), abs=0.01)


def test_intervals_cover_the_truth_though_pairs_share_people() -> None:
    truth = true_fnmr(true_threshold(1e-2))
    covered = []
    for seed in range(60):
        vectors, person = draw(people=60, photos=3, seed=100 + seed)
        rate = error_rates(compare(raw(vectors), person, seed=seed), (1e-2,), seed=seed, replicates=200)[0]
        covered.append(rate.low <= truth <= rate.high)
    assert np.mean(covered) >= 0.85


def test_rates_repeat_with_their_seed(found: Comparison) -> None:
    assert error_rates(found, (1e-3,), seed=3, replicates=50) == error_rates(found, (1e-3,), seed=3, replicates=50)


def test_too_few_pairs_are_refused_with_their_number() -> None:
    vectors, person = draw(people=20)
    with pytest.raises(FaceError, match="20 pairs of photos of one person"):
        compare(raw(vectors), person)


def test_a_rate_outside_0_and_1_is_refused(found: Comparison) -> None:
    with pytest.raises(FaceError, match="between 0 and 1"):
        error_rates(found, (0.0,))
