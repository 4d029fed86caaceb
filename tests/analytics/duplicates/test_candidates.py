"""Candidates by face: exactly those that comparing every pair with every other would find."""

from itertools import combinations

import numpy as np
import pytest

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.calibrating import calibrate
from analytics.biometrics.evidence.labelled import Labelled
from analytics.biometrics.gallery import Gallery
from analytics.duplicates.candidates import Faces, alike_anywhere, alike_within, joined, sharing
from analytics.simulator.templates import draw_templates

PEOPLE = 400


@pytest.fixture(scope="module")
def calibrated():
    person = np.repeat(np.arange(500), 2)
    templates, _ = draw_templates(person, seed=8)
    return calibrate(Labelled(vectors=templates, person=person, model="m", source="photos"), name="test", seed=1)


@pytest.fixture(scope="module")
def faces(calibrated):
    """Forty of the people have a double; ten have no template."""
    calibration, norming = calibrated
    person = np.concatenate([np.arange(PEOPLE - 40), np.arange(40)])
    templates, quality = draw_templates(person, seed=9)
    names = np.array([f"p{at:03d}" for at in range(PEOPLE)])
    enrolled = np.arange(PEOPLE - 10)[::-1]
    gallery = Gallery(
        photo=names[enrolled], person=names[enrolled], vectors=templates[enrolled], quality=quality[enrolled], model="m"
    )
    return Faces.of(gallery, people=names, calibration=calibration, norming=norming)


def every_pair(faces, *, least, chosen=lambda _a, _b: True):
    pairs = np.array([pair for pair in combinations(range(PEOPLE), 2) if chosen(*pair)])
    found = faces.log10_lr(pairs[:, 0], pairs[:, 1])
    with np.errstate(invalid="ignore"):
        return {tuple(pair) for pair in pairs[found >= least].tolist()}


def of(found):
    return set(zip(found.a.tolist(), found.b.tolist(), strict=True))


def test_people_without_a_template_have_no_evidence(faces):
    values = faces.log10_lr(np.array([0, 0]), np.array([1, PEOPLE - 1]))
    assert np.isfinite(values[0])
    assert np.isnan(values[1])


def test_doubles_are_likelier_than_strangers(faces):
    doubles = faces.log10_lr(np.arange(20), np.arange(20) + PEOPLE - 40)
    strangers = faces.log10_lr(np.arange(20), np.arange(20) + 100)
    assert np.median(doubles) > 2 > np.median(strangers)


def test_sharing_finds_every_pair_of_one_value_that_is_alike_enough(faces):
    value = np.arange(PEOPLE) % 40
    value[5::40] = -1
    place = np.arange(PEOPLE) % 3
    found = sharing(faces, value, place=place, least=np.array([1.0, -1.0]))
    apart = every_pair(faces, least=1.0, chosen=lambda a, b: value[a] == value[b] >= 0 and place[a] != place[b])
    together = every_pair(faces, least=-1.0, chosen=lambda a, b: value[a] == value[b] >= 0 and place[a] == place[b])
    assert of(found) == apart | together
    np.testing.assert_allclose(found.face, faces.log10_lr(found.a, found.b))


def test_alike_within_finds_every_pair_of_one_group(faces):
    group = np.arange(PEOPLE) % 4
    group[7::20] = -1
    found = joined([alike_within(faces, group, least=1.5)])
    assert of(found) == every_pair(faces, least=1.5, chosen=lambda a, b: group[a] == group[b] >= 0)


def test_alike_anywhere_finds_nearly_every_pair_and_says_what_its_limit_loses(faces):
    everything = joined([alike_within(faces, np.zeros(PEOPLE, dtype=np.int64), least=0.0)])
    found, searched = alike_anywhere(faces, least=2.0, exact=everything)
    truth = every_pair(faces, least=2.0)
    assert of(found) <= truth
    assert searched.method == "exact"
    assert len(of(found)) / len(truth) == pytest.approx(searched.recall, abs=1e-9)
    assert searched.recall > 0.9


def test_more_evidence_than_the_calibration_supports_is_never_found(faces):
    beyond = faces.calibration.map.high + 1
    assert not np.isfinite(faces.score_of(beyond))
    found, searched = alike_anywhere(faces, least=beyond)
    assert len(found.a) == 0
    assert searched.recall == 1
    assert len(alike_within(faces, np.zeros(PEOPLE, dtype=np.int64), least=beyond).a) == 0


def test_score_of_is_the_inverse_of_the_calibration(faces):
    for wanted in (-1.0, 0.5, 2.0):
        at = faces.score_of(wanted)
        assert float(faces.calibration.log10_lr(np.array([at]))[0]) == pytest.approx(wanted, abs=1e-3)


def test_best_photo_of_a_person_is_taken(calibrated):
    calibration, norming = calibrated
    templates, _ = draw_templates(np.array([0, 0, 1]), seed=9)
    gallery = Gallery(
        photo=np.array(["x", "y", "z"]), person=np.array(["a", "a", "b"]), vectors=templates,
        quality=np.array([0.2, 0.9, 0.5]), model="m",
    )  # fmt: skip
    faces = Faces.of(gallery, people=np.array(["a", "b"]), calibration=calibration, norming=norming)
    expected = norming.prepare(templates[[1, 2]])
    np.testing.assert_allclose(faces.prepared.vectors, expected.vectors)


def test_templates_of_another_model_are_refused(calibrated):
    calibration, norming = calibrated
    templates, quality = draw_templates(np.array([0, 1]), seed=9)
    names = np.array(["a", "b"])
    gallery = Gallery(photo=names, person=names, vectors=templates, quality=quality, model="other")
    with pytest.raises(FaceError):
        Faces.of(gallery, people=names, calibration=calibration, norming=norming)
