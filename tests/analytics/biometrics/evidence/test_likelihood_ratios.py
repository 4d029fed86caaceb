import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.calibrating import held_out, learn_map
from analytics.biometrics.evidence.comparing import FOLDS, Comparison, compare
from analytics.biometrics.evidence.likelihood import (
    ScoreMap,
    cllr,
    cross_entropy,
    fit_map,
    isotonic,
    least_cllr,
    supported,
)
from tests.analytics.biometrics.evidence.simulated import draw, raw, true_cllr, true_log10_lr


@pytest.fixture(scope="module")
def found() -> Comparison:
    vectors, person = draw(people=1500)
    return compare(raw(vectors), person)


def test_cllr_of_no_evidence_is_one_and_of_a_tenfold_is_known() -> None:
    two = np.array([5, 0]), np.array([0, 7])
    assert cllr(np.zeros(2), *two) == pytest.approx(1.0)
    assert cllr(np.array([1.0, -1.0]), *two) == pytest.approx(np.log2(1.1))
    assert cllr(np.array([-1.0, 1.0]), *two) == pytest.approx(np.log2(11))


def test_cross_entropy_of_no_evidence_is_that_of_the_prior() -> None:
    assert cross_entropy(np.zeros(2), np.array([1, 2]), np.array([3, 4]), prior=-4.0) == pytest.approx(1.0)


def test_likelihood_ratios_are_those_of_the_known_distribution(found: Comparison) -> None:
    learnt = learn_map(found)
    scores = np.linspace(-3.0, -0.6, 50)
    truth = true_log10_lr(scores)
    within = (truth > learnt.map.low) & (truth < min(learnt.map.high, 3.0))
    assert within.sum() > 15
    assert np.abs(learnt.map(scores) - truth)[within].max() < 0.35
    assert learnt.cllr == pytest.approx(true_cllr(), rel=0.1)
    assert learnt.least_cllr <= learnt.cllr


def test_the_truth_costs_what_theory_says(found: Comparison) -> None:
    values = true_log10_lr(found.centres)
    assert cllr(values, found.genuine_histogram(), found.impostor_histogram()) == pytest.approx(true_cllr(), rel=0.1)


def test_held_out_people_are_in_no_pair_that_is_learnt_from(found: Comparison) -> None:
    for fold in range(FOLDS):
        own = found.folds[found.person] == fold
        photos = np.bincount(found.person[own])
        assert found.impostor_histogram(fold).sum() == (photos.sum() ** 2 - (photos**2).sum()) // 2
        others = np.bincount(found.person[~own])
        assert found.impostor_histogram(without=fold).sum() == (others.sum() ** 2 - (others**2).sum()) // 2
        assert found.genuine_histogram(fold).sum() + found.genuine_histogram(without=fold).sum() == 1500


def test_every_method_rises_and_stays_within_its_bounds(found: Comparison) -> None:
    for method in ("logistic", "hinged", "isotonic"):
        learnt = fit_map(method, found.centres, found.genuine_histogram(), found.impostor_histogram())
        values = learnt(np.linspace(-10, 2, 500))
        assert (np.diff(values) >= 0).all()
        assert values.min() == learnt.low
        assert values.max() == learnt.high
        assert held_out(found, method).cllr < 0.5


def test_pool_adjacent_violators_by_hand() -> None:
    genuine, impostor = np.array([0, 2, 1, 1]), np.array([2, 1, 1, 0])
    # The second and third bins violate: 3 of 4 genuine against 2 of 4 impostors.
    assert isotonic(genuine, impostor) == pytest.approx([-np.inf, np.log10(1.5), np.log10(1.5), np.inf])
    expected = (3 / 4 * np.log2(1 + 1 / 1.5) + 2 / 4 * np.log2(1 + 1.5)) / 2
    assert least_cllr(genuine, impostor) == pytest.approx(expected)


def test_the_supported_range_is_that_of_a_search_over_thresholds() -> None:
    grid = np.linspace(-3, 5, 400)
    genuine = np.random.default_rng(0).poisson(2_000 * stats.norm.pdf(grid, 2, 1) * 0.02)
    impostor = np.random.default_rng(1).poisson(200_000 * stats.norm.pdf(grid, -1, 1) * 0.02)
    low, high = supported(grid, genuine, impostor)

    def better(value: float) -> bool:
        ratio = 10**value
        missed = (genuine[grid <= value].sum() + 1) / (genuine.sum() + 1)
        accused = (impostor[grid > value].sum() + 1) / (impostor.sum() + 1)
        return (missed / ratio + accused) / min(1 / ratio, 1) < 1

    upper = [value for value in grid if value >= 0]
    lower = [value for value in grid[::-1] if value < 0]
    assert high == next(upper[k - 1] for k in range(1, len(upper)) if not better(upper[k]))
    assert low == next(lower[k - 1] for k in range(1, len(lower)) if not better(lower[k]))
    assert high < np.log10(impostor.sum())


def test_no_claim_where_scores_say_nothing() -> None:
    both = np.full(50, 40)
    assert supported(np.linspace(-2, 2, 50), both, both) == (0.0, 0.0)


def test_a_map_that_falls_is_refused() -> None:
    with pytest.raises(ValidationError, match="must rise"):
        ScoreMap(method="isotonic", scores=(0.0, 1.0), log10_lr=(1.0, 0.0), low=-1, high=1)


def test_one_kind_of_pair_is_not_enough() -> None:
    with pytest.raises(FaceError, match="pairs of one person and of two"):
        fit_map("logistic", np.arange(3.0), np.array([1, 2, 3]), np.zeros(3, dtype=int))
