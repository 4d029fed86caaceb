"""Noisy tables: only counts that bound a family, every possible cell, a budget that holds, all of it logged."""

import json
import shutil
from contextlib import closing

import pytest
from typer.testing import CliRunner

from analytics.access_log.tables import LOG
from analytics.cli.app import app
from analytics.disclosure import BudgetError
from analytics.metrics import METRICS
from analytics.register import open_database
from analytics.research.errors import ResearchError
from analytics.research.releasing import ONCE, budget_of, release
from analytics.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", release_epsilon=1.0)


def test_a_release_has_every_possible_cell_also_those_without_a_family(pilot, settings):
    done = release(
        pilot, settings=settings, metric="registered_families", by=["district", "status"], epsilon=1.0
    )  # fmt: skip
    regions = pilot.run(pilot.table("regions"))
    districts = regions.loc[regions["level"] == "district", "code"]
    every = {(code, status) for code in districts for status in ("submitted", "verified", "decided", "withdrawn")}
    assert set(map(tuple, done.table[["district", "status"]].to_numpy())) == every
    assert len(done.table) == len(every)


def test_noise_stands_around_the_true_counts(pilot, settings):
    done = release(pilot, settings=settings, metric="stage_registered", by=["village"], epsilon=1.0)
    true = pilot.run(pilot.table("registrations")).drop_duplicates("family_id")["village"].value_counts()
    noise = done.table["n"] - done.table["village"].map(true).fillna(0)
    assert noise.abs().mean() < 3
    assert noise.any()
    assert done.margin == 3
    assert len(done.table) == (pilot.run(pilot.table("regions"))["level"] == "village").sum()


def test_a_family_counts_in_one_cell_of_what_may_be_released(pilot):
    """The noise hides one family only where the cells' sum counts it once."""
    registered = pilot.run(pilot.table("registrations"))["family_id"].nunique()
    for metric in ONCE:
        cells = pilot.run(pilot.mart(METRICS[metric].mart))
        cells = cells[cells["programme"] == "*"] if "programme" in cells else cells
        assert cells[METRICS[metric].numerator.column].sum() <= registered


def test_the_budget_adds_up_and_what_is_beyond_it_is_refused_unlogged(pilot, settings):
    for at in range(3):
        release(pilot, settings=settings, metric="stage_paid", by=["district"], epsilon=0.3, name=f"r{at}")
    with pytest.raises(BudgetError, match="does not allow"):
        release(pilot, settings=settings, metric="stage_paid", by=["district"], epsilon=0.3, name="r3")
    with pytest.raises(BudgetError, match="has a release"):
        release(pilot, settings=settings, metric="stage_paid", by=["district"], epsilon=0.1, name="r0")
    assert budget_of(settings).left(pilot.manifest.dataset.name) == pytest.approx(0.1)
    with closing(open_database(settings)) as database, database.reading() as connection:
        rows = connection.execute(LOG.select().order_by(LOG.c.number)).all()
    assert [row.action for row in rows] == ["release"] * 3
    assert json.loads(rows[0].details)["epsilon"] == "0.3"


@pytest.mark.parametrize(
    ("metric", "by", "says"),
    [
        ("registrations", ["district"], "cannot be released with noise"),
        ("amount_paid", ["district"], "cannot be released with noise"),
        ("no_such_metric", ["district"], "cannot be released with noise"),
        ("registered_families", ["day"], "cannot be released by day"),
        ("registered_families", ["village"], "cannot be released by village"),
        ("stage_paid", ["programme"], "cannot be released by programme"),
        ("stage_paid", [], "one or two dimensions"),
        ("stage_paid", ["district", "district"], "one or two dimensions"),
        ("stage_paid", ["regency", "district"], "one or two dimensions"),
    ],
)
def test_what_no_noise_could_hide_or_whose_cells_tell_of_the_data_is_refused(pilot, settings, metric, by, says):
    with pytest.raises(ResearchError, match=says):
        release(pilot, settings=settings, metric=metric, by=by, epsilon=0.1)
    assert budget_of(settings).ledger().empty


@pytest.mark.parametrize("epsilon", [0, -1, float("nan"), float("inf")])
def test_an_epsilon_that_is_none_spends_nothing(pilot, settings, epsilon):
    with pytest.raises(BudgetError):
        release(pilot, settings=settings, metric="stage_paid", by=["district"], epsilon=epsilon)
    assert budget_of(settings).ledger().empty


def test_the_command_prints_the_table_and_the_budget(pilot_home, tmp_path, monkeypatch):
    shutil.copytree(pilot_home / "warehouse", tmp_path / "home" / "warehouse")
    monkeypatch.setenv("TEPAT_HOME", str(tmp_path / "home"))
    asked = ["research", "release", "--metric", "registered_families", "--by", "channel", "--epsilon", "0.25"]
    done = CliRunner().invoke(app, [*asked, "--name", "cli", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert sorted(row["channel"] for row in found["table"]) == ["agent", "self"]
    assert found["epsilon"] == 0.25
    said = CliRunner().invoke(app, ["research", "budget", "--json"])
    budget = json.loads(said.output)
    assert budget["left"] == found["left"] == 0.75
    assert [row["release"] for row in budget["releases"]] == ["cli"]
    refused = CliRunner().invoke(app, [*asked, "--name", "cli"])
    assert isinstance(refused.exception, BudgetError)
