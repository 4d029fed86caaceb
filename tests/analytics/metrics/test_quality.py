"""Pass rates of the gate, recomputed by hand from small frames."""

import datetime as dt

import pandas as pd
import pytest

from analytics.metrics import quality
from analytics.store import Dataset, Manifest, SourceFile, TableFacts
from validation.gate import ANY
from validation.text import Text

AT = dt.datetime(2026, 8, 17, 1)  # noqa: DTZ001  as stored
RESULTS = pd.DataFrame(
    [
        ("families", "families.size.range", "quarantine", "dtsen", "a", "a", 100, 10),
        ("families", "families.land.past", "quarantine", "dtsen", "b", "b", 100, 0),
        ("payments", "payments.amount.range", "quarantine", "payer", "c", "c", 200, 30),
        ("payments", "payments.family_id.eligible", "warn", "payer", "d", "d", 200, 50),
        ("completeness", "completeness.gap.limit", "warn", "portal", "e", "e", 40, 1),
    ],
    columns=quality.COLUMNS["results"],
)
DISTRICTS = pd.DataFrame(
    [
        ("families", "", "35.10.01", 60, 4),
        ("families", "", "35.10.16", 30, 0),
        ("families", "", "", 10, 6),
        ("families", "families.size.range", "35.10.01", 60, 4),
        ("families", "families.size.range", "", 10, 6),
        ("payments", "", "35.10.01", 120, 30),
        ("payments", "", "35.10.16", 80, 0),
        ("payments", "payments.amount.range", "35.10.01", 120, 30),
        ("payments", "payments.family_id.eligible", "35.10.16", 80, 50),
        ("completeness", "", "35.10.01", 20, 0),
        ("completeness", "completeness.gap.limit", "35.10.01", 20, 1),
    ],
    columns=quality.COLUMNS["districts"],
)


def finding(table: str, rule: str, district: str, row: int, severity: str = "quarantine") -> tuple[object, ...]:
    return (table, rule, severity, district, "", f"{table}.csv", row, "b2", "kata", "word")


QUARANTINE = pd.DataFrame(
    [
        finding("payments", "payments.amount.range", "35.10.01", 9),
        finding("families", "families.size.range", "35.10.01", 7),
        finding("families", "families.size.range", "35.1", 5),
        finding("families", "families.size.range", "", 3),
    ],
    columns=quality.COLUMNS["quarantine"],
)


@pytest.fixture
def manifest() -> Manifest:
    text = Text("x", "x")
    return Manifest(
        snapshot="s",
        dataset=Dataset(name="d", title=text, source=text, sensitivity="simulated", timezone="Asia/Jakarta"),
        published_at=AT,
        data_until=AT,
        fingerprint="f",
        code_version="0",
        sources=(
            SourceFile(table="payments", file="p1.csv", sha256="", rows=1),
            SourceFile(table="payments", file="p2.csv", sha256="", rows=1),
        ),
        tables={
            "families": TableFacts(rows=90, rejected=10),
            "payments": TableFacts(rows=170, rejected=30),
            "photos": TableFacts(rows=0, rejected=0),
        },
        settling_days=0,
    )


def test_tables_stand_worst_first_with_the_share_let_in_and_their_files(manifest):
    found = quality.tables(manifest, DISTRICTS)
    assert list(found["table"]) == ["payments", "families", "photos"]
    assert list(found["passed"][:2]) == pytest.approx([0.85, 0.9])
    assert list(found["file"]) == ["p1.csv, p2.csv", "", ""]


def test_a_table_without_rows_has_no_pass_rate_and_stands_last(manifest):
    assert pd.isna(quality.tables(manifest, DISTRICTS)["passed"].iloc[-1])


def test_tables_of_an_area_count_its_districts_alone_and_no_computed_table(manifest):
    found = quality.tables(manifest, DISTRICTS, area="35.10.01").set_index("table")
    assert set(found.index) == {"families", "payments"}
    assert (found.loc["families", "rows"], found.loc["families", "rejected"]) == (56, 4)
    assert found.loc["payments", "passed"] == pytest.approx(90 / 120)


def test_rules_stand_worst_first_and_keep_those_that_nothing_broke():
    found = quality.rules(RESULTS, DISTRICTS)
    assert list(found["passed"]) == pytest.approx([0.75, 0.85, 0.9, 0.975, 1.0])
    assert found["rule"].iloc[-1] == "families.land.past"


def test_rules_of_an_area_are_those_of_its_rows():
    found = quality.rules(RESULTS, DISTRICTS, area="35.10.16").set_index("rule")
    assert list(found.loc["payments.family_id.eligible", ["checked", "failed"]]) == [80, 50]
    assert list(found.loc["payments.amount.range", ["checked", "failed"]]) == [80, 0]
    assert pd.isna(found.loc["completeness.gap.limit", "passed"])


def test_a_village_stands_for_its_district():
    assert quality.district_of("35.10.16.2003") == "35.10.16"
    assert quality.district_of("35.10") == "35.10"
    pd.testing.assert_frame_equal(
        quality.rules(RESULTS, DISTRICTS, area="35.10.16.2003"), quality.rules(RESULTS, DISTRICTS, area="35.10.16")
    )


def test_districts_over_all_tables_count_rows_kept_out_and_no_cells():
    found = quality.by_district(DISTRICTS).set_index("district")
    assert list(found.index) == ["", "35.10.01", "35.10.16"]
    assert list(found.loc["35.10.01", ["checked", "failed"]]) == [180, 34]
    assert found.loc["35.10.16", "passed"] == 1


def test_districts_of_a_rule_are_measured_against_all_rows_of_their_table():
    found = quality.by_district(DISTRICTS, table="payments", rule="payments.family_id.eligible").set_index("district")
    assert found.loc["35.10.16", "passed"] == pytest.approx(30 / 80)
    assert found.loc["35.10.01", "passed"] == 1


def test_a_row_whose_district_is_unknown_belongs_to_no_area():
    assert "" not in set(quality.by_district(DISTRICTS, area="35")["district"])


def test_the_district_of_another_number_is_not_inside():
    assert list(quality.findings(QUARANTINE, area="35.10")["row"]) == [7, 9]
    assert list(quality.findings(QUARANTINE, area="35.1")["row"]) == [5]


def test_findings_are_chosen_by_table_and_rule_and_stand_in_the_order_of_the_file():
    assert list(quality.findings(QUARANTINE, table="families")["row"]) == [3, 5, 7]
    assert quality.findings(QUARANTINE, table="families", rule="families.size.known").empty


def history() -> pd.DataFrame:
    """Two batches; the rule `ANY` counts a row once however many rules it broke."""
    out = pd.DataFrame(
        {"table": ["families", "payments"], "rule": ANY, "severity": "quarantine", "checked": [100, 200]}
    )
    first = pd.concat([RESULTS.assign(failed=[1, 0, 40, 0, 0]), out.assign(failed=[1, 40])])
    second = pd.concat([RESULTS, out.assign(failed=[10, 30])])
    batches = [first.assign(batch="b1", at=AT), second.assign(batch="b2", at=AT + dt.timedelta(days=1))]
    return pd.concat(batches, ignore_index=True)


def test_a_table_over_time_is_its_rows_that_were_kept_out_by_any_rule():
    found = quality.over_time(history(), "quarantine").set_index(["batch", "series"])["share"]
    assert found.to_dict() == pytest.approx(
        {("b1", "families"): 0.01, ("b1", "payments"): 0.2, ("b2", "families"): 0.1, ("b2", "payments"): 0.15}
    )


def test_rules_over_time_leave_out_those_never_broken():
    found = quality.over_time(history(), "quarantine", table="families")
    assert set(found["series"]) == {"families.size.range"}
    assert list(quality.over_time(history(), "warned", table="payments")["share"]) == [0, 0.25]


def test_batches_are_counted():
    assert quality.batches(history()) == 2
    assert quality.batches(quality.complete(pd.DataFrame(), "history")) == 0


@pytest.mark.parametrize("name", quality.COLUMNS)
def test_what_an_older_version_did_not_keep_is_empty_and_not_an_error(name):
    assert list(quality.complete(pd.DataFrame(), name)) == list(quality.COLUMNS[name])


def test_rules_of_an_older_version_kept_rows_out():
    old = RESULTS.drop(columns=["severity", "owner"])
    found = quality.complete(old, "results")
    assert set(found["severity"]) == {"quarantine"}
    assert set(found["owner"]) == {""}


def test_nothing_kept_gives_empty_tables(manifest):
    empty = {name: quality.complete(pd.DataFrame(), name) for name in quality.COLUMNS}
    assert quality.rules(empty["results"], empty["districts"]).empty
    assert quality.rules(empty["results"], empty["districts"], area="35.10.01").empty
    assert quality.by_district(empty["districts"]).empty
    assert quality.over_time(empty["history"], "quarantine").empty
    assert quality.findings(empty["quarantine"], area="35.10.01").empty
    assert quality.tables(manifest, empty["districts"], area="35.10.01").empty
