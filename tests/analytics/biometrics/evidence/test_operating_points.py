import numpy as np
import pytest

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.calibrating import calibrate
from analytics.biometrics.evidence.calibration import Calibration
from analytics.biometrics.evidence.labelled import Labelled
from analytics.biometrics.evidence.operating_point import at_fmr, cut_by_posterior, expected_pairs, operating_point
from tests.analytics.biometrics.evidence.simulated import draw


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    vectors, person = draw(people=300)
    return calibrate(Labelled(vectors=vectors, person=person, model="m", source="photos"), name="simulated")[0]


def test_the_target_is_the_chance_that_a_search_brings_up_another(calibration: Calibration) -> None:
    point = operating_point(calibration, people=1_000, target=0.05, budget=1e9)
    assert point.limited_by == "target"
    assert 1 - (1 - point.fmr) ** 999 == pytest.approx(0.05)
    assert point.expected.fpir == pytest.approx(0.05)
    assert point.expected.false_pairs == pytest.approx(point.fmr * 1_000 * 999 / 2)


def test_false_and_true_pairs_stay_within_the_budget(calibration: Calibration) -> None:
    point = operating_point(calibration, people=10_000, target=0.9, budget=300, duplicates=0.02)
    assert point.limited_by == "budget"
    assert point.expected.false_pairs + point.expected.found == pytest.approx(300, rel=1e-6)
    assert point.expected.found + point.expected.missed == pytest.approx(200)
    larger = operating_point(calibration, people=10_000, target=0.9, budget=3_000, duplicates=0.02)
    assert larger.expected.found > point.expected.found
    assert larger.score < point.score
    assert larger.log10_lr <= point.log10_lr


def test_what_faces_alone_cannot_do_is_refused(calibration: Calibration) -> None:
    with pytest.raises(FaceError, match="records and faces together"):
        operating_point(calibration, people=10_000_000, target=1e-4, budget=1e9)


@pytest.mark.parametrize(("target", "budget", "people"), [(0, 1, 9), (1, 1, 9), (0.1, 0, 9), (0.1, 1, 1)])
def test_senseless_wishes_are_refused(calibration: Calibration, target: float, budget: float, people: int) -> None:
    with pytest.raises(FaceError, match="at least 2 people"):
        operating_point(calibration, people=people, target=target, budget=budget)


def test_between_two_points_the_logarithm_is_straight(calibration: Calibration) -> None:
    upper, lower = calibration.curve[2], calibration.curve[3]
    middle = at_fmr(calibration.curve, (upper.fmr * lower.fmr) ** 0.5)
    assert middle.threshold == pytest.approx((upper.threshold + lower.threshold) / 2)
    assert middle.fnmr == pytest.approx((upper.fnmr + lower.fnmr) / 2)
    assert at_fmr(calibration.curve, lower.fmr)[:7] == pytest.approx(lower[:7])


def test_expected_pairs_grow_with_the_square_of_the_people(calibration: Calibration) -> None:
    rate = calibration.curve[4]
    small, large = expected_pairs(rate, 1_000), expected_pairs(rate, 10_000)
    assert large.false_pairs / small.false_pairs == pytest.approx(100, rel=0.01)
    assert large.found / small.found == pytest.approx(10)
    assert small.low <= small.false_pairs <= small.high


def test_a_cut_by_posteriors_keeps_target_and_budget() -> None:
    probability = np.random.default_rng(0).uniform(size=500)
    cut, false = cut_by_posterior(probability, people=100, target=0.2, budget=400)
    kept = probability >= cut
    assert false == pytest.approx((1 - probability[kept]).sum())
    assert false <= 10
    one_more = np.sort(probability)[::-1][kept.sum()]
    assert false + 1 - one_more > 10
    assert (probability >= cut_by_posterior(probability, people=10**6, target=0.2, budget=40)[0]).sum() == 40


def test_equal_posteriors_are_in_or_out_together() -> None:
    assert cut_by_posterior(np.array([0.9, 0.5, 0.5, 0.5]), people=10**6, target=0.5, budget=2)[0] == 0.9
    assert cut_by_posterior(np.array([0.5, 0.5]), people=10**6, target=0.5, budget=1)[0] > 1
    assert cut_by_posterior(np.array([]), people=10, target=0.5, budget=1) == (np.nextafter(1, 2), 0.0)
