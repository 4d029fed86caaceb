"""Who fails verification, and agents before each working day: by hand, and from the pilot's rows with pandas."""

import datetime as dt
from importlib import import_module

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analytics.marts.verifying import agent_days, verification_results
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.verifying import REFERENCES, verification_gaps

WIB = pd.Timedelta(hours=7)
HERE, THERE = "35.10.01.2001", "35.10.02.2001"
FILTERS = [Filters(), Filters(area="35.10.16"), Filters(channel="agent")]
SHARES = ("first_attempt_failed", "verification_failed", "verification_reviewed")


@pytest.fixture(autouse=True)
def _nothing_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    """The arithmetic below the disclosure step, which `test_disclosed` is about: the pilot of the tests is small."""
    monkeypatch.setattr(import_module("analytics.metrics.measure"), "disclosed", lambda *given, **_: given[3])
    monkeypatch.setattr(import_module("analytics.metrics.verifying"), "disclosed", lambda *given, **_: given[3])


def utc(local: str) -> dt.datetime:
    """A moment of 2026 in WIB, month-day hour:minute, as UTC."""
    return dt.datetime.fromisoformat(f"2026-{local}") - dt.timedelta(hours=7)


def small(registrations, checks, persons=()):
    """Tables of a few rows: (id, agent, village, when, applicant), (id, subject, attempt, outcome, when), persons."""
    regions = [(HERE, "35.10.01"), (THERE, "35.10.02")]
    tables = {
        "regions": pd.DataFrame(regions, columns=["code", "parent"]),
        "registrations": pd.DataFrame(
            registrations, columns=["registration_id", "agent_id", "village", "submitted_at", "applicant"]
        ),
        "verifications": pd.DataFrame(
            checks, columns=["registration_id", "subject", "attempt", "outcome", "checked_at"]
        ),
    }
    if persons:
        tables["persons"] = pd.DataFrame(persons, columns=["person_id", "sex", "birth_year"])
    made = tables["registrations"]
    tables["registrations"] = made.assign(channel=np.where(made["agent_id"].isna(), "self", "agent"))
    return {name: ibis.memtable(pa.Table.from_pandas(table, preserve_index=False)) for name, table in tables.items()}


def test_working_days_of_agents_by_hand():
    tables = small(
        [
            ("r1", "a", HERE, utc("01-05 08:00"), "p"),  # checked before: verified
            ("r2", "a", THERE, utc("01-05 23:59"), "p"),  # the same local day, though the next in UTC begins at 07:00
            ("r3", "a", HERE, utc("01-06 00:10"), "p"),  # another local day: yesterday's check does not count
            ("r4", "a", HERE, utc("01-07 08:00"), "p"),  # checked after the first registration only
            ("r5", "b", THERE, utc("01-05 08:00"), "p"),  # a check that did not match
            ("r6", "b", THERE, utc("01-06 08:00"), "p"),  # matched at the second attempt
            ("r7", "b", THERE, utc("01-07 08:00"), "p"),  # too close to call: a person has not decided
            ("r8", None, HERE, utc("01-05 08:00"), "p"),  # by the family itself: no working day
        ],
        [
            ("r1", "agent", 1, "match", utc("01-05 07:59")),
            ("r4", "agent", 1, "match", utc("01-07 08:01")),
            ("r5", "agent", 1, "no_match", utc("01-05 07:50")),
            ("r5", "applicant", 1, "match", utc("01-05 07:50")),
            ("r6", "agent", 1, "poor_quality", utc("01-06 07:50")),
            ("r6", "agent", 2, "match", utc("01-06 08:00")),
            ("r7", "agent", 1, "review", utc("01-07 07:50")),
        ],
    )
    found = agent_days(tables, 7).to_pyarrow().to_pandas().astype({"day": str})
    rows = found.set_index(["day", "district"]).sort_index().astype(int)
    expected = {
        ("2026-01-05", "35.10.01"): (1, 0, 0, 2, 0),
        ("2026-01-05", "35.10.02"): (1, 1, 0, 1, 1),
        ("2026-01-06", "35.10.01"): (1, 1, 0, 1, 1),
        ("2026-01-06", "35.10.02"): (1, 0, 0, 1, 0),
        ("2026-01-07", "35.10.01"): (1, 1, 1, 1, 1),
        ("2026-01-07", "35.10.02"): (1, 1, 0, 1, 1),
    }
    columns = ["agent_days", "unverified", "late", "entered", "entered_unverified"]
    assert {key: tuple(row) for key, row in rows[columns].iterrows()} == expected


def test_how_applications_end_by_hand():
    tables = small(
        [
            ("r1", None, HERE, utc("01-05 08:00"), "old"),
            ("r2", None, HERE, utc("01-05 08:00"), "old"),
            ("r3", None, HERE, utc("01-05 08:00"), "young"),
            ("r4", None, HERE, utc("01-05 08:00"), "stranger"),
            ("r5", None, HERE, utc("01-05 08:00"), "young"),  # never checked
        ],
        [
            ("r1", "applicant", 1, "no_match", utc("01-05 08:01")),
            ("r1", "applicant", 2, "match", utc("01-05 08:02")),
            ("r2", "applicant", 1, "no_face", utc("01-05 08:01")),
            ("r2", "applicant", 2, "poor_quality", utc("01-05 08:02")),
            ("r2", "applicant", 3, "review", utc("01-05 08:03")),
            ("r3", "applicant", 1, "match", utc("01-05 08:01")),
            ("r4", "applicant", 2, "unavailable", utc("01-05 08:01")),  # its first attempt was held back
        ],
        persons=[("old", "female", 1956), ("young", "male", 1987)],
    )
    rows = verification_results(tables, 7).to_pyarrow().to_pandas()
    columns = ["applications", "firsts", "first_failed", "failed", "reviewed", "attempts", "most"]
    by_band = {band: tuple(part[columns].iloc[0].astype(int)) for band, part in rows.groupby("age_band", dropna=False)}
    unknown = next(by_band.pop(band) for band in list(by_band) if pd.isna(band))
    assert by_band == {"70+": (2, 2, 2, 1, 1, 5, 3), "0-39": (1, 1, 0, 0, 0, 1, 1)}
    assert unknown == (1, 0, 0, 1, 0, 1, 1)


@pytest.mark.parametrize(
    ("born", "band"),
    [(1987, "0-39"), (1986, "40-59"), (1967, "40-59"), (1966, "60-69"), (1957, "60-69"), (1956, "70+")],
)
def test_a_band_begins_at_its_age(born, band):
    tables = small(
        [("r", None, HERE, utc("01-05 08:00"), "p")],
        [("r", "applicant", 1, "match", utc("01-05 08:01"))],
        persons=[("p", "male", born)],
    )
    assert verification_results(tables, 7).to_pyarrow().to_pandas()["age_band"].tolist() == [band]


@pytest.fixture(scope="module")
def tables(pilot):
    names = ("registrations", "verifications", "persons", "regions")
    return {name: pilot.run(pilot.table(name)) for name in names}


def courses(tables, filters: Filters) -> pd.DataFrame:
    """One row an application with a check of the applicant, by plain pandas."""
    made = tables["registrations"][["registration_id", "village", "channel", "applicant"]]
    made = made.merge(tables["persons"][["person_id", "sex", "birth_year"]], left_on="applicant", right_on="person_id")
    if filters.area:
        made = made[made["village"].str.startswith(f"{filters.area}.")]
    if filters.channel:
        made = made[made["channel"] == filters.channel]
    checks = tables["verifications"][tables["verifications"]["subject"] == "applicant"]
    checks = checks.sort_values(["registration_id", "attempt"])
    ends = checks.groupby("registration_id").agg(
        first=("outcome", "first"), matched=("outcome", lambda own: (own == "match").any()),
        reviewed=("outcome", lambda own: (own == "review").any()), attempts=("attempt", "size"),
        began=("checked_at", "min"),
    )  # fmt: skip
    found = made.merge(ends, left_on="registration_id", right_index=True)
    age = (found["began"] + WIB).dt.year - found["birth_year"]
    return found.assign(
        age_band=pd.cut(age, [-1, 39, 59, 69, 200], labels=["0-39", "40-59", "60-69", "70+"]).astype(str),
        district=found["village"].str.rsplit(".", n=1).str[0],
        first_attempt_failed=found["first"] != "match",
        verification_failed=~found["matched"],
        verification_reviewed=found["reviewed"],
        mean_attempts=found["attempts"],
    )


@pytest.mark.parametrize("filters", FILTERS)
def test_outcomes_equal_the_rows(pilot, tables, filters):
    rows = courses(tables, filters)
    for metric in (*SHARES, "mean_attempts"):
        assert measure(pilot, METRICS[metric], filters)["value"].iloc[0] == pytest.approx(rows[metric].mean()), metric


@pytest.mark.parametrize("by", [*REFERENCES, "district"])
@pytest.mark.parametrize("metric", [*SHARES, "mean_attempts"])
def test_groups_equal_the_rows_and_gaps_are_to_the_reference(pilot, tables, metric, by):
    rows = courses(tables, Filters()).groupby(by)[metric].agg(["mean", "size"])
    found = verification_gaps(pilot, METRICS[metric], Filters(), by=by).set_index(by)
    assert found["n"].to_dict() == rows["size"].to_dict()
    shown = found[found["reason"] == ""]
    assert len(shown) >= 2
    assert shown["value"].to_dict() == pytest.approx(rows["mean"][shown.index].to_dict())
    assert (found["numerator"] / found["denominator"]).to_dict() == pytest.approx(rows["mean"].to_dict())
    assert ((shown["low"] <= shown["value"]) & (shown["value"] <= shown["high"])).all()
    if by in REFERENCES:
        others = shown.drop(index=REFERENCES[by])
        expected = rows["mean"][others.index] - rows["mean"][REFERENCES[by]]
        assert pd.isna(found.loc[REFERENCES[by], "gap"])
        assert others["gap"].to_dict() == pytest.approx(expected.to_dict())
        assert ((others["gap_low"] <= others["gap"]) & (others["gap"] <= others["gap_high"])).all()


def test_the_interval_of_mean_attempts_is_as_wide_as_a_bootstrap_of_villages_says(pilot, tables):
    rows = courses(tables, Filters())
    sums = rows.groupby("village")["attempts"].agg(["sum", "size"]).to_numpy(dtype=float)
    random = np.random.default_rng(1)
    drawn = sums[random.integers(0, len(sums), (4_000, len(sums)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    everybody = courses(tables, Filters()).assign(all="all")
    found = verification_gaps(pilot, METRICS["mean_attempts"], Filters(), by="sex")
    assert len(everybody) == found["n"].sum()
    # Each sex is a part of the villages' rows: its interval is wider than everybody's by the root of its part.
    for _, row in found.iterrows():
        part = row["n"] / len(everybody)
        assert (row["high"] - row["low"]) * np.sqrt(part) == pytest.approx(high - low, rel=0.25)


def test_elderly_applicants_of_the_pilot_fail_more_often_as_they_were_made_to(pilot):
    found = verification_gaps(pilot, METRICS["first_attempt_failed"], Filters(), by="age_band").set_index("age_band")
    assert found.loc["60-69", "gap_low"] > 0


def test_agent_days_of_the_pilot_equal_the_rows(pilot, tables):
    made = tables["registrations"].query("channel == 'agent' and agent_id.notna()")
    made = made.assign(day=(made["submitted_at"] + WIB).dt.date).sort_values(["submitted_at", "registration_id"])
    checks = tables["verifications"].query("subject == 'agent' and outcome == 'match'")
    checks = checks.merge(made[["registration_id", "agent_id"]], on="registration_id")
    matched = checks.assign(day=(checks["checked_at"] + WIB).dt.date).groupby(["agent_id", "day"])["checked_at"].min()
    days = made.groupby(["agent_id", "day"]).agg(
        opened=("submitted_at", "first"), village=("village", "first"), entered=("registration_id", "size")
    )
    days = days.join(matched)
    unverified = ~(days["checked_at"] <= days["opened"])
    district = days["village"].str.rsplit(".", n=1).str[0]
    assert measure(pilot, METRICS["agent_days"])["value"].iloc[0] == len(days) > 100
    assert measure(pilot, METRICS["unverified_agent_days"])["value"].iloc[0] == pytest.approx(unverified.mean())
    share = days["entered"][unverified].sum() / days["entered"].sum()
    assert measure(pilot, METRICS["entered_unverified"])["value"].iloc[0] == pytest.approx(share)
    by_district = measure(pilot, METRICS["unverified_agent_days"], by=["district"]).set_index("district")
    assert by_district["numerator"].to_dict() == unverified.groupby(district).sum().to_dict()
    assert by_district["denominator"].to_dict() == days.groupby(district).size().to_dict()


def test_a_snapshot_without_face_checks_has_no_row(alatas):
    found = verification_gaps(alatas, METRICS["verification_failed"], Filters(), by="sex")
    assert found.empty
