"""`tepat faces calibrate` on a gallery: people with two photos, and pairs that reviewers found to be one person."""

import json
from contextlib import closing

import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.adjudication import open_adjudication
from analytics.biometrics.template_rows import ready_made
from analytics.biometrics.templates import Templates
from analytics.cli.faces import app
from analytics.settings import Settings, settings
from tests.analytics.adjudication.conftest import DATASET, found, judge, pair
from tests.analytics.biometrics.evidence.simulated import draw

PEOPLE = 150
DECIDED = 60


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A gallery of people with two photos each, and one in which every photo has a person of its own."""
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path))
    settings.cache_clear()
    vectors, person = draw(people=PEOPLE)
    photo = pl.Series([f"photo{number}" for number in range(len(person))])
    own = Settings(home=tmp_path)
    twice = pl.Series([f"p{number:04d}" for number in person])
    Templates.open(own, "twice").add(ready_made(twice, vectors, model="m-1", photo=photo))
    once = pl.Series([f"p{number:04d}{'ab'[place % 2]}" for place, number in enumerate(person)])
    Templates.open(own, "once").add(ready_made(once, vectors, model="m-1", photo=photo))
    with closing(open_adjudication(own)) as pairs:
        pairs.store(found(*(pair(number) for number in range(DECIDED))))
        for reviewer in ("R-1", "R-2"):
            for _ in range(DECIDED):
                judge(pairs, reviewer, "same")
    yield tmp_path
    settings.cache_clear()


def calibrated(*arguments: str) -> dict[str, object]:
    done = CliRunner().invoke(app, ["calibrate", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["data"]


def test_people_with_two_photos_are_genuine_pairs(home):
    data = calibrated("--gallery", "twice")
    assert data == {
        "source": "gallery", "name": "twice", "people": PEOPLE, "photos": 2 * PEOPLE, "genuine": PEOPLE,
        "impostors": PEOPLE * (2 * PEOPLE - 1) - PEOPLE,
    }  # fmt: skip


def test_pairs_that_reviewers_found_to_be_one_person_are_genuine(home):
    data = calibrated("--gallery", "once", "--decided", "--dataset", DATASET)
    assert (data["source"], data["people"], data["genuine"]) == ("decided", 2 * PEOPLE - DECIDED, DECIDED)


def test_without_decided_pairs_or_second_photos_nothing_can_be_learnt(home):
    for arguments in (["--gallery", "once"], ["--gallery", "once", "--decided", "--dataset", "other"]):
        done = CliRunner().invoke(app, ["calibrate", *arguments])
        assert done.exit_code == 1
        assert any(word in str(done.exception) for word in ("Too few photos", "None of the decided pairs"))
