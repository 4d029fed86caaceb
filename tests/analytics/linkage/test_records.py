"""Records that cannot be compared are refused, without a word of what they hold."""

import datetime as dt

import polars as pl
import pytest

from analytics.linkage.errors import LinkageError
from analytics.linkage.records import comparable, require_records


def records(**columns) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person_id": ["b", "a"],
            "family_id": ["f", "f"],
            "name": ["Budi Rahasia", "Siti Rahasia"],
            "sex": ["male", None],
            "birth_date": pl.Series([dt.date(1980, 2, 3), None], dtype=pl.Date),
            "village": ["35.10.01.2001", None],
            "district": ["35.10.01", None],
        }
        | columns
    )


def test_empty_values_are_allowed():
    require_records(records())
    require_records(records(nik=["3510010302800001", None], phone=[None, "+62 812-3456-7890"]))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (records().drop("village", "sex"), "They lack sex, village"),
        (records(salary=[1, 2]), "nothing compares: salary"),
        (records(birth_date=["1980", "1981"]), "birth_date is String, not Date"),
        (records(nik=[3510010302800001, 2]), "nik is Int64, not String"),
        (records(person_id=["a", "a"]), "2 share theirs"),
        (records(person_id=["a", None]), "1 rows have none"),
        (records(sex=["L", "P"]), "2 rows have a sex other than male or female"),
    ],
)
def test_what_is_wrong_is_said_without_a_value(wrong, words):
    with pytest.raises(LinkageError) as caught:
        require_records(wrong)
    assert words in str(caught.value)
    assert "Rahasia" not in str(caught.value)
    assert "3510" not in str(caught.value)


def test_what_is_compared_is_derived():
    made = comparable(records(nik=["35.10.01 030280 0001", "12"], phone=["0812-3456-7890", "+62 812 3456 7890"]))
    assert made["person_id"].to_list() == ["a", "b"]
    assert made["row"].to_list() == [0, 1]
    second = made.row(1, named=True)
    assert second["birth"] == "19800203"
    assert (second["day"], second["month"], second["year"]) == (3, 2, 1980)
    assert (second["nik_head"], second["nik_tail"], second["nik_serial"]) == ("351001030280", "0302800001", "0001")
    assert second["said"] == "19800203male35.10.01"
    assert made["phone"].n_unique() == 1
    assert made["nik"][0] is None
    assert made["said"][0] is None
