"""What alerts measure on the pilot: each figure anew from the rows, which regions are named, what has no data."""

import datetime as dt
from contextlib import closing
from copy import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.adjudication.tables import RUNS
from analytics.alerts.catalogue import entry_of
from analytics.alerts.evaluating import evaluate
from analytics.alerts.ground import Ground
from analytics.alerts.judging import judged
from analytics.alerts.sources import SOURCES
from analytics.alerts.sources.models import drift
from analytics.estimation import xmr
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.declared import declared
from analytics.metrics.trends import trend
from analytics.register import open_database
from analytics.risk.histograms import bins, counted
from analytics.settings import Settings
from analytics.store import open_store
from analytics.store.manifest import Attempt
from validation.contract import CONTRACT
from validation.gate import ANY

NOW = dt.datetime(2026, 8, 20, 0, 0, 0)  # noqa: DTZ001 - the register's times are naive UTC


@pytest.fixture
def ground(pilot, pilot_home, tmp_path):
    own = Settings(home=tmp_path)
    with closing(open_database(own)) as database:
        yield Ground(settings=own, store=open_store(Settings(home=pilot_home)), warehouse=pilot, database=database,
                     now=NOW)  # fmt: skip


def found(ground, code, **changes):
    entry = entry_of(code).model_copy(update=changes)
    return judged(SOURCES[entry.source](ground, entry))


def test_every_alert_can_be_judged_on_the_pilot(ground):
    result = evaluate(ground)
    assert result.failed == ()
    assert sum(len(observations) > 0 for observations in result.found.values()) >= 10
    assert all(each.n >= 30 for observations in result.found.values() for each in observations if each.n)


def test_one_that_fails_leaves_the_others(ground, monkeypatch, capsys):
    def broken(ground, entry):
        raise ValueError("3510012345670001")

    monkeypatch.setitem(SOURCES, "age", broken)
    few = [entry_of("reporting_stopped"), entry_of("inclusion_error")]
    monkeypatch.setattr("analytics.alerts.evaluating.in_force", lambda _: few)
    result = evaluate(ground)
    assert result.failed == ("reporting_stopped",)
    assert result.found["inclusion_error"]
    assert "3510012345670001" not in capsys.readouterr().err


def test_faces_that_do_not_match_equal_the_rows(ground, pilot):
    rows = pilot.run(pilot.table("verifications"))
    rows = rows[rows["subject"] == "applicant"]
    for code, outcome in (("face_no_match", "no_match"), ("face_unavailable", "unavailable")):
        whole = found(ground, code)[0]
        assert whole.value == pytest.approx((rows["outcome"] == outcome).mean())
        assert whole.n == len(rows)


def test_a_region_equals_its_rows_and_one_of_few_is_not_there(ground, pilot):
    checks = pilot.run(pilot.table("verifications")).query("subject == 'applicant'")
    applications = pilot.run(pilot.table("registrations").select("registration_id", "village"))
    checks = checks.merge(applications, on="registration_id")
    checks = checks.assign(district=checks["village"].str.rpartition(".")[0], failed=checks["outcome"] == "no_match")
    expected = checks.groupby("district")["failed"].agg(["sum", "count"])
    few = (expected["count"] < 30) | expected["sum"].between(1, 9)
    regions = {each.area: each for each in found(ground, "face_no_match") if each.area}
    assert not set(regions) & set(expected.index[few])
    assert regions
    for area, each in regions.items():
        assert each.value == pytest.approx(expected.loc[area, "sum"] / expected.loc[area, "count"])


def test_the_backlog_is_the_late_ones_over_all_that_were_filed(ground, pilot):
    rows = pilot.run(pilot.table("objections"))
    until = pd.Timestamp(pilot.manifest.data_until)
    late = (rows["outcome"] == "pending") & ((until.normalize() - rows["filed_at"].dt.normalize()).dt.days > 30)
    observations = found(ground, "overdue_backlog")
    part = measure(pilot, METRICS[entry_of("overdue_backlog").metric]).iloc[0]
    if len(rows) < 30 or part["reason"] == "withheld":
        assert observations == []
    else:
        assert observations[0].value == pytest.approx(late.mean())


def test_errors_are_those_of_the_page_and_fire_by_their_interval(ground, pilot):
    from analytics.metrics.scope import scope

    known = scope(pilot)
    low_threshold = found(ground, "exclusion_error", threshold=0.05)
    for programme in known.programmes:
        filters = Filters(programme=programme, periods=known.recent_periods)
        row = measure(pilot, METRICS["exclusion_error"], filters).iloc[0]
        (whole,) = [each for each in low_threshold if each.programme == programme and not each.area]
        assert (whole.value, whole.low, whole.high) == tuple(row[["value", "low", "high"]])
        assert whole.fires
    assert not any(each.fires for each in found(ground, "exclusion_error", threshold=0.95))


def test_declared_figures_are_the_thresholds(ground):
    for each in found(ground, "inclusion_over_declared"):
        (figure,) = declared("banyuwangi", metric="inclusion_error", programme=each.programme)
        assert each.threshold == figure.after
        assert each.fires == (each.low > figure.after)


def test_a_signal_is_the_charts_own_and_a_point_that_is_withheld_gives_none(ground, pilot):
    """Judged as if data settled later and later, so that the last settled week is another each time."""
    known = []
    for days in range(1, 60, 7):
        later = copy(pilot)
        later.manifest = pilot.manifest.model_copy(update={"settling_days": days})
        chart = trend(later, METRICS["decisions"], grain="week")
        last = chart.points[chart.points["settled"].astype(bool)].iloc[-1]
        observations = found(replace(ground, warehouse=later), "registrations_signal", metric="decisions")
        known.append(not pd.isna(last["value"]))
        assert len(observations) == known[-1]
        for each in observations:
            assert each.value == last["value"]
            assert each.fires == (last["signal"] != "")
            assert each.excess == pytest.approx(abs(last["value"] - last["centre"]) / (last["upper"] - last["centre"]))
    assert {True, False} == set(known)


def test_a_steady_series_signals_in_about_one_of_fifty_weeks():
    """What is said of the alerts on trends, and why no single district is judged by one."""
    rng = np.random.default_rng(3)
    last = [xmr(rng.poisson(60, 52), floor=0.0).points["signal"].iloc[-1] != "" for _ in range(1_500)]
    assert 0.01 < np.mean(last) < 0.03


@pytest.mark.parametrize(("days", "fires", "severity"), [
    (6.9, False, "notice"), (7.0, False, "notice"), (7.1, True, "notice"), (9.0, True, "warning"),
    (14.0, True, "critical"),
])  # fmt: skip
def test_data_that_stopped(ground, days, fires, severity):
    later = replace(ground, now=ground.manifest.data_until + dt.timedelta(days=days))
    (each,) = found(later, "reporting_stopped")
    assert each.value == pytest.approx(days)
    assert (each.fires, each.severity) == (fires, severity)


def test_a_refused_publication_fires_at_once_and_is_worse_the_older_the_last_good_one(ground, tmp_path, monkeypatch):
    assert found(ground, "refused_publication") == []
    attempt = Attempt(at=NOW, dataset=ground.manifest.dataset.name, published=False, message="File x is missing")
    monkeypatch.setattr(ground.store, "last_attempt", lambda _: attempt)
    for days, severity in ((0, "notice"), (8, "notice"), (9, "warning"), (14, "critical")):
        later = replace(ground, now=ground.manifest.published_at + dt.timedelta(days=days))
        (each,) = found(later, "refused_publication")
        assert (each.fires, each.severity) == (True, severity)


def test_rows_held_back_equal_the_gates_counts(ground, pilot):
    districts = pilot.run(pilot.table("districts", room="gate"))
    rows = districts[(districts["rule"] == ANY) & districts["table"].isin(list(CONTRACT))]
    whole = found(ground, "quarantine_share")[0]
    assert whole.n == rows["checked"].sum()
    assert whole.value == pytest.approx(rows["failed"].sum() / rows["checked"].sum())


def test_inputs_like_those_of_training_do_not_drift_and_others_do(ground, pilot, monkeypatch):
    columns = [column for column in CONTRACT["families"].columns if column.name in {"floor_area", "has_car"}]
    families = pilot.table("families")
    same = counted(families, bins(families, columns, pilot.run), pilot.run)
    moved = {name: each.model_copy(update={"shares": tuple(reversed(each.shares))}) for name, each in same.items()}

    def model(features):
        reference = type("Reference", (), {"features": features})()
        return lambda *_: type("Manifest", (), {"reference": reference, "programmes": {}})()

    entry = entry_of("model_drift")
    monkeypatch.setattr("analytics.alerts.sources.models.current", model(same))
    assert drift(ground, entry)[0].value == pytest.approx(0, abs=1e-9)
    monkeypatch.setattr("analytics.alerts.sources.models.current", model(moved))
    assert drift(ground, entry)[0].fires
    assert found(replace(ground, settings=Settings(home=ground.settings.home, scores=False)), "model_drift") == []


def test_without_a_model_or_a_search_there_is_nothing_to_judge(ground):
    assert [found(ground, code) for code in ("model_drift", "model_calibration", "duplicates_growth")] == [[], [], []]


def test_duplicates_grow_by_pairs_a_person(ground):
    def searched(number, people, review, probable):
        return {
            "id": str(number), "dataset": ground.manifest.dataset.name, "snapshot": "s", "people": people,
            "at": NOW + dt.timedelta(days=number), "templates": 0, "pairs": 0, "model": "", "calibration": "",
            "settings": {}, "method": "", "recall": 1.0, "target": 1.0, "expected_false": 0.0, "distinct": 9,
            "review": review, "probable": probable,
        }  # fmt: skip

    with ground.database.writing() as connection:
        connection.execute(RUNS.insert(), searched(1, 1_000, 30, 10))
        connection.execute(RUNS.insert(), searched(2, 2_000, 100, 60))
    (each,) = found(ground, "duplicates_growth")
    assert each.value == pytest.approx((160 / 2_000) / (40 / 1_000))
    assert (each.fires, each.severity, each.n) == (True, "warning", 160)
    with ground.database.writing() as connection:
        connection.execute(RUNS.insert(), searched(3, 2_000, 10, 5))
        connection.execute(RUNS.insert(), searched(4, 2_000, 100, 60))
    assert found(ground, "duplicates_growth") == []  # a multiple of 15 pairs says nothing
