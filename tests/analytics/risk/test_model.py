"""The model keeps to its directions, is what was saved, and refuses what would know the answer."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analytics.risk.calibration import calibrate
from analytics.risk.cross_validation import cross_validate
from analytics.risk.evaluation import evaluate, forward_in_time, in_words
from analytics.risk.folds import by_village
from analytics.risk.inputs import FALLING, INPUTS, OWN, RISING, directions
from analytics.risk.leaks import FORBIDDEN, LeakError, demand_no_forbidden, demand_no_oracle, permuted_area
from analytics.risk.measures import auc
from analytics.risk.model import ENTITLED, WELFARE, train
from analytics.risk.saved import Fit, ModelError, current, load, save
from tests.analytics.risk.conftest import made

ROUNDS = 60


@pytest.fixture(scope="module")
def ensembles(checked):
    return train(checked.inputs, checked.entitled, checked.welfare, checked.weight, rounds=ROUNDS)


@pytest.mark.parametrize("name", ["has_car", "floor_area", "cooks_with_wood"])
def test_a_sign_of_wealth_never_raises_the_score(checked, ensembles, name):
    poorer, richer = checked.inputs.copy(), checked.inputs.copy()
    poorer[:, OWN.index(name)], richer[:, OWN.index(name)] = (0, 1) if name != "floor_area" else (5, 90)
    change = ensembles.margins(richer) - ensembles.margins(poorer)
    assert (change >= -1e-6).all() if name in RISING else (change <= 1e-6).all()
    assert np.abs(change).max() > 0.01  # it is looked at, too


def test_each_input_has_the_direction_of_its_feature():
    assert len(directions()) == len(INPUTS)
    signs = dict(zip(INPUTS, directions(), strict=True))
    assert signs["has_car"] == -1
    assert signs["regency mean of has_car"] == -1
    assert signs["cooks_with_wood"] == 1
    assert signs["size"] == 0
    assert set(OWN) >= FALLING | RISING


def test_without_measured_consumption_one_ensemble_stands_alone(checked, ensembles):
    assert set(ensembles.boosters) == {ENTITLED, WELFARE}
    alone = train(checked.inputs, checked.entitled, np.full(len(checked), np.nan), checked.weight, rounds=5)
    assert set(alone.boosters) == {ENTITLED}
    assert alone.margins(checked.inputs).shape == (len(checked), 1)


def test_villages_and_families_are_left_out_whole():
    rows = made(400).rows
    rows.loc[1, "family_id"] = rows.loc[0, "family_id"]  # one that moved between two checks
    fold = by_village(rows, count=10, seed=1)
    others = rows.index != 1
    assert (rows[others].assign(fold=fold[others]).groupby("village")["fold"].nunique() == 1).all()
    assert fold[0] == fold[1]
    assert set(fold) == set(range(10))
    assert (fold != by_village(rows, count=10, seed=2)).any()


def test_out_of_fold_scores_rank_and_hold(checked):
    found = cross_validate(checked, folds=5, rounds=ROUNDS)
    for name in found.probability:
        assert 0.80 < auc(found.probability[name], checked.entitled, checked.weight) < 0.95
        share = np.average(checked.entitled, weights=checked.weight)
        assert np.average(found.probability[name], weights=checked.weight) == pytest.approx(share, abs=0.02)


def test_noise_cannot_be_ranked_out_of_fold(checked):
    """Villages differ in truth; a model that saw its own village's checks would find them again."""
    rng = np.random.default_rng(8)
    nothing = replace(checked, inputs=rng.random(checked.inputs.shape).astype(np.float32))
    found = cross_validate(nothing, models=("xgboost",), folds=5, rounds=ROUNDS)
    assert abs(auc(found.margins["xgboost"][:, 0], checked.entitled, checked.weight) - 0.5) < 0.06


def test_evaluation_speaks_of_both_sides_and_compares_on_the_same_draws(checked):
    found = evaluate(checked, folds=5, rounds=ROUNDS)
    sides = found["models"]["xgboost"]["sides"]
    assert sides["not_entitled_receiver"]["checks"] == checked.receives.sum()
    assert sides["entitled_non_receiver"]["checks"] == (~checked.receives).sum()
    wrong = np.average(~checked.entitled[checked.receives], weights=checked.weight[checked.receives])
    assert sides["not_entitled_receiver"]["base_rate"] == pytest.approx(wrong)
    precision = sides["not_entitled_receiver"]["precision"]
    assert precision["5%"] >= precision["20%"] > wrong
    gap = found["comparison"]
    errors = [found["models"][name]["error_at_equal_quota"] for name in ("xgboost", "proxy_means")]
    assert gap["gap"] == pytest.approx(errors[0] - errors[1])
    assert gap["gap_se"] < 2 * found["models"]["xgboost"]["error_at_equal_quota_se"]


@pytest.mark.parametrize(
    ("gap", "says"),
    [(-0.009, "parity"), (0.009, "parity"), (-0.015, "no clear difference"), (-0.03, "better"), (0.03, "worse")],
)
def test_a_gap_in_words(gap, says):
    assert in_words(gap, 0.01).startswith(says)


def test_forward_in_time_learns_from_earlier_periods_alone(checked):
    found = forward_in_time(checked, rounds=ROUNDS)
    assert (found["learnt_until"], found["period"]) == ("2026-Q1", "2026-Q2")
    assert found["checks"] == (checked.rows["period"] == "2026-Q2").sum()
    assert found["auc"] > 0.75
    one = checked.where((checked.rows["period"] == "2026-Q1").to_numpy())
    assert forward_in_time(one, rounds=ROUNDS) is None


@pytest.mark.parametrize("name", ["decision_outcome", "paid_2026", "agent_id", "nik_birth_date", "decile", "head_sex"])
def test_an_input_with_a_forbidden_name_is_refused(name):
    with pytest.raises(LeakError, match=name):
        demand_no_forbidden([*INPUTS, name])


def test_no_input_bears_a_forbidden_name():
    demand_no_forbidden()
    assert not [name for name in INPUTS for word in FORBIDDEN if word in name]


def test_a_planted_leak_is_caught_by_its_values_and_by_its_gaps(checked):
    names = [*INPUTS, "innocent"]
    rng = np.random.default_rng(9)
    told = np.where(rng.random(len(checked)) < 0.98, checked.entitled, ~checked.entitled).astype(np.float32)
    empty = np.where(checked.entitled, np.nan, 1.0).astype(np.float32)
    for leak in (told, empty):
        planted = np.column_stack([checked.inputs, leak])
        with pytest.raises(LeakError, match="innocent"):
            demand_no_oracle(planted, checked.entitled, checked.weight, names)
    demand_no_oracle(checked.inputs, checked.entitled, checked.weight)


def test_permuted_answers_teach_nothing(checked):
    assert permuted_area(checked) == pytest.approx(0.5, abs=0.07)


def test_an_answer_that_is_in_the_procedure_is_caught(checked, monkeypatch):
    """A cross-validation that sees the family itself: permuted answers betray it."""
    from analytics.risk import leaks

    def leaky(learners, **_):
        found = cross_validate(learners, models=("xgboost",), folds=5, rounds=5)
        found.margins["xgboost"][:, 0] += learners.entitled
        return found

    monkeypatch.setattr(leaks, "cross_validate", leaky)
    with pytest.raises(LeakError, match="permuted"):
        permuted_area(checked)


@pytest.fixture
def saved(tmp_path, checked, ensembles):
    calibration = calibrate(
        ensembles.margins(checked.inputs), checked.entitled, checked.weight, checked.receives, checked.rows["district"]
    )
    fit = Fit(ensembles=ensembles, calibration=calibration, evaluation={"auc": 0.9})
    return save(tmp_path, {"BPNT": fit}, dataset="d", snapshot="s", seed=1, poorest=None)


def test_a_saved_model_scores_as_it_did(tmp_path, checked, ensembles, saved):
    manifest = current(tmp_path, "d")
    assert manifest == saved
    again = load(tmp_path, manifest, "BPNT")
    np.testing.assert_allclose(again.ensembles.margins(checked.inputs), ensembles.margins(checked.inputs), rtol=1e-6)
    assert again.calibration == saved.programmes["BPNT"].calibration
    files = {path.suffix for path in (tmp_path / "models").rglob("*") if path.is_file()}
    assert files == {".ubj", ".json"}  # and no pickle


def test_a_model_that_was_changed_is_not_loaded(tmp_path, saved):
    path = next((tmp_path / "models").rglob("*.entitled.ubj"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="not the one that was evaluated"):
        load(tmp_path, saved, "BPNT")
    path.unlink()
    with pytest.raises(ModelError, match="not the one that was evaluated"):
        load(tmp_path, saved, "BPNT")


def test_a_model_for_other_inputs_or_another_programme_is_not_loaded(tmp_path, saved):
    with pytest.raises(ModelError, match="does not know PKH"):
        load(tmp_path, saved, "PKH")
    with pytest.raises(ModelError, match="other inputs"):
        load(tmp_path, saved.model_copy(update={"inputs": INPUTS[1:]}), "BPNT")
    with pytest.raises(ModelError, match="No model was trained"):
        current(tmp_path, "elsewhere")


def test_the_manifest_says_what_it_was_made_of(tmp_path, saved):
    text = json.loads(next((tmp_path / "models").rglob("manifest.json")).read_text(encoding="utf-8"))
    assert (text["dataset"], text["snapshot"], text["seed"]) == ("d", "s", 1)
    assert text["inputs"] == list(INPUTS)
    assert len(text["programmes"]["BPNT"]["sha256"]["BPNT.entitled.ubj"]) == 64
