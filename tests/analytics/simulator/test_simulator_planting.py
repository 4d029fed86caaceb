"""Planted duplicates: as many and of the kinds that were asked for, and nothing that gives them away."""

import numpy as np
import polars as pl
import pytest

from analytics.simulator.planting import plant_duplicates

PEOPLE = 12_000


@pytest.fixture(scope="module")
def planted():
    return plant_duplicates(PEOPLE, seed=2)


@pytest.fixture(scope="module")
def sides(planted):
    records = planted.records
    truth = planted.truth
    for side in "ab":
        renamed = records.rename({name: f"{name}_{side}" for name in records.columns})
        truth = truth.join(renamed, left_on=side, right_on=f"person_id_{side}", how="left")
    return truth


def test_one_record_in_a_hundred_is_a_second_one_half_of_each_kind(planted):
    assert len(planted.records) == PEOPLE == len(planted.templates) == len(planted.quality)
    assert planted.records["person_id"].is_unique().all()
    assert planted.records["person_id"].is_sorted()
    assert planted.truth["kind"].value_counts().sort("kind").rows() == [("altered", 60), ("kept", 60)]
    assert (planted.truth["a"] < planted.truth["b"]).all()


def test_all_numbers_are_different_and_have_sixteen_digits(planted):
    assert planted.records["nik"].str.contains(r"^\d{16}$").all()
    assert planted.records["nik"].n_unique() >= PEOPLE - 1


def test_kept_records_are_the_first_ones_but_for_the_number_and_slips(sides):
    kept = sides.filter(pl.col("kind") == "kept")
    assert (kept["nik_a"] != kept["nik_b"]).all()
    assert (kept["village_a"] == kept["village_b"]).all()
    assert (kept["sex_a"] == kept["sex_b"]).all()
    assert 0.5 < (kept["name_a"] == kept["name_b"]).mean() < 0.9
    assert 0.75 < (kept["birth_date_a"] == kept["birth_date_b"]).mean() < 1


def test_altered_records_have_another_name_and_keep_date_and_village_as_often_as_asked(sides):
    altered = sides.filter(pl.col("kind") == "altered")
    assert (altered["nik_a"] != altered["nik_b"]).all()
    assert (altered["name_a"] != altered["name_b"]).mean() > 0.95
    birth, village = altered["birth_date_a"] == altered["birth_date_b"], altered["village_a"] == altered["village_b"]
    assert birth.mean() == pytest.approx(2 / 3, abs=0.2)
    assert village.mean() == pytest.approx(1 / 2, abs=0.2)
    assert (birth >= altered["birth_kept"]).all()
    assert (village >= altered["village_kept"]).all()


def test_numbers_of_second_records_are_like_all_others(planted, sides):
    """Else the test could be passed by looking at the number alone."""
    second = pl.concat([sides["nik_a"], sides["nik_b"]]).str.slice(12)
    assert (second.str.slice(0, 2) == "90").mean() > 0.75
    assert (planted.records["nik"].str.slice(12, 2) == "90").mean() > 0.95


def test_both_records_show_one_face(planted):
    row = {name: at for at, name in enumerate(planted.records["person_id"])}
    a, b = (np.array([row[name] for name in planted.truth[side]]) for side in "ab")
    own = np.median(np.linalg.norm(planted.templates[a] - planted.templates[b], axis=1))
    others = np.median(np.linalg.norm(planted.templates[a] - planted.templates[np.roll(b, 1)], axis=1))
    assert own < 0.42
    assert others > 0.55


def test_twins_share_the_day_of_birth():
    with_twins = plant_duplicates(4_000, seed=2, twins=0.1).records
    without = plant_duplicates(4_000, seed=2).records

    def same_day(records):
        sizes = records.group_by("birth_date").len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    assert same_day(with_twins) - same_day(without) == pytest.approx(198, abs=130)
