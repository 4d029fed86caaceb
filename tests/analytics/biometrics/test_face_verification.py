"""One photo against one reference: every status of either, attempts, and the rates on people who were never seen."""

from dataclasses import dataclass

import numpy as np
import pytest

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.calibrating import calibrate
from analytics.biometrics.evidence.calibration import save_calibration
from analytics.biometrics.evidence.labelled import Labelled
from analytics.biometrics.verification import MOST_ATTEMPTS, open_verifier
from analytics.settings import Settings
from validation.contract import PHOTO_FAULTS, VERIFICATIONS

MODEL, DIMENSION, NOISE = "simulated-1", 64, 0.13
"""Noise of a photo in each dimension around a person's unit template."""


@dataclass(frozen=True)
class Photo:
    status: str = "ok"
    quality: float | None = 0.8
    vector: np.ndarray | None = None


def people(count: int, *, photos: int, seed: int) -> np.ndarray:
    """Templates of `photos` photos of each person, float32 (count, photos, d)."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((count, 1, DIMENSION))
    centres /= np.linalg.norm(centres, axis=2, keepdims=True)
    return (centres + NOISE * random.standard_normal((count, photos, DIMENSION))).astype(np.float32)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("faces")
    known = people(250, photos=3, seed=1)
    person = np.repeat(np.arange(len(known)), 3)
    labelled = Labelled(vectors=known.reshape(-1, DIMENSION), person=person, model=MODEL, source="photos")
    learnt = calibrate(labelled, name="simulated")
    save_calibration(Settings(home=home), *learnt)
    return home


@pytest.fixture(scope="module")
def verifier(home):
    return open_verifier(Settings(home=home), model=MODEL)


@pytest.fixture(scope="module")
def pair():
    return [Photo(vector=vector) for vector in people(1, photos=2, seed=5)[0]]


def test_people_never_seen_match_and_are_reviewed_as_often_as_the_policy_says(verifier):
    strangers = people(400, photos=2, seed=2)
    policy = verifier.policy
    own = [verifier.check(Photo(vector=a), Photo(vector=b)).outcome for a, b in strangers]
    count = len(own)
    reviewed = own.count("review") / count
    spread = 4 * np.sqrt(policy.reviewed_high * (1 - policy.reviewed_high) / count)
    assert policy.reviewed_low - spread <= reviewed <= policy.reviewed_high + spread
    first, second = strangers[:, 0], strangers[:, 1]
    steps = range(1, 100)
    scores = np.concatenate([verifier.norming.scores(first, np.roll(second, step, axis=0)) for step in steps])
    matched = np.mean([policy.decide(score) == "match" for score in scores])
    spread = 4 * np.sqrt(policy.fmr_high / len(scores))
    assert policy.fmr_low - spread <= matched <= policy.fmr_high + spread


def test_a_check_carries_evidence_distance_quality_model_calibration_and_policy(verifier, pair):
    check = verifier.check(*pair)
    assert (check.outcome, check.then) == ("match", "verified")
    score = verifier.norming.scores(pair[0].vector[None], pair[1].vector[None])
    assert check.evidence == pytest.approx(float(verifier.calibration.log10_lr(score)[0]))
    assert check.distance == pytest.approx(float(np.sqrt(((pair[0].vector - pair[1].vector) ** 2).sum())))
    assert check.quality == 0.8
    assert (check.policy.model, check.policy.calibration) == (MODEL, verifier.calibration.id)


@pytest.mark.parametrize("fault", PHOTO_FAULTS)
def test_a_photo_that_cannot_be_used_has_its_outcome_and_is_never_compared(verifier, pair, fault):
    check = verifier.check(Photo(status=fault, quality=None), pair[1])
    assert check.outcome == ("no_face" if fault == "no_face" else "poor_quality")
    assert (check.evidence, check.distance, check.then) == (None, None, "try_again")
    assert check.outcome in VERIFICATIONS["outcome"].domain


@pytest.mark.parametrize("reference", [None, *(Photo(status=fault, quality=None) for fault in PHOTO_FAULTS)])
@pytest.mark.parametrize("probe", ["ok", "blurred"])
def test_without_a_reference_that_can_be_used_nothing_is_held_against_the_applicant(verifier, pair, reference, probe):
    taken = pair[0] if probe == "ok" else Photo(status=probe)
    assert verifier.check(taken, reference).outcome == "unavailable"


def test_after_the_last_attempt_a_person_decides_whatever_failed(verifier, pair):
    other = Photo(vector=people(1, photos=1, seed=9)[0, 0])
    for photo, reference in ((other, pair[1]), (Photo(status="dark"), pair[1]), (pair[0], None)):
        followed = [verifier.check(photo, reference, attempt=n + 1).then for n in range(MOST_ATTEMPTS)]
        assert followed == ["try_again"] * (MOST_ATTEMPTS - 1) + ["person"]
    assert verifier.check(*pair, attempt=MOST_ATTEMPTS).then == "verified"


def test_a_grey_check_goes_to_a_person_at_once(verifier):
    policy = verifier.policy
    strangers = people(400, photos=2, seed=3)
    checks = [verifier.check(Photo(vector=a), Photo(vector=b)) for a, b in strangers]
    grey = [check for check in checks if check.outcome == "review"]
    assert grey
    assert {check.then for check in grey} == {"person"}
    assert all(policy.review_evidence <= check.evidence <= policy.match_evidence for check in grey)


@pytest.mark.parametrize("attempt", [0, -1, MOST_ATTEMPTS + 1])
def test_there_is_no_attempt_beyond_the_last(verifier, pair, attempt):
    with pytest.raises(FaceError, match=f"no attempt {attempt}"):
        verifier.check(*pair, attempt=attempt)


def test_templates_of_another_model_are_not_verified(home, verifier, pair):
    with pytest.raises(FaceError):
        open_verifier(Settings(home=home), model="another")
    with pytest.raises(FaceError):
        verifier.check(Photo(vector=np.ones(128, np.float32)), pair[1])


def test_the_policy_is_that_of_the_settings(home):
    policy = open_verifier(Settings(home=home, face_fmr=1e-2, face_review_share=0.02), model=MODEL).policy
    assert policy.name == "fmr=0.01 review=0.02"
    assert policy.reviewed <= 0.02 + 1e-9
