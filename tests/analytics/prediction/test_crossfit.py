"""Predictions never see the family's own village, nor anything that follows from a decision."""

import ibis
import numpy as np
import pandas as pd
import pytest

from analytics.prediction import predict_all, predictions
from analytics.prediction.crossfit import FOLDS, LEAST_LABELS, fold_of
from analytics.prediction.features import FEATURES, as_numbers, column_of
from validation.contract import CONTRACT

FORBIDDEN_WORDS = (
    "outcome",
    "decision",
    "decided",
    "amount",
    "paid",
    "objection",
    "receives",
    "entitled",
    "_id",
    "agent",
)


def families(count=1_200, seed=1):
    rng = np.random.default_rng(seed)
    village = rng.integers(0, 60, count)
    return pd.DataFrame(
        {
            "family_id": [f"f{number:05d}" for number in range(count)],
            "village": [f"35.10.01.{2000 + number}" for number in village],
            "size": rng.integers(1, 8, count),
            "floor_area": rng.gamma(4, 5, count),
            "has_car": rng.random(count) < 0.2,
        }
    )


def audits(of, *, entitled, programme="PKH"):
    return pd.DataFrame(
        {
            "family_id": of["family_id"],
            "programme": programme,
            "period": "2026-Q1",
            "entitled": entitled,
            "inclusion_probability": 0.1,
        }
    )


def predicted(folder, people, checks):
    folder.mkdir(parents=True, exist_ok=True)
    people.to_parquet(folder / "families.parquet")
    checks.to_parquet(folder / "audits.parquet")
    connection = ibis.duckdb.connect()
    tables = {name: connection.read_parquet(str(folder / f"{name}.parquet")) for name in ("families", "audits")}
    path = folder / "predictions.parquet"
    return pd.read_parquet(path) if predict_all(tables, folder / "families.parquet", path) else None


@pytest.fixture
def people():
    return families()


@pytest.fixture
def truth(people):
    rng = np.random.default_rng(2)
    return (rng.random(len(people)) < np.where(people["has_car"], 0.1, 0.6)).astype(bool)


def test_every_family_is_predicted_once_a_programme(tmp_path, people, truth):
    checks = pd.concat([audits(people, entitled=truth, programme=name) for name in ("PKH", "BPNT")])
    found = predicted(tmp_path, people, checks)
    assert found.groupby("programme")["family_id"].nunique().to_dict() == {"BPNT": 1_200, "PKH": 1_200}
    assert not found.duplicated(["family_id", "programme"]).any()
    assert found["probability"].between(0, 1).all()


def test_it_finds_what_there_is_to_find(tmp_path, people, truth):
    found = predicted(tmp_path, people, audits(people, entitled=truth)).set_index("family_id")["probability"]
    with_car, without = (found[people.loc[people["has_car"] == car, "family_id"]].mean() for car in (True, False))
    assert with_car == pytest.approx(0.1, abs=0.07)
    assert without == pytest.approx(0.6, abs=0.07)


def test_a_villages_own_checks_do_not_move_its_predictions(tmp_path, people, truth):
    own = people["village"] == people["village"].iloc[0]
    before = predicted(tmp_path / "a", people, audits(people, entitled=truth))
    after = predicted(tmp_path / "b", people, audits(people, entitled=np.where(own, ~truth, truth)))
    assert before.loc[own, "probability"].tolist() == after.loc[own, "probability"].tolist()
    assert (before["probability"] != after["probability"]).mean() > 0.5


def test_the_same_tables_give_the_same_predictions(tmp_path, people, truth):
    one, two = (predicted(tmp_path / name, people, audits(people, entitled=truth)) for name in "ab")
    pd.testing.assert_frame_equal(one, two)


def test_folds_hold_whole_villages(people):
    folds = fold_of(people["village"])
    assert people.assign(fold=folds).groupby("village")["fold"].nunique().max() == 1
    assert set(folds) == set(range(FOLDS))


def test_checks_that_were_not_drawn_at_random_teach_nothing(tmp_path, people, truth):
    checks = audits(people, entitled=truth)
    extra = audits(people, entitled=~truth).assign(period="2026-Q2", inclusion_probability=np.nan)
    unknown = audits(people, entitled=None).assign(period="2026-Q3")
    one = predicted(tmp_path / "a", people, checks.astype({"entitled": "boolean"}))
    two = predicted(tmp_path / "b", people, pd.concat([checks, extra, unknown]).astype({"entitled": "boolean"}))
    pd.testing.assert_frame_equal(one, two)


def test_too_few_checks_predict_nothing(tmp_path, people, truth):
    few = people.head(LEAST_LABELS)
    assert predicted(tmp_path / "a", people, audits(few, entitled=truth[: len(few)])) is None
    assert predicted(tmp_path / "b", people, audits(people, entitled=np.ones(len(people), dtype=bool))) is None
    assert not (tmp_path / "a" / "predictions.parquet").exists()


def test_an_empty_record_is_predicted_too(tmp_path, people, truth):
    empty = people.assign(size=pd.array([None] * len(people), dtype="Int64"), floor_area=np.nan, has_car=None)
    found = predicted(tmp_path, empty, audits(people, entitled=truth))
    assert found["probability"].notna().all()


def test_nothing_that_follows_from_a_decision_is_a_feature():
    columns = [column.name for column in CONTRACT["families"].columns]
    assert {column_of(name) for name in FEATURES} <= set(columns)
    assert not [name for name in FEATURES for word in FORBIDDEN_WORDS if word in name]
    assert {"village", "district", "head_sex"}.isdisjoint(FEATURES)


def test_texts_become_numbers_in_their_order_or_a_flag_each():
    rows = pd.DataFrame(
        {
            "head_school": ["none", "sma", None],
            "head_sector": ["services", None, "none"],
            "has_car": [True, None, False],
        }
    )
    found = pd.DataFrame(as_numbers(rows), columns=list(FEATURES))
    np.testing.assert_array_equal(found["head_school"], [0, 3, np.nan])
    np.testing.assert_array_equal(found["head_sector=services"], [1, np.nan, 0])
    np.testing.assert_array_equal(found["head_sector=none"], [0, np.nan, 1])
    np.testing.assert_array_equal(found["has_car"], [1, np.nan, 0])
    assert found["floor_area"].isna().all()


def test_the_pilot_has_predictions_of_every_family(pilot):
    found = predictions(pilot)
    rows = pilot.run(pilot.table("families").select("family_id"))
    assert found.groupby("programme").size().to_dict() == dict.fromkeys(("BPNT", "PKH"), len(rows))


def test_a_snapshot_without_checks_enough_says_so(alatas, tmp_path):
    assert predictions(alatas) is not None
    assert "predictions" in alatas.names("derived")
