"""Named cases: twins, siblings and small children."""

import datetime as dt

import polars as pl
import pytest

from analytics.linkage.named import named_cases

BASE = {
    "family_a": "f1", "family_b": "f2", "village_a": "v1", "village_b": "v1", "birth_a": dt.date(1980, 5, 1),
    "birth_b": dt.date(1980, 5, 1), "year_a": 1980, "year_b": 1980, "name": "different",
}  # fmt: skip


def case(**changed):
    row = BASE | changed
    dates = {"birth_a": pl.Date, "birth_b": pl.Date, "year_a": pl.Int64, "year_b": pl.Int64}
    text = {name: pl.String for name in row if name not in dates}
    return named_cases(pl.DataFrame([row], schema=text | dates), year=2026)[0]


def test_same_day_and_village_with_another_name_is_a_twin():
    assert case() == "twin"


def test_same_day_and_family_is_a_twin_wherever_they_live():
    assert case(family_b="f1", village_b="v2") == "twin"


def test_same_name_is_no_twin():
    assert case(name="equal") == ""


def test_same_day_in_another_village_and_family_is_nothing():
    assert case(village_b="v2") == ""


def test_one_family_of_near_age_and_other_names_are_siblings():
    assert case(family_b="f1", birth_b=dt.date(1983, 1, 1), year_b=1983) == "sibling"


def test_parent_and_child_are_no_siblings():
    assert case(family_b="f1", birth_b=dt.date(2005, 1, 1), year_b=2005) == ""


@pytest.mark.parametrize(("year", "named"), [(2016, "child"), (2018, "child"), (2015, "")])
def test_children_are_named_before_anything_else(year, named):
    assert case(year_b=year, birth_b=dt.date(year, 1, 1)) == named


def test_unknown_births_and_names_name_nobody_but_children():
    assert case(birth_a=None, birth_b=None, year_a=None, year_b=None, name=None) == ""
    assert case(birth_a=None, birth_b=None, year_a=None, year_b=2020, name=None) == "child"
