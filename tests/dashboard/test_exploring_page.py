"""Eksplorasi: any measure by what it knows, in the URL, as figure and table, with nothing told of a few."""

import pandas as pd
import pytest

from analytics.access import VISITOR, Scope
from analytics.disclosure import SMALLEST
from analytics.metrics import METRICS, Filters
from analytics.research.tables import Question, dimensions, table, times
from dashboard import exploring
from dashboard.reader import Reader
from dashboard.words import Words, catalogue
from tests.dashboard.test_pages import open_page, sound, spoken
from validation.text import LANGUAGES

ASKED = (
    {"measure": "registered_families", "dimension": "district", "across": "channel"},
    {"measure": "inclusion_error", "dimension": "head_sex", "across": "period", "lang": "en"},
    {"measure": "face_checks", "dimension": "district", "across": "outcome"},
    {"measure": "inclusion_error", "dimension": "small_family"},
    {"measure": "registrations", "dimension": "channel", "across": "month"},
    {"measure": "amount_paid", "dimension": "programme", "across": "period"},
)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: "-".join(asked.values()))
def test_a_link_opens_its_question_as_figure_and_table(asked, pilot_home, monkeypatch):
    query = dict(asked)
    language = query.pop("lang", "id")
    at = open_page(pilot_home, "eksplorasi", monkeypatch, language, **query)
    sound(at)
    words = Words(language)
    label = METRICS[query["measure"]].label.to(language)
    assert at.title[0].value.startswith(label)
    assert label in spoken(at)
    assert {box.key.split(".")[0]: box.value for box in at.selectbox if box.key.split(".")[0] in query} == query
    shown = at.dataframe[-1].value
    assert words(f"exploring.by_{query['dimension']}") in shown.columns
    assert len(shown) >= 2
    assert {each.value for each in at.subheader} >= {words("panels.explored"), words("exploring.table")}


def test_no_number_of_the_page_is_a_small_count(pilot_home, monkeypatch):
    at = open_page(pilot_home, "eksplorasi", monkeypatch, measure="objections", dimension="grounds", across="outcome")
    sound(at)
    numbers = pd.to_numeric(at.dataframe[-1].value[Words("id")("exploring.column_value")], errors="coerce").dropna()
    assert ((numbers == 0) | (numbers >= SMALLEST)).all()
    assert "disembunyikan" in spoken(at)


def test_a_link_to_what_is_not_offered_opens_the_standard(pilot_home, monkeypatch):
    at = open_page(pilot_home, "eksplorasi", monkeypatch, measure="nik", dimension="family_id", across="checker")
    sound(at)
    chosen = {box.key.split(".")[0]: box.value for box in at.selectbox}
    assert chosen["measure"] == "registered_families"
    assert chosen["dimension"] == "district"
    assert chosen["across"] == ""


def test_filters_that_leave_no_row_say_so(pilot_home, monkeypatch):
    day = "2026-08-16"
    query = {"measure": "registrations", "dimension": "status", "since": day, "until": day}
    at = open_page(pilot_home, "eksplorasi", monkeypatch, channel="self", area="35.10.09", **query)
    sound(at)
    assert Words("id")("exploring.empty") in spoken(at)
    assert not at.dataframe


def test_a_table_too_fine_is_an_advice_and_no_error(pilot_home, monkeypatch):
    monkeypatch.setattr("analytics.research.tables.MOST_CELLS", 5)
    at = open_page(pilot_home, "eksplorasi", monkeypatch)
    sound(at)
    assert Words("id")("exploring.too_fine") in spoken(at)


def test_everything_that_can_be_asked_has_a_name_in_both_languages(pilot):
    names = {name for entry in METRICS.values() for name in (*dimensions(entry), *times(entry))}
    assert {f"exploring.by_{name}" for name in names} <= set(catalogue())
    for name in ("outcome", "status", "turn", "kind", "screening", "sex"):
        metric = next(entry for entry in METRICS.values() if name in dimensions(entry))
        for code in set(table(pilot, Question(metric=metric.id, by=(name,)), Filters())[name]) - {"", "?"}:
            assert any(f"{group}.{name}_{code}" in catalogue() for group in ("exploring", "targeting", "codes")), code
    assert all(Words(language)("exploring.protected") for language in LANGUAGES)


def test_several_rules_that_refuse_a_family_are_named_one_by_one(pilot):
    view = Reader(pilot.manifest, Filters(), Words("en"), Scope(VISITOR))
    assert exploring.name(view, "rules", "vehicle;wage") == "car, wage"
