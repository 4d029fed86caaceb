"""`tepat agents`: a review in words and JSON, the blind list, its key, results and what they are worth."""

import csv
import datetime as dt
import json
import shutil
from contextlib import closing

import pytest
from typer.testing import CliRunner

from analytics.agents.drawing import draw, families_of
from analytics.agents.storing import open_agent_register
from analytics.cli.app import app
from analytics.settings import Settings, settings
from analytics.store import open_store

RUN = CliRunner()


@pytest.fixture(scope="module")
def shared_home(pilot_home, tmp_path_factory):
    home = tmp_path_factory.mktemp("agents-cli") / "home"
    shutil.copytree(pilot_home, home, ignore=shutil.ignore_patterns("exports", "truth", "register*"))
    return home


@pytest.fixture
def home(shared_home, monkeypatch):
    monkeypatch.setenv("TEPAT_HOME", str(shared_home))
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()
    return shared_home


def run(*arguments, code=0):
    done = RUN.invoke(app, ["agents", *map(str, arguments)])
    assert done.exit_code == code, (done.output, done.exception)
    return done.stdout


def test_a_review_says_how_many_are_expected_to_be_innocent_and_names_nobody(home):
    told = json.loads(run("review", "--json", "--level", "0.1"))
    assert told["expected_innocent"] == pytest.approx(0.1 * told["proposed"])
    assert told["agents"] > 0
    with closing(open_agent_register(Settings(home=home))) as register:
        ids = register.findings(told["id"])["agent_id"]
    said = run("review")
    assert "looked at again" in said
    assert not any(agent in said or agent in json.dumps(told) for agent in ids)


def test_list_key_results_and_precision_of_a_draw(home, tmp_path):
    made = json.loads(run("review", "--json"))
    with closing(open_store(Settings(home=home)).open()) as warehouse:
        families = families_of(warehouse)
    with closing(open_agent_register(Settings(home=home))) as register:
        findings = register.findings(made["id"])
        drawn = draw(findings.assign(proposed=findings.index < 4), families, seed=3)
        id_ = register.add_draw(made["id"], drawn, seed=3)
        ids = set(findings["agent_id"])
    listed, key = tmp_path / "list.csv", tmp_path / "key.csv"
    run("list", id_, "--output", listed)
    run("key", id_, "--output", key)
    assert not any(agent in listed.read_text(encoding="utf-8") for agent in ids)
    assert listed.stat().st_mode & 0o777 == key.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(listed.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == len(drawn.key)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    with listed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row | {"visited_on": today, "result": "differs"} for row in rows)
    assert json.loads(run("results", listed, "--json")) == {"fresh": len(rows), "already_in": 0, "held": []}
    found = {row["group"]: row for row in json.loads(run("precision", "--json")) if not row["draw"]}
    assert found["proposed"]["value"] == found["others"]["value"] == 1.0
    assert "Something else than was entered" in run("precision")


def test_what_is_asked_of_a_draw_that_never_was_is_refused(home, tmp_path):
    done = RUN.invoke(app, ["agents", "list", "w1", "--output", str(tmp_path / "x.csv")])
    assert "no draw w1" in str(done.exception)
