"""The page of agents: the inspectorate sees single ones, leadership groups alone, others nothing; no id in a URL."""

import shutil
from contextlib import closing

import pandas as pd
import pytest

from analytics.access import Scope
from analytics.access.rights import ROLES, VISITOR
from analytics.access_log import entries
from analytics.agents.drawing import draw, families_of
from analytics.agents.review import review
from analytics.agents.storing import open_agent_register
from analytics.register import open_database
from analytics.settings import Settings
from analytics.store import open_store
from tests.dashboard.test_pages import open_page, sound, spoken

DATASET = "banyuwangi-simulasi"


@pytest.fixture(scope="module")
def home(pilot_home, tmp_path_factory):
    made = tmp_path_factory.mktemp("agents") / "home"
    shutil.copytree(pilot_home, made, ignore=shutil.ignore_patterns("exports", "truth", "register*"))
    settings = Settings(home=made)
    with closing(open_store(settings).open()) as warehouse, closing(open_agent_register(settings)) as register:
        kept = review(warehouse, register, level=0.1)
        findings = register.findings(kept.id)
        # Who is proposed does not matter here; a draw must stand on the page whatever the simulated agents did.
        shown = findings.assign(proposed=findings.index < 3)
        register.add_draw(kept.id, draw(shown, families_of(warehouse), seed=5), seed=5)
    return made


def agents_of(home):
    with closing(open_agent_register(Settings(home=home))) as register:
        return register.findings(register.review(DATASET).id)["agent_id"].tolist()


def everything(at):
    """All that is sent to the browser: words, tables, figures."""
    parts = [spoken(at), *(frame.value.to_csv() for frame in at.dataframe), *(str(box.options) for box in at.selectbox)]
    return "\n".join([*parts, *(element.proto.spec for element in at.get("plotly_chart"))])


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_visitor_of_simulated_data_sees_funnel_profile_and_lists(home, monkeypatch, language):
    at = open_page(home, "pendamping", monkeypatch, language)
    sound(at)
    said = everything(at)
    assert any(agent[:8] in said for agent in agents_of(home))
    assert len(at.get("plotly_chart")) == 3
    assert not any(agent[:8] in str(at.query_params) for agent in agents_of(home))


def test_the_profile_that_is_seen_is_logged_once(home, monkeypatch):
    monkeypatch.setenv("TEPAT_LOG_PAGE_VIEWS", "true")
    at = open_page(home, "pendamping", monkeypatch)
    at.run()
    with closing(open_database(Settings(home=home))) as database:
        rows = entries(database, action="view_agent")
    assert len(rows) == 1
    assert rows["ref"].iloc[0] in agents_of(home)


@pytest.mark.parametrize("indicator", ["seconds", "helped_self", "twin_answers"])
def test_every_kind_of_indicator_is_drawn(home, monkeypatch, indicator):
    sound(open_page(home, "pendamping", monkeypatch, indicator=indicator))


def test_leadership_gets_no_code_of_an_agent_in_any_form(home, monkeypatch):
    at = open_page(home, "pendamping", monkeypatch, role="leadership")
    sound(at)
    said = everything(at)
    assert not any(agent[:8] in said for agent in agents_of(home))
    assert len(at.get("plotly_chart")) == 1
    assert [box.label for box in at.selectbox if "Pendamping (" in box.label] == []
    shares = next(frame.value for frame in at.dataframe if "Menonjol" in frame.value.columns)
    counts = pd.to_numeric(shares["Menonjol"], errors="coerce").dropna()
    assert not ((counts > 0) & (counts < 10)).any()


def test_only_the_inspectorate_and_visitors_see_single_agents():
    assert {role for role in (*ROLES, VISITOR) if Scope(role).may("see_agents")} == {"inspector", VISITOR}
    assert {role for role in (*ROLES, VISITOR) if Scope(role).may_open("pendamping")} == {
        "leadership", "inspector", VISITOR,
    }  # fmt: skip
    assert not Scope("inspector", "35.10").may_open("pendamping")


def test_without_a_review_the_command_is_named(pilot_home, monkeypatch):
    at = open_page(pilot_home, "pendamping", monkeypatch)
    sound(at)
    assert at.code[0].value == "tepat agents review"
