import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.calibrating import calibrate
from analytics.biometrics.evidence.calibration import (
    Calibration,
    content_id,
    load_calibration,
    load_norming,
    save_calibration,
)
from analytics.biometrics.evidence.labelled import Labelled, labelled_gallery, sample_rows
from analytics.biometrics.evidence.norming import Norming
from analytics.biometrics.gallery import Gallery
from analytics.settings import Settings
from tests.analytics.biometrics.evidence.simulated import draw

MODEL = "simulated-1"


def _labelled(*, people: int = 300, seed: int = 0) -> Labelled:
    vectors, person = draw(people=people, seed=seed)
    return Labelled(vectors=vectors, person=person, model=MODEL, source="photos")


@pytest.fixture(scope="module")
def made() -> tuple[Calibration, Norming]:
    sex = np.array(["F", "F", "M", "M"] * 150)
    return calibrate(_labelled(), name="simulated", attributes={"sex": sex})


def test_a_calibration_comes_back_as_it_was_saved(made: tuple[Calibration, Norming], tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    path = save_calibration(settings, *made)
    loaded = load_calibration(settings, made[0].id, model=MODEL)
    assert loaded == made[0]
    assert path.stem == loaded.id == content_id(json.loads(path.read_text()))
    scores = np.linspace(-10, 10, 100)
    assert (loaded.log10_lr(scores) == made[0].log10_lr(scores)).all()
    a, b = draw(people=20, photos=1, seed=8)[0], draw(people=20, photos=1, seed=9)[0]
    assert (load_norming(settings, loaded).scores(a, b) == made[1].scores(a, b)).all()


def test_a_genuine_pair_speaks_for_and_a_false_one_against(made: tuple[Calibration, Norming]) -> None:
    vectors, _ = draw(people=200, seed=5)
    genuine = made[0].log10_lr(made[1].scores(vectors[::2], vectors[1::2]))
    impostor = made[0].log10_lr(made[1].scores(vectors[::2], np.roll(vectors[1::2], 1, axis=0)))
    assert np.mean(genuine > 0) > 0.9
    assert np.mean(impostor < 0) > 0.9
    # A likelihood ratio of different people averages 1 where it is true.
    assert np.mean(10**impostor) == pytest.approx(1.0, abs=0.9)


def test_no_template_of_anybody_stands_in_plain_text(made: tuple[Calibration, Norming], tmp_path: Path) -> None:
    save_calibration(Settings(home=tmp_path), *made)
    cohort = made[1].cohort.astype("<f4")
    for path in (tmp_path / "faces").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert cohort[0].tobytes() not in content
            assert repr(float(cohort[0, 0])).encode() not in content
            assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("part", ["map", "curve", "model", "cllr"])
def test_a_changed_calibration_is_refused(part: str, made: tuple[Calibration, Norming], tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    path = save_calibration(settings, *made)
    content = json.loads(path.read_text())
    content[part] = {
        "map": content["map"] | {"high": 99.0}, "curve": content["curve"][1:], "model": "other", "cllr": 0.0,
    }[part]  # fmt: skip
    path.write_text(json.dumps(content))
    with pytest.raises(FaceError, match="not the one that was made"):
        load_calibration(settings, made[0].id)


def test_a_changed_cohort_is_refused(made: tuple[Calibration, Norming], tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    save_calibration(settings, *made)
    cohort = tmp_path / "faces" / "calibrations" / f"{made[0].id}.cohort"
    content = bytearray(cohort.read_bytes())
    content[40] ^= 1
    cohort.write_bytes(content)
    with pytest.raises(FaceError, match="cannot be read"):
        load_norming(settings, made[0])


def test_another_model_is_refused_by_name(made: tuple[Calibration, Norming], tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    save_calibration(settings, *made)
    with pytest.raises(FaceError, match="made for simulated-1, the templates are of other-2"):
        load_calibration(settings, made[0].id, model="other-2")
    with pytest.raises(FaceError, match="No calibration of this model"):
        load_calibration(settings, model="other-2")


def test_the_newest_of_the_model_is_taken(made: tuple[Calibration, Norming], tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    older = made[0].model_copy(update={"created_at": made[0].created_at.replace(year=2020)})
    older = older.model_copy(update={"id": content_id(older.model_dump(mode="json"))})
    save_calibration(settings, made[0], made[1])
    save_calibration(settings, older, made[1])
    assert load_calibration(settings, model=MODEL).id == made[0].id
    assert load_calibration(settings, older.id).id == older.id


@pytest.mark.parametrize("name", ["", "k0", "../x"])
def test_where_there_is_none_the_error_says_what_to_run(name: str, tmp_path: Path) -> None:
    with pytest.raises(FaceError, match="tepat faces calibrate"):
        load_calibration(Settings(home=tmp_path), name)


def test_a_registry_as_large_as_the_cohort_gives_centre_and_cohort(
    made: tuple[Calibration, Norming], tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    save_calibration(settings, *made)
    own = draw(people=700, photos=1, seed=6)[0] + 1
    assert load_norming(settings, made[0], registry=own).registry == 700
    assert len(load_norming(settings, made[0], registry=own).cohort) == made[0].norming.cohort
    assert load_norming(settings, made[0], registry=own[:50]).registry == 600


def _gallery(person: list[str]) -> Gallery:
    count = len(person)
    return Gallery(
        photo=np.array([f"f{k}" for k in range(count)]), person=np.array(person),
        vectors=np.arange(count * 2, dtype=np.float32).reshape(count, 2), quality=np.ones(count), model=MODEL,
    )  # fmt: skip


def test_decided_pairs_make_one_person_of_two_also_in_chains() -> None:
    decided = pd.DataFrame({"a": ["p1", "p2", "p4"], "b": ["p2", "p3", "p5"], "same": [True, True, False]})
    found = labelled_gallery(_gallery(["p1", "p2", "p3", "p4", "p5"]), decided)
    assert found.source == "decided"
    assert len(set(found.person[:3])) == 1
    assert len(set(found.person)) == 3


def test_decisions_that_contradict_each_other_are_refused() -> None:
    decided = pd.DataFrame({"a": ["p1", "p2", "p1"], "b": ["p2", "p3", "p3"], "same": [True, True, False]})
    with pytest.raises(FaceError, match="1 decided pairs contradict"):
        labelled_gallery(_gallery(["p1", "p2", "p3"]), decided)


def test_decided_pairs_of_another_gallery_are_refused() -> None:
    decided = pd.DataFrame({"a": ["x"], "b": ["y"], "same": [True]})
    with pytest.raises(FaceError, match="None of the decided pairs"):
        labelled_gallery(_gallery(["p1", "p2"]), decided)


def test_a_sample_keeps_people_with_several_photos_whole() -> None:
    person = np.concatenate([np.arange(50), np.arange(10)])
    rows = sample_rows(person, photos=30)
    assert len(rows) == 30
    assert sorted(np.unique(person[rows], return_counts=True)[1]) == [1] * 10 + [2] * 10
    assert (sample_rows(person) == np.arange(60)).all()
