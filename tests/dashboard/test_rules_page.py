"""Aturan & Andai: every number is the one that analytics.eligibility.compare returns, and nothing is decided."""

import pandas as pd
import pytest
import streamlit as st

from analytics.access import VISITOR, Scope
from analytics.eligibility import compare, rulebook
from analytics.marts.groups import GROUPS
from analytics.metrics import Filters
from dashboard.asking import BY, Question, asked, rule_name, threshold
from dashboard.reader import Reader
from dashboard.views import what_if
from dashboard.words import Words, catalogue
from tests.dashboard.test_pages import TITLE_WORDS, open_page, sound, spoken
from tests.dashboard.test_precision_pages import unchecked_home  # noqa: F401 - a fixture
from validation.text import LANGUAGES

CASES = (
    ({"pkh_decile": "5"}, "PKH", {"decile": 5}),
    ({"ruled": "BPNT", "bpnt_decile": "3"}, "BPNT", {"decile": 3}),
    ({"ruled": "BPNT", "bpnt_without": "power,vehicle"}, "BPNT", {"power": None, "vehicle": None}),
    ({"pkh_decile": "6", "pkh_wage": "1000000"}, "PKH", {"decile": 6, "wage": 1_000_000}),
)


@pytest.fixture
def view(pilot_home, pilot, monkeypatch):
    """A reader of the pilot, without a page."""
    monkeypatch.setenv("TEPAT_HOME", str(pilot_home))
    st.cache_data.clear()
    st.cache_resource.clear()
    return Reader(pilot.manifest, Filters(), Words("id"), Scope(VISITOR))


def expected(pilot, programme, changes, *by):
    day, book = pilot.manifest.day, rulebook()
    return compare(pilot, programme, book, book.changed(programme, changes, day), day=day, by=by)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_cards_and_title_are_the_comparison(case, language, pilot_home, pilot, monkeypatch):
    query, programme, changes = case
    at = open_page(pilot_home, "aturan", monkeypatch, language, **query)
    sound(at)
    words, row = Words(language), expected(pilot, programme, changes).movers.iloc[0]
    assert [metric.value for metric in at.metric] == [
        words.number(row["after"]),
        words.number(row["moves_in"]),
        words.number(row["moves_out"]),
        words.rupiah(row["a_year_after"]),
    ]
    said = spoken(at)
    for name in ("before", "families", "unknown"):
        assert words.number(row[name]) in said
    assert words.rupiah(row["a_year_before"]) in said
    assert words("rules.nothing_decided") in said
    title = at.title[0].value
    assert programme in title
    assert words.number(row["moves_in"]) in title
    assert words.number(row["moves_out"]) in title
    assert len(title.split()) <= TITLE_WORDS


@pytest.mark.parametrize("by", ["district", *GROUPS])
def test_the_table_of_movers_is_the_comparison_by_group(by, pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "aturan", monkeypatch, pkh_decile="5", split=by)
    sound(at)
    words, found = Words("id"), expected(pilot, "PKH", {"decile": 5}, by).movers
    shown = next(frame.value for frame in at.dataframe if words("rules.column_moves_in") in frame.value)
    for name in what_if.COUNTS:
        assert list(shown[words(f"rules.column_{name}")]) == [words.number(value) for value in found[name]]
    assert shown[words("rules.column_name")].is_unique


@pytest.mark.parametrize("error", what_if.ERRORS)
@pytest.mark.parametrize("by", ["district", "channel"])
def test_the_errors_of_a_figure_are_the_comparison_s(error, by, view, pilot):
    question = Question("PKH", (("decile", 5),), by)
    chart = what_if.errors_by(view, question=question, error=error)
    found = expected(pilot, "PKH", {"decile": 5}, by).errors
    found = found[found["error"] == error]
    for column in ("before", "before_low", "before_high", "after", "after_low", "after_high", "change", "change_low",
                   "change_high", "n"):  # fmt: skip
        shown = chart.table[view.words(f"charts.changes_{column}")]
        pd.testing.assert_series_equal(shown, found[column], check_names=False, check_index=False)


def test_both_errors_of_the_whole_list_are_the_comparison_s(view, pilot):
    found = expected(pilot, "PKH", {"decile": 5}).errors
    table = what_if.errors(view, question=Question("PKH", (("decile", 5),))).table
    assert list(table["Sebelum"]) == list(found["before"])
    assert list(table["Sesudah"]) == list(found["after"])
    assert list(table["Perubahan, selang atas"]) == list(found["change_high"])
    now = what_if.errors(view, question=Question("PKH")).table
    assert list(now["Kesalahan daftar"]) == list(found["before"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_is_changed_the_page_says_so_and_shows_the_list_as_it_is(
    language, pilot_home, pilot, monkeypatch
):
    at = open_page(pilot_home, "aturan", monkeypatch, language)
    sound(at)
    words, row = Words(language), expected(pilot, "PKH", {}).movers.iloc[0]
    assert at.title[0].value == words("rules.title_now", programme="PKH", listed=words.number(row["before"]))
    assert words("rules.nothing_changed") in spoken(at)
    assert [metric.value for metric in at.metric] == [words.number(row["before"]), words.rupiah(row["a_year_before"])]


def test_the_inputs_start_at_the_thresholds_in_force_and_leave_the_url_clean(pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "aturan", monkeypatch)
    shown = {number.label: number.value for number in at.number_input}
    rules = [rule for rule in rulebook().in_force("PKH", pilot.manifest.day) if rule.test == "above"]
    assert list(shown.values()) == [rule.value for rule in rules]
    assert not [name for name in at.query_params if name.startswith("pkh")]


def test_a_threshold_that_is_turned_stands_in_the_url_and_one_click_turns_it_back(pilot_home, monkeypatch):
    at = open_page(pilot_home, "aturan", monkeypatch)
    words = Words("id")
    label = words("rules.threshold_of", rule=words("rules.name_decile"))
    next(number for number in at.number_input if number.label == label).set_value(6).run()
    sound(at)
    assert at.query_params["pkh_decile"] == "6"
    next(button for button in at.button if button.label == words("rules.reset")).click().run()
    sound(at)
    assert "pkh_decile" not in at.query_params
    assert words("rules.nothing_changed") in spoken(at)


@pytest.mark.parametrize("query", [{"pkh_decile": "99"}, {"pkh_decile": "x"}, {"pkh_without": "magic"}, {"split": "x"}])
def test_a_choice_that_there_is_not_changes_nothing(query, pilot_home, monkeypatch):
    at = open_page(pilot_home, "aturan", monkeypatch, **query)
    sound(at)
    assert Words("id")("rules.nothing_changed") in spoken(at)


def test_a_rule_that_is_left_out_does_not_listen_to_its_threshold(pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "aturan", monkeypatch, pkh_decile="2", pkh_without="decile")
    row = expected(pilot, "PKH", {"decile": None}).movers.iloc[0]
    assert at.metric[0].value == Words("id").number(row["after"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("programme", ["PKH", "BPNT"])
def test_every_rule_in_force_stands_in_the_table_with_its_basis_in_words(
    programme, language, pilot_home, pilot, monkeypatch
):
    at = open_page(pilot_home, "aturan", monkeypatch, language, ruled=programme)
    words = Words(language)
    said = spoken(at)
    for rule in rulebook().in_force(programme, pilot.manifest.day):
        limit = threshold(words, rule, rule.value) if rule.test == "above" else words("rules.no_threshold")
        assert f"**{rule.refuses.to(language).format(value=limit)}**" in said
        assert (
            f"{words('rules.column_threshold')}: {limit} · {words('rules.column_since')}: {words.day(rule.since)} · "
            f":gray-badge[{words('rules.column_status')}: {words(f'rules.status_{rule.status}')}] · "
            f"{words('rules.column_source')}: {rule.source}"
        ) in said
    assert words("rules.statuses") in said


def test_every_rule_and_every_breakdown_has_words():
    assert all(f"rules.name_{rule.id}" in catalogue() for rule in rulebook().rule)
    assert rule_name(Words("id"), "a_rule_of_tomorrow") == "a_rule_of_tomorrow"
    assert set(BY) == {"", "district", *GROUPS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_field_checks_the_movers_stay_and_no_error_is_shown(language, unchecked_home, monkeypatch):  # noqa: F811
    at = open_page(unchecked_home, "aturan", monkeypatch, language, pkh_decile="5")
    sound(at)
    words = Words(language)
    assert words("rules.no_checks") in spoken(at)
    assert words("panels.list_errors") not in spoken(at)
    assert len(at.metric) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_rules_for_the_data_the_page_says_so_and_shows_no_number(language, alatas_home, monkeypatch):
    at = open_page(alatas_home, "aturan", monkeypatch, language)
    sound(at)
    words = Words(language)
    assert at.title[0].value == words("rules.title_none")
    assert words("rules.none", day="").split("{")[0][:30] in spoken(at)
    assert not at.metric
    assert not at.number_input


def test_a_filter_that_lists_leave_out_says_so(pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "aturan", monkeypatch, area="35.10.16", pkh_decile="5")
    sound(at)
    assert "Saringan Wilayah tidak berlaku" in spoken(at)
    assert at.metric[0].value == Words("id").number(expected(pilot, "PKH", {"decile": 5}).movers.iloc[0]["after"])


def test_the_filter_of_the_programme_chooses_whose_rules(pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "aturan", monkeypatch, programme="BPNT", bpnt_decile="3")
    row = expected(pilot, "BPNT", {"decile": 3}).movers.iloc[0]
    assert at.metric[2].value == Words("id").number(row["moves_out"])


def test_the_same_question_is_computed_once(view, monkeypatch):
    import dashboard.reader as module

    asked_of = []
    real = module.compare_lists
    monkeypatch.setattr(module, "compare_lists", lambda *a, **k: asked_of.append(k["by"]) or real(*a, **k))
    for _ in range(2):
        asked(view, Question("PKH", (("decile", 5),)))
        asked(view, Question("PKH", (("decile", 5),)), by="channel")
    asked(view, Question("PKH", (("decile", 6),)))
    assert asked_of == [[], ["channel"], []]
