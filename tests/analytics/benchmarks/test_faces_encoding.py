"""The benchmark of encoding: every stage is there, and both sides saw the same photos."""

import pytest

from analytics.benchmarks.faces.encoding import SIDES, STAGES, EncodingSpeed, markdown, run
from tests.analytics.biometrics.drawn import draw_face, draw_noise
from validation.errors import TepatError


def folder(tmp_path, *images):
    (tmp_path / "faces").mkdir()
    for number, image in enumerate(images):
        image.save(tmp_path / "faces" / f"{number}.png")
    rows = [f"{number}.png,{number}\n" for number in range(len(images))]
    (tmp_path / "faces.csv").write_text("file,identity\n" + "".join(rows), encoding="utf-8")
    return tmp_path


def test_every_stage_is_measured_on_the_photos(tmp_path):
    images = [draw_face(size=200, skin=(200 - 10 * number, 150, 120)) for number in range(4)]
    lines = []
    found = run(folder(tmp_path, *images, draw_noise()), 5, home=tmp_path / "home", report=lines.append)
    assert found.photos == 5
    assert found.median_side == 200
    assert set(found.stages) == set(STAGES)
    assert min(found.stages.values()) > 0
    assert found.found == dict.fromkeys(SIDES, 4)
    assert len(lines) == 2


def test_photos_without_faces_cannot_be_measured(tmp_path):
    with pytest.raises(TepatError, match="No face was found"):
        run(folder(tmp_path, draw_noise()), 1, home=tmp_path / "home", report=lambda _: None)


def test_the_page_states_the_ratio():
    found = EncodingSpeed(
        machine={}, photos=10, median_side=250, stages=dict.fromkeys(STAGES, 1.0),
        whole={"face_recognition": 90.0, "tepat": 10.0}, found={"face_recognition": 9, "tepat": 10},
    )  # fmt: skip
    assert found.ratio == 9
    assert "Tepat is 9.0 times as fast; the aim is 8." in markdown(found)
