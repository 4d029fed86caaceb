"""One switch turns the scores off everywhere, and says how to turn them on."""

import pytest
from typer.testing import CliRunner

from analytics.cli.app import app
from analytics.risk.learners import RiskError
from analytics.risk.switch import demand_switched_on
from analytics.settings import Settings


def test_scores_are_on_unless_they_are_switched_off():
    demand_switched_on(Settings())
    with pytest.raises(RiskError, match="switched off") as raised:
        demand_switched_on(Settings(scores=False))
    assert "TEPAT_SCORES=true" in raised.value.next_step


@pytest.mark.parametrize("command", [["train"], ["score"], ["evaluate", "model"]])
def test_no_command_trains_scores_or_evaluates_while_they_are_off(pilot_home, monkeypatch, command):
    monkeypatch.setenv("TEPAT_HOME", str(pilot_home))
    monkeypatch.setenv("TEPAT_SCORES", "false")
    before = sorted(pilot_home.glob("models/*/*"))
    found = CliRunner().invoke(app, command)
    assert isinstance(found.exception, RiskError)
    assert "switched off" in str(found.exception)
    assert sorted(pilot_home.glob("models/*/*")) == before
