"""What moved is found and what did not is not; stability by hand, histograms by pandas, shifts that are planted."""

import json

import ibis
import numpy as np
import pandas as pd
import pytest

from analytics.risk.calibration import calibrate
from analytics.risk.cross_validation import cross_validate
from analytics.risk.drift import drift, interval, label_shift
from analytics.risk.histograms import Histogram, in_words, stability
from analytics.risk.learners import RiskError, learners
from analytics.risk.measures import clustered_mean
from analytics.risk.model import train
from analytics.risk.reference import FEATURES, Learnt, feature_histograms, learnt_from, score_histograms
from analytics.risk.saved import Fit, ModelManifest, save
from analytics.risk.scoring import score_all
from analytics.risk.training import _reference
from analytics.settings import Settings
from analytics.store import open_store


def test_the_stability_index_by_hand():
    before = Histogram(values=("a", "b"), shares=(0.5, 0.4), missing=0.1)
    now = Histogram(values=("a", "b"), shares=(0.3, 0.5), missing=0.2)
    expected = -0.2 * np.log(0.3 / 0.5) + 0.1 * np.log(0.5 / 0.4) + 0.1 * np.log(0.2 / 0.1)
    assert stability(before, now) == pytest.approx(expected)
    assert stability(before, before) == 0
    gone = Histogram(values=("a", "b"), shares=(0.0, 0.9), missing=0.1)
    assert np.isfinite(stability(before, gone))


@pytest.mark.parametrize(
    ("index", "says"), [(0.0, "stable"), (0.099, "stable"), (0.1, "watch"), (0.25, "watch"), (0.251, "moved")]
)
def test_a_stability_index_in_words(index, says):
    assert in_words(index) == says


def test_histograms_are_the_shares_that_pandas_counts(pilot):
    families = pilot.run(pilot.table("families"))
    found = feature_histograms(pilot)
    assert set(found) == {column.name for column in FEATURES}
    assert "decile" not in found
    for name, histogram in found.items():
        column = families[name]
        assert sum(histogram.shares) + histogram.missing == pytest.approx(1)
        assert histogram.missing == pytest.approx(column.isna().mean())
        if histogram.values:
            text = column.map({True: "true", False: "false"}) if set(histogram.values) == {"true", "false"} else column
            assert histogram.shares == pytest.approx([(text == value).mean() for value in histogram.values])
        elif histogram.edges:
            cuts = np.unique(column.dropna().astype(float).quantile(np.arange(1, 10) / 10))
            assert histogram.edges == pytest.approx(cuts)
            place = np.searchsorted(histogram.edges, column.dropna().astype(float), side="left")
            counts = np.bincount(place, minlength=len(histogram.edges) + 1)
            assert histogram.shares == pytest.approx(counts / len(column))


def test_a_scores_deciles_hold_a_tenth_each_and_its_gaps():
    rng = np.random.default_rng(1)
    score, receives = rng.random(1_000), np.arange(1_000) < 600
    score[:60] = np.nan
    found = score_histograms(score, receives)
    receivers = found["not_entitled_receiver"]
    assert receivers.missing == pytest.approx(0.1)
    assert receivers.shares == pytest.approx([0.09] * 10)
    assert found["entitled_non_receiver"].missing == 0
    assert set(score_histograms(score[:10], receives[:10])) == {"not_entitled_receiver"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return Settings(home=tmp_path_factory.mktemp("models"))


class Changed:
    """The pilot with other columns of one table."""

    def __init__(self, pilot, name, change):
        self.manifest, self.names, self.run = pilot.manifest, pilot.names, pilot.run
        self._pilot, self._name, self._change = pilot, name, change

    def table(self, name, *, room="tables"):
        found = self._pilot.table(name, room=room)
        return found.mutate(**self._change(found)) if name == self._name else found


@pytest.fixture(scope="module")
def revisited(pilot):
    """The pilot as if every other village had been checked a month after the rest: later checks are like the former."""

    def change(audits):
        even = audits.village.right(1).isin(list("02468"))
        return {"visited_at": even.ifelse(ibis.timestamp("2026-01-01"), ibis.timestamp("2026-02-01"))}

    return Changed(pilot, "audits", change)


@pytest.fixture(scope="module")
def taught(revisited):
    """All checks of BPNT, and those of January."""
    every = learners(revisited, "BPNT")
    return every, every.where((every.rows["visited_at"] < "2026-01-15").to_numpy())


@pytest.fixture(scope="module")
def manifest(home, pilot, taught):
    """A model that learnt from January's checks alone."""
    _, past = taught
    ensembles = train(past.inputs, past.entitled, past.welfare, past.weight, rounds=40)
    unseen = cross_validate(past, models=("xgboost",), folds=3, rounds=40)
    margins, residual = unseen.margins["xgboost"], past.entitled - unseen.probability["xgboost"]
    calibration = calibrate(margins, past.entitled, past.weight, past.receives, past.rows["district"])
    fits = {"BPNT": Fit(ensembles=ensembles, calibration=calibration, evaluation={})}
    return save(
        home.home, fits, dataset=pilot.manifest.dataset.name, snapshot=pilot.manifest.snapshot, seed=1, poorest=None,
        reference=_reference(pilot, fits, {"BPNT": learnt_from(past.rows, residual, past.weight)}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def scores(home, manifest, pilot, pilot_home):
    return score_all(open_store(Settings(home=pilot_home)), pilot, home, manifest)


def test_nothing_moved_in_the_snapshot_that_the_model_learnt_from(manifest, pilot, scores):
    found = drift(manifest, pilot, scores)
    assert {row.kind for row in found} == {"feature", "score"}
    assert {row.says for row in found} == {"stable"}
    assert max(row.psi for row in found) < 1e-6  # 4,000 families: the sample is all of them
    assert len([row for row in found if row.kind == "score"]) == 2


def test_planted_changes_are_found_and_those_features_alone(manifest, pilot, scores):
    def change(families):
        return {
            "floor_area": families.floor_area * 2,
            "has_phone": (families.family_id.right(1) < "8").ifelse(None, families.has_phone),
        }

    found = {
        row.name: row for row in drift(manifest, Changed(pilot, "families", change), scores) if row.kind == "feature"
    }
    assert found["floor_area"].says == "moved"
    assert found["has_phone"].says == "moved"
    assert found["has_phone"].missing_now > found["has_phone"].missing_before + 0.3
    assert {row.says for name, row in found.items() if name not in {"floor_area", "has_phone"}} == {"stable"}


def test_scores_that_moved_are_found(manifest, pilot, scores, tmp_path):
    frame = pd.read_parquet(scores)
    frame.loc[~frame["receives"], "entitled"] **= 0.4
    frame.to_parquet(tmp_path / "moved.parquet")
    found = {row.name: row.says for row in drift(manifest, pilot, tmp_path / "moved.parquet") if row.kind == "score"}
    assert found == {"BPNT entitled_non_receiver": "moved", "BPNT not_entitled_receiver": "stable"}


def test_a_manifest_without_a_reference_still_loads_and_says_nothing(manifest, pilot, home, scores):
    text = json.loads(manifest.model_dump_json())
    del text["reference"]
    old = ModelManifest.model_validate_json(json.dumps(text))
    assert old.reference is None
    assert drift(old, pilot, scores) == []
    assert label_shift(old, pilot, home, "BPNT") is None
    assert ModelManifest.model_validate_json(manifest.model_dump_json()) == manifest


def test_a_calibration_that_holds_on_later_checks_is_said_to(manifest, revisited, home, taught):
    every, past = taught
    found = label_shift(manifest, revisited, home, "BPNT")
    new = every.where((every.rows["visited_at"] > "2026-01-15").to_numpy())
    assert found.checks == len(new) == len(every) - len(past)
    assert found.observed == pytest.approx(np.average(new.entitled, weights=new.weight))
    assert found.shift == pytest.approx(found.observed - found.predicted)
    assert found.low < found.shift < found.high
    assert found.says == "calibration holds"


def test_a_planted_shift_is_found(manifest, revisited, home):
    trained = manifest.programmes["BPNT"]
    calibration = trained.calibration
    off = calibration.__class__(**{**vars(calibration), "intercept": calibration.intercept + 1.0})
    too_high = trained.model_copy(update={"calibration": off})
    found = label_shift(manifest.model_copy(update={"programmes": {"BPNT": too_high}}), revisited, home, "BPNT")
    assert found.high < 0
    assert found.says == "calibration does not hold"


def test_fewer_than_thirty_later_checks_say_nothing(manifest, pilot, home, taught):
    latest = Learnt(period=taught[0].rows["period"].max(), visited_at=None, level_error=0.01)
    reference = manifest.reference.model_copy(update={"learnt": {"BPNT": latest}})
    assert label_shift(manifest.model_copy(update={"reference": reference}), pilot, home, "BPNT") is None
    with pytest.raises(RiskError, match="switched off"):
        label_shift(manifest, pilot, home.model_copy(update={"scores": False}), "BPNT")


def test_a_check_is_later_by_its_day_and_without_one_by_its_period():
    rows = pd.DataFrame(
        {
            "village": ["a", "b", "c", "d"],
            "period": ["2026-Q1", "2026-Q1", "2026-Q1", "2026-Q2"],
            "visited_at": pd.to_datetime(["2026-02-01", "2026-01-01", "2026-03-02", None]),
        }
    )
    until = learnt_from(rows.iloc[:2], np.array([0.1, -0.1]), np.ones(2))
    assert (until.period, until.visited_at.isoformat()) == ("2026-Q1", "2026-02-01T00:00:00")
    assert until.level_error == pytest.approx(0.1)  # of two villages: sqrt(2/1 (.1² + .1²)) / 2
    assert until.later(rows).tolist() == [False, False, True, True]
    by_period = until.model_copy(update={"visited_at": None})
    assert by_period.later(rows).tolist() == [False, False, False, True]


def test_intervals_of_a_shift_cover_as_often_as_they_say():
    """The level is learnt from clustered checks and held to later ones in other villages: the true shift is 0."""
    held = 0
    for seed in range(1_000):
        rng = np.random.default_rng(seed)
        village = np.repeat(np.arange(60), 8)
        value = rng.normal(0, 0.15, 60)[village] + rng.normal(0, 0.4, 480)
        weight, name, first = rng.uniform(1, 2, 480), pd.Series(village).astype(str), village < 30
        level, level_error = clustered_mean(value[first], weight[first], name[first])
        mean, error = clustered_mean(value[~first], weight[~first], name[~first])
        low, high = interval(mean - level, error, level_error, 30)
        held += low <= 0 <= high
    assert 930 <= held <= 970
