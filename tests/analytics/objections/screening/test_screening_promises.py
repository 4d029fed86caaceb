"""What the screening promises: no rejection without a rule, words for every reason, nothing outside an area."""

import datetime as dt
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.estimation.intervals import clopper_pearson, wilson
from analytics.objections.recommendation_file import recommended, write_recommendations
from analytics.objections.screening import ScreeningError, screen
from analytics.objections.screening.evaluation import against_field_checks, against_truth
from analytics.objections.screening.facts import PLAIN, Facts
from analytics.objections.screening.patterns import PATTERNS
from analytics.objections.screening.reasons import reasons
from analytics.objections.screening.recommendation import Recommendation, Told
from analytics.objections.screening.rejecting import rejections
from analytics.objections.screening.telling import told
from analytics.objections.visit_order import ordered
from analytics.store import Warehouse
from dashboard.words import catalogue
from tests.analytics.objections.screening.conftest import FILED, decided, rows_of, screened
from validation.text import Text

ANY = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["usul", "sanggah"]),
        "programme": st.sampled_from(["PKH", "BPNT", "BLT", None]),
        "filed_by": st.sampled_from(["self", "agent", "public"]),
        "grounds": st.sampled_from(["vehicle_sold", "income_lost", "not_poor", "nik_misused", "other"]),
        "family_id": st.sampled_from(["a", "b"]),
        "filer": st.sampled_from(["p-a", "p-b", None]),
    }
)
FAMILIES = st.fixed_dictionaries(
    {
        "vehicle": st.sampled_from([True, False, None]),
        "state_employment": st.sampled_from([True, False, None]),
        "state_employment_date": st.sampled_from([dt.date(2025, 1, 1), dt.date(2019, 1, 1), None]),
        "decile": st.sampled_from([1, 9, None]),
    }
)


@settings(max_examples=12)
@given(st.lists(ANY, min_size=1, max_size=8), FAMILIES, st.sampled_from(["eligible", "ineligible"]))
def test_nothing_is_rejected_without_a_deterministic_reason(objections, family, outcome):
    one = screened(
        *objections, families={"a": family, "b": {}}, decisions=[decided(outcome, FILED - dt.timedelta(days=110))]
    )
    rows = rows_of(one)
    known = {reason.code for reason in rejections(one.rules)}
    assert len(rows) == len(objections)
    assert ((rows["result"] == "reject") == (rows["rejected_by"] != "")).all()
    assert all(set(codes.split(";")) <= known for codes in rows["rejected_by"] if codes)
    assert (rows["codes"] != "").all()


def test_a_rejecting_rule_can_read_no_pattern_and_no_score():
    rows = screened({}).rows
    facts = Facts(rows, ("wage",))
    for name in (*PATTERNS, "entitled", "score", "filer"):
        assert name not in PLAIN
        with pytest.raises(ScreeningError, match="no fact"):
            facts[name]


def test_a_recommendation_cannot_reject_for_a_doubt_nor_be_without_reason():
    doubt = Told(code="mass_filing", sort="visits", says=Text("a", "b"), correct=Text("a", "b"), register="",
                 recorded_on=None)  # fmt: skip
    facts = {"objection_id": "o", "kind": "usul", "family_id": "a", "programme": "PKH", "grounds": "x",
             "filed_at": FILED, "patterns": ()}  # fmt: skip
    Recommendation(**facts, result="needs_visit", reasons=(doubt,))
    with pytest.raises(ScreeningError, match="Deterministic"):
        Recommendation(**facts, result="reject", reasons=(doubt,))
    with pytest.raises(ScreeningError, match="without a reason"):
        Recommendation(**facts, result="needs_visit", reasons=())


def test_every_reason_is_told_in_both_languages_and_named_on_the_page():
    one = screened({})
    ids = {code.partition(".")[0] for code in one.reasons} | {"admissible"}
    assert ids == {reason.id for reason in reasons().reason}
    assert {f"screening.reason_{name}" for name in ids} <= set(catalogue())
    assert set(one.rules) <= set(reasons().record)


def test_a_reason_names_the_record_its_keeper_and_day_in_the_citizens_words():
    one = screened({"grounds": "vehicle_sold"}, families={"a": {"vehicle": True, "vehicle_source": "Samsat Jatim"}})
    row = told(one).to_pyarrow().to_pylist()[0]
    assert row["code"] == "contested.vehicle"
    assert row["says_id"] == (
        "Ada mobil atas nama keluarga, menurut catatan Samsat Jatim 1 Juni 2025, dan itulah yang disebut salah"
    )
    assert row["says_en"].startswith("A car is registered to the family, as recorded by Samsat Jatim 1 June 2025")
    assert "Samsat" in row["correct_id"]
    assert (row["register"], row["recorded_on"]) == ("Samsat Jatim", dt.date(2025, 6, 1))


def test_no_placeholder_is_left_in_what_is_said(pilot: Warehouse):
    said = pilot.run(told(screen(pilot)))
    assert not said[["says_id", "says_en", "correct_id", "correct_en"]].isna().any().any()
    assert not said["says_id"].str.contains(r"[{}]|  ").any()
    assert not said["says_en"].str.contains(r"[{}]|  ").any()


def test_a_score_orders_the_visits_and_changes_no_result():
    listed = [decided("eligible", FILED - dt.timedelta(days=20), "c")]
    one = screened({"family_id": "a"}, {"family_id": "b"}, {"family_id": "c", "filed_by": "public"}, decisions=listed)
    before = rows_of(one)["result"].to_dict()
    scores = ibis.memtable(
        pa.table({"family_id": ["a", "b", "c"], "programme": ["BPNT"] * 3, "entitled": [0.2, 0.9, 0.3]})
    )
    visits = ordered(one, scores).to_pyarrow().to_pylist()
    assert [row["family_id"] for row in visits] == ["b", "c", "a"]
    assert {row["objection_id"]: row["result"] for row in visits} == before
    assert [row["objection_id"] for row in ordered(one).to_pyarrow().to_pylist()] == ["o0", "o1", "o2"]


def test_the_file_has_a_row_a_reason_and_is_closed_to_others(tmp_path: Path):
    one = screened({}, {"family_id": "b"})
    path = tmp_path / "recommendations.csv"
    write_recommendations(one, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text().splitlines()) == 1 + recommended(one).count().to_pyarrow().as_py()
    assert [entry.name for entry in tmp_path.iterdir()] == ["recommendations.csv"]
    with pytest.raises(ScreeningError, match="cannot be written"):
        write_recommendations(one, tmp_path / "x.xlsx")


def test_an_area_screens_its_own_families_alone(pilot: Warehouse):
    whole = pilot.run(screen(pilot).rows)
    area = whole["village"].iloc[0][:8]
    own = pilot.within(area)
    found = own.run(screen(own).rows)
    assert set(found["objection_id"]) == set(whole.loc[whole["village"].str.startswith(f"{area}."), "objection_id"])


class Engine:
    """Runs what was screened on the engine of a test."""

    def run(self, expression):
        return expression.to_pyarrow().to_pandas()


def test_precision_and_recall_are_those_counted_by_hand():
    seen = {"screening": "field_check", "resolved_at": FILED + dt.timedelta(days=30)}
    employed = {"a": {"state_employment": True}, "b": {"state_employment": True}, "c": {}, "d": {}}
    one = screened(
        {"family_id": "a", "outcome": "rejected"} | seen,
        {"family_id": "b", "outcome": "upheld"} | seen,
        {"family_id": "c", "outcome": "upheld"} | seen,
        {"family_id": "d", "outcome": "rejected"} | seen,
        {"family_id": "d", "outcome": "rejected", "grounds": "not_poor", "screening": "reject",
         "resolved_at": FILED + dt.timedelta(days=30)},
        families=employed,
    )  # fmt: skip
    found = against_field_checks(Engine(), one)
    assert (found.answered, found.unanswered) == (4, 1)
    shares = found.measures[found.measures["grounds"] == ""].set_index("measure")
    assert shares["value"].to_dict() == dict.fromkeys(shares.index, 0.5)
    assert shares.loc["rejection_precision", ["low", "high"]].tolist() == pytest.approx(list(wilson(1, 2)))
    assert shares.loc["wrong_rejections", ["low", "high"]].tolist() == pytest.approx(list(clopper_pearson(1, 2)))
    cells = found.confusion.set_index(["grounds", "result"])
    assert cells.loc[("income_lost", "reject"), ["right", "wrong"]].tolist() == [1, 1]
    assert cells.loc[("income_lost", "needs_visit"), ["right", "wrong"]].tolist() == [1, 1]


def test_patterns_are_compared_with_those_that_were_planted():
    one = screened({"grounds": "nik_misused"}, {"grounds": "nik_misused", "family_id": "b"}, {"family_id": "c"})
    truth = pd.DataFrame({"objection_id": ["o0", "o1", "o2"], "right": [True, False, True],
                          "planted": ["nik_misuse", "", "nik_misuse"]})  # fmt: skip
    found = against_truth(Engine(), one, truth).patterns.set_index("measure")
    assert found["numerator"].tolist() == [1, 1]
    assert found["denominator"].tolist() == [2, 2]
