"""`tepat objections`: the same figures as words and as JSON."""

import json

import pytest
from typer.testing import CliRunner

from analytics.benchmarks import objections as measured
from analytics.cli.app import app
from analytics.metrics import METRICS, measure
from analytics.objections.backlog import backlog
from validation.errors import TepatError

RUN = CliRunner()


@pytest.fixture(autouse=True)
def _home(pilot_home, monkeypatch):
    monkeypatch.setenv("TEPAT_HOME", str(pilot_home))


def _json(*arguments):
    done = RUN.invoke(app, ["objections", *arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_flow_in_json_has_groups_steps_and_the_backlog(pilot):
    found = _json("flow", "--by", "channel")
    assert found["window_days"] == 30
    assert {row["group"] for row in found["steps"]} <= {"screening", "field_check", "desk", "whole"}
    assert {row["group"] for row in found["groups"]} <= {"portal", "agent", "village_office"}
    forecast = backlog(pilot)
    assert (found["backlog"] is None) == (forecast is None)
    assert forecast is None or len(found["backlog"]["ahead"]) == len(forecast.ahead)


def test_evidence_in_json_warns_and_counts_what_the_metric_counts(pilot):
    found = _json("evidence", "--programme", "PKH")
    assert "select themselves" in found["warning"]
    whole = _json("evidence")
    row = measure(pilot, METRICS["overturned_share"]).iloc[0]
    assert whole["overturned"]["refusal"]["judged"] == (None if row["reason"] == "withheld" else row["n"])
    assert set(found["sources"]) == {"PKH"}
    assert set(whole["sources"]) == {"PKH", "BPNT"}


@pytest.mark.parametrize("command", ["flow", "evidence"])
def test_words_say_the_same(command):
    done = RUN.invoke(app, ["objections", command], catch_exceptions=False)
    assert done.exit_code == 0
    assert ("Days by step" if command == "flow" else "both errors if a source were corrected") in done.stdout


@pytest.mark.parametrize(
    "arguments", [("flow", "--by", "agent"), ("evidence", "--by", "family_id"), ("flow", "--area", "99")]
)
def test_what_cannot_be_asked_is_an_error_with_what_can(arguments):
    with pytest.raises(TepatError) as error:
        RUN.invoke(app, ["objections", *arguments], catch_exceptions=False)
    assert error.value.next_step


def test_the_benchmark_measures_the_product_beside_a_group_by(tmp_path):
    found = measured.run([2_000], tmp_path, report=lambda _: None)
    assert [entry.task for entry in found.measured] == list(measured.TASKS)
    counted = {entry.task: entry.found for entry in found.measured}
    assert counted["group_by"] == counted["figures"] == 2_000
    assert "| 2,000 |" in measured.markdown(found)
    assert measured.as_dict(found)["measured"][0]["rows"] == 2_000
