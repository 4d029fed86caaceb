"""`tepat faces enrol` and `tepat faces templates`: what they print."""

import json

import pytest
from typer.testing import CliRunner

from analytics.cli.faces import app
from analytics.cli.faces.enrol import ADVICE
from tests.analytics.biometrics.drawn import draw_face, draw_noise
from validation.contract import PHOTO_FAULTS


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path / "home"))
    (tmp_path / "photos" / "faces").mkdir(parents=True)
    draw_face(size=150).save(tmp_path / "photos" / "faces" / "a.png")
    draw_noise().save(tmp_path / "photos" / "faces" / "b.png")
    (tmp_path / "photos" / "faces.csv").write_text("file,identity\na.png,1\nb.png,2\n", encoding="utf-8")
    return tmp_path / "photos"


def run(*arguments):
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_what_was_enrolled_is_printed_with_what_to_do(photos):
    printed = run("enrol", photos)
    assert "2 photos, 2 of them read now by dlib-resnet-v1, 0 before" in printed
    assert "no face was found" in printed
    assert run("enrol", photos, "--batch", 1).count("0 of them read now") == 1


def test_json_is_one_object(photos):
    found = json.loads(run("enrol", photos, "--gallery", "pilot", "--json"))
    assert found["statuses"] == {"ok": 1, "no_face": 1} or found["statuses"] == {"no_face": 1, "ok": 1}
    held = json.loads(run("templates", "--gallery", "pilot", "--json"))["held"]
    assert [(row["model"], row["photos"], row["people"]) for row in held] == [("dlib-resnet-v1", 1, 1)] * 2


def test_what_a_gallery_holds_is_printed(photos):
    assert "is empty" in run("templates")
    run("enrol", photos)
    assert "no_face" in run("templates")


def test_every_status_says_what_to_do():
    assert set(ADVICE) == {"ok", *PHOTO_FAULTS}
