"""The benchmark of the model on few families: both sides do the same work, and the truth is joined rightly."""

import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from scipy.stats import norm
from typer.testing import CliRunner

from analytics.benchmarks import model
from analytics.benchmarks.model import families as made
from analytics.benchmarks.model import pilot as known
from analytics.benchmarks.model import speed
from analytics.benchmarks.model.pilot import Corrupt, Found, Pilot, SideFound
from analytics.benchmarks.model.speed import Comparison, Timed
from analytics.cli.app import app
from analytics.ingest.pseudonyms import pseudonym_key
from analytics.risk.evaluation import SIDES
from validation.errors import TepatError


def timed(task, side, cpu):
    return Timed(task=task, side=side, families=1000, rows=1000, seconds=cpu, cpu_seconds=cpu, peak_gib=0.3)


def comparison(**cpu):
    rows = [timed(task, side, seconds) for task in speed.TASKS for side, seconds in cpu.items()]
    return Comparison(machine={"memory": "1 GiB"}, rounds=5, on_disk={1000: False}, auc={1000: 0.8}, timed=rows)


@pytest.fixture(scope="module")
def measured():
    """A run of the command on few families, without the pilot, each task once."""
    runner = CliRunner()
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(speed, "REPEATED", 0)
    arguments = ["benchmark", "model", "--families", "3000", "--rounds", "5", "--pilot", "0", "--json"]
    done = runner.invoke(app, arguments, catch_exceptions=False)
    monkeypatch.undo()
    return json.loads(done.stdout)


def test_each_task_is_measured_on_both_sides(measured):
    rows = measured["speed"]["timed"]
    assert [(row["task"], row["side"]) for row in rows] == [
        (task, side) for task in ("train", "score", "reasons") for side in ("plain", "tepat")
    ]
    assert [row["rows"] for row in rows] == [3000] * 4 + [30] * 2
    assert all(row["cpu_seconds"] > 0 and 0.05 < row["peak_gib"] < 2 for row in rows)
    assert measured["speed"]["auc"]["3000"] > 0.7
    assert (measured["pilot"], measured["study"]) == (None, None)


def test_families_are_made_as_described(tmp_path):
    made.write_families(tmp_path / "f.parquet", 20_000)
    frame = pd.read_parquet(tmp_path / "f.parquet")
    assert frame["entitled"].mean() == pytest.approx(made.POOR, abs=0.01)
    assert norm.cdf(made.LINE) == pytest.approx(made.POOR)
    assert frame[list(made.NAMES)].isna().to_numpy().mean() == pytest.approx(made.EMPTY, abs=0.002)
    assert frame.groupby("entitled")["has_car"].mean().is_monotonic_decreasing
    assert frame.groupby("entitled")["cooks_with_wood"].mean().is_monotonic_increasing
    made.write_families(tmp_path / "g.parquet", 20_000)
    assert pq.read_table(tmp_path / "g.parquet").to_pandas().equals(frame)


def test_sides_that_disagree_are_no_comparison(tmp_path):
    for side, value in (("plain", 0.5), ("tepat", 0.6)):
        pd.DataFrame({"entitled": [value]}).to_parquet(tmp_path / f"{side}-scores.parquet")
        np.save(tmp_path / f"{side}-reasons.npy", np.zeros((1, 2)))
    with pytest.raises(TepatError, match="disagree"):
        speed.demand_the_same(tmp_path)


def test_a_measurement_that_fails_says_so(tmp_path):
    with pytest.raises(TepatError, match="train \\(tepat\\) failed"):
        speed.in_own_process("train", "tepat", tmp_path, 10, 1)


def test_overhead_is_cpu_seconds_over_those_of_xgboost_alone_and_a_miss_is_written():
    found = comparison(plain=10.0, tepat=11.0)
    assert found.overhead("train", 1000) == pytest.approx(1.1)
    page = model.markdown(model.Results(speed=found, pilot=None, study=None))
    assert "Reached by all." in page
    page = model.markdown(model.Results(speed=comparison(plain=10.0, tepat=12.0), pilot=None, study=None))
    assert "Missed by training from batches of 1,000 (1.20), scoring all" in page


def test_up_to_a_million_families_the_median_of_three_is_taken():
    assert (speed.repeats(1_000_000), speed.repeats(10_000_000)) == (3, 1)
    assert speed.middle([timed("train", "tepat", cpu) for cpu in (9.0, 1.0, 2.0)]).cpu_seconds == 2.0


def test_the_truth_is_joined_by_the_pseudonyms_of_the_snapshot(pilot_home, pilot):
    found = known.true_of(pilot_home / "exports", pilot_home / "truth", pseudonym_key(pilot_home))
    families = pilot.run(pilot.table("families").select("family_id"))
    assert set(families["family_id"]) <= set(found["family_id"])
    assert found["family_id"].is_unique
    # Recount of the receivers who are not entitled, from the files and from the snapshot.
    payments = pilot.run(pilot.table("payments"))
    paid = payments[(payments["programme"] == "BPNT") & (payments["period"] == "2026-Q1")]["family_id"].unique()
    entitled = found.set_index("family_id").loc[paid, "entitled_bpnt"]
    errors = pl.read_parquet(pilot_home / "truth" / "errors.parquet").filter(programme="BPNT", period="2026-Q1")
    assert 1 - entitled.mean() == pytest.approx(errors["inclusion"].item(), abs=0.002)
    assert (found["relative"] <= found["agent"]).all()
    assert found["relative"].sum() > 0


def test_precision_and_corrupt_cases_by_hand():
    """Ten receivers; four are not entitled, of whom the agent's stand first and seventh."""
    rows = pd.DataFrame(
        {
            "entitled": np.linspace(0.05, 0.95, 10),
            "proxy": np.linspace(1.0, 0.0, 10),
            "ruled": [0.0, 1.0] * 5,
            "agent": [True, False, False, False, False, False, True, False, False, True],
            "relative": [False] * 6 + [True] + [False] * 3,
        }
    )
    truth = np.array([False, False, True, True, True, True, False, True, False, True])
    found = known.side_found(rows, truth, SIDES[0], programme="BPNT")
    assert (found.families, found.base_rate) == (10, pytest.approx(0.4))
    ours, proxy, _ = found.rankings
    assert ours.precision == {"5%": 1.0, "10%": 1.0, "20%": 1.0}
    assert proxy.precision["20%"] == pytest.approx(0.5)  # turned round: the last two, of whom one is entitled
    agent, relative = found.corrupt
    assert (agent.cases, relative.cases) == (2, 1)  # the tenth is entitled: no case
    assert agent.found == {"5%": 0.0, "10%": 0.5, "20%": 0.5}
    assert agent.others == {"5%": 0.0, "10%": 0.0, "20%": 0.5}
    assert relative.found["20%"] == 0.0


def test_no_case_is_a_dash_and_plain_data_hold_no_nan():
    nothing = dict.fromkeys(("5%", "10%", "20%"), math.nan)
    side = SideFound(
        programme="PKH", side="not_entitled_receiver", families=10, base_rate=0.3, calibration_error=0.01,
        rankings=[Found(ranking="XGBoost", precision=dict.fromkeys(nothing, 0.5), auc=0.8)],
        corrupt=[Corrupt(kind="relative", cases=0, found=nothing, others=nothing)],
    )  # fmt: skip
    results = model.Results(
        speed=None,
        study=None,
        pilot=Pilot(families=10, seed=1, checks={"PKH": 5}, seconds={"score": 1.0}, sides=[side]),
    )
    assert "| 0 | – | – | – | – | – | – |" in model.markdown(results)
    json.dumps(model.as_dict(results), allow_nan=False)
