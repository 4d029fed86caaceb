"""Words: every number, date and text that a person reads."""

import string
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from dashboard import words as module
from dashboard.words import Words, catalogue
from validation.text import Text

ID, EN = Words("id"), Words("en")


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_every_text_speaks_both_languages_with_the_same_placeholders(key):
    text = catalogue()[key]
    assert text.id.strip()
    assert text.en.strip()
    assert placeholders(text.id) == placeholders(text.en)


def test_every_catalogue_file_is_loaded():
    files = {path.stem for path in module.TEXTS.glob("*.toml")}
    assert "charts" in files
    assert {key.split(".")[0] for key in catalogue()} == files


@pytest.fixture
def own_texts(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "TEXTS", tmp_path)
    catalogue.cache_clear()
    yield tmp_path
    catalogue.cache_clear()


def test_texts_may_be_nested(own_texts):
    (own_texts / "a.toml").write_text('[b]\nc = { id = "satu", en = "one" }\n', encoding="utf-8")
    assert catalogue() == {"a.b.c": Text("satu", "one")}


@pytest.mark.parametrize(
    ("content", "error"),
    [('x = "bare"', TypeError), ('x = { id = "satu" }', ValueError), ('x = { fr = "un" }', ValueError)],
)
def test_a_text_without_both_languages_is_refused(own_texts, content, error):
    (own_texts / "a.toml").write_text(content, encoding="utf-8")
    with pytest.raises(error, match=r"a\.x"):
        catalogue()


def test_an_unknown_key_is_named_with_the_nearest():
    with pytest.raises(KeyError, match=r"charts\.no_dat'; did you mean 'charts\.no_data'"):
        ID("charts.no_dat")


def test_a_missing_value_is_named():
    with pytest.raises(KeyError, match=r"'charts\.others' needs a value for 'count'"):
        ID("charts.others")


def test_words_can_be_a_cache_key():
    assert {ID: 1}[Words("id")] == 1


@pytest.mark.parametrize(
    ("value", "decimals", "indonesian", "english"),
    [
        (1234567.891, 2, "1.234.567,89", "1,234,567.89"),
        (0, 0, "0", "0"),
        (-0.0004, 1, "0,0", "0.0"),
        (0.125, 2, "0,13", "0.13"),
        (2.5, 0, "3", "3"),
        (np.int64(1200), 0, "1.200", "1,200"),
        (-1234, 0, "-1.234", "-1,234"),
    ],
)
def test_numbers(value, decimals, indonesian, english):
    assert ID.number(value, decimals=decimals) == indonesian
    assert EN.number(value, decimals=decimals) == english


@pytest.mark.parametrize("value", [None, float("nan"), np.nan, pd.NA, float("inf"), np.float32("nan")])
def test_no_value_is_a_dash_and_never_zero(value):
    assert {ID.number(value), ID.percent(value), ID.points(value), ID.rupiah(value), ID.interval(value, 1.0)} == {"–"}


@pytest.mark.parametrize("value", [None, pd.NaT])
def test_no_date_is_a_dash(value):
    assert {ID.day(value), ID.month(value), ID.moment(value, zone="Asia/Jakarta")} == {"–"}


def test_percents_and_points():
    assert ID.percent(0.1234) == "12,3\u202f%"
    assert EN.percent(0.1234) == "12.3%"
    assert ID.percent(1, decimals=0) == "100\u202f%"
    assert ID.points(0.012) == "1,2 poin persen"
    assert EN.points(0.012, signed=True) == "+1.2 percentage points"
    assert ID.points(-0.012, signed=True) == "-1,2 poin persen"


def test_intervals_name_the_unit_once():
    assert ID.interval(0.123, 0.156) == "12,3–15,6\u202f%"
    assert EN.interval(0.123, 0.156) == "12.3–15.6%"
    assert ID.interval(1000, 2000, unit="number") == "1.000–2.000"


@pytest.mark.parametrize(
    ("amount", "indonesian", "english"),
    [
        (1234567, "Rp1.234.567", "Rp1,234,567"),
        (999_999_999, "Rp999.999.999", "Rp999,999,999"),
        (999_999_999.6, "Rp1,0 miliar", "Rp1.0 billion"),
        (960_000_000_000, "Rp960,0 miliar", "Rp960.0 billion"),
        (1.23e9, "Rp1,2 miliar", "Rp1.2 billion"),
        (999_990_000_000, "Rp1,0 triliun", "Rp1.0 trillion"),
        (4.56e12, "Rp4,6 triliun", "Rp4.6 trillion"),
        (-1500, "-Rp1.500", "-Rp1,500"),
        (0, "Rp0", "Rp0"),
    ],
)
def test_rupiah(amount, indonesian, english):
    assert ID.rupiah(amount) == indonesian
    assert EN.rupiah(amount) == english


def test_rupiah_words_may_have_more_digits():
    assert ID.rupiah(1.234e9, decimals=2) == "Rp1,23 miliar"
    assert ID.value(1.234e9, unit="rupiah", decimals=0) == "Rp1 miliar"


def test_days_and_months_are_in_the_reader_s_language():
    day = date(2026, 8, 17)
    assert ID.day(day) == "17 Agu 2026"
    assert EN.day(pd.Timestamp(day)) == "17 Aug 2026"
    assert ID.day_of_month(day) == "17 Agu"
    assert ID.month(date(2026, 12, 1)) == "Des 2026"
    assert ID.month_name(date(2026, 5, 1)) == "Mei"


@pytest.mark.parametrize(
    ("zone", "clock"), [("Asia/Jakarta", "14.05 WIB"), ("Asia/Makassar", "15.05 WITA"), ("Asia/Jayapura", "16.05 WIT")]
)
def test_moments_name_the_zone(zone, clock):
    assert ID.moment(datetime(2026, 8, 17, 7, 5, tzinfo=UTC), zone=zone) == f"17 Agustus 2026 {clock}"


def test_a_stored_moment_without_zone_is_utc_and_may_be_tomorrow_here():
    stored = datetime(2026, 12, 31, 18, 0)  # noqa: DTZ001 - as a database returns it
    assert EN.moment(stored, zone="Asia/Jakarta") == "1 January 2027 01:00 WIB"


def test_lists():
    assert ID.listed(["a", "b", "c"]) == "a, b, dan c"
    assert EN.listed(["a", "b"]) == "a and b"
    assert ID.listed([]) == ""
