"""A policy keeps what it was asked for, on scores whose distributions are known."""

import numpy as np
import pytest
from scipy.stats import norm

from analytics.biometrics.errors import FaceError
from analytics.biometrics.policy import make_policy
from tests.analytics.biometrics.gaussian import DISTANCE, calibration, log10_lr

PAIRS = 400_000
SIGMAS = 4


def within_binomial_bounds(found: float, share: float, trials: int) -> bool:
    return abs(found - share) <= SIGMAS * np.sqrt(share * (1 - share) / trials)


@pytest.mark.parametrize("target", [1e-2, 1e-3, 2.3e-3, 1e-4])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.35])
def test_other_people_falsely_match_as_often_as_asked_and_no_more_genuine_ones_are_reviewed_than_allowed(target, share):
    policy = make_policy(calibration(), target_fmr=target, review_share=share)
    random = np.random.default_rng(3)
    impostors = [policy.decide(score) for score in random.standard_normal(PAIRS)]
    genuine = [policy.decide(score) for score in DISTANCE + random.standard_normal(PAIRS)]
    assert within_binomial_bounds(impostors.count("match") / PAIRS, target, PAIRS)
    reviewed = genuine.count("review") / PAIRS
    assert within_binomial_bounds(reviewed, policy.reviewed, PAIRS)
    assert within_binomial_bounds(genuine.count("no_match") / PAIRS, policy.not_matched, PAIRS)
    missed = norm.cdf(norm.isf(target) - DISTANCE)
    against = norm.cdf(DISTANCE / 2 - DISTANCE)  # the likelihood ratio is 1 half-way
    assert policy.reviewed == pytest.approx(min(share, max(missed - against, 0)), abs=2e-3)


def test_the_grey_zone_ends_where_the_evidence_speaks_for_two_people():
    policy = make_policy(calibration(), target_fmr=1e-3, review_share=0.9)
    assert policy.review_evidence == pytest.approx(0, abs=0.01)
    assert policy.match_evidence == pytest.approx(log10_lr(norm.isf(1e-3)), abs=1e-6)
    assert policy.decide(policy.match_above) == "review"  # a tie is not a match
    assert policy.decide(policy.review_above) == "no_match"


def test_a_policy_says_its_terms_its_interval_and_that_it_rests_on_a_fitted_tail():
    policy = make_policy(calibration(), target_fmr=1e-3, review_share=0.35)
    assert policy.name == "fmr=0.001 review=0.35"
    assert (policy.fmr_low, policy.fmr_high) == pytest.approx((8e-4, 1.2e-3))
    assert policy.reviewed_low < policy.reviewed < policy.reviewed_high
    assert (policy.model, policy.calibration, policy.fitted) == ("simulated-1", "k0", False)
    assert make_policy(calibration(), target_fmr=1e-5, review_share=0.35).fitted


@pytest.mark.parametrize("target", [0.0, 1.0, 0.5, 1e-9, float("nan")])
def test_a_target_that_the_calibration_does_not_reach_is_no_policy(target):
    with pytest.raises(FaceError) as told:
        make_policy(calibration(), target_fmr=target, review_share=0.35)
    assert "TEPAT_FACE_FMR" in told.value.next_step


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_for_review_is_a_share(share):
    with pytest.raises(FaceError):
        make_policy(calibration(), target_fmr=1e-3, review_share=share)
