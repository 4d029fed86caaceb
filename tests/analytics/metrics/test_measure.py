"""Every measure equals a plain recomputation with pandas from the published rows, under the same filters."""

import datetime as dt
from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from analytics.metrics import METRICS, Filters, measure, series, unapplied
from analytics.metrics.comparisons import compare, level_below
from analytics.metrics.incidence import floors, incidence
from analytics.metrics.scope import checks, scope
from analytics.store import Warehouse

WIB = pd.Timedelta(hours=7)
ONE_DISTRICT = "35.10.16"
FILTERS = {
    "everything": Filters(),
    "a district": Filters(area=ONE_DISTRICT),
    "agents": Filters(channel="agent"),
    "days": Filters(since=dt.date(2025, 10, 3), until=dt.date(2026, 2, 5)),
    "all at once": Filters(area="35.10", channel="self", since=dt.date(2025, 10, 1)),
}


@pytest.fixture(autouse=True)
def _nothing_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    """The arithmetic below the disclosure step, which `test_disclosed` is about: the pilot of the tests is small."""
    monkeypatch.setattr(import_module("analytics.metrics.measure"), "disclosed", lambda *given, **_: given[3])


def rows(warehouse: Warehouse, name: str) -> pd.DataFrame:
    return warehouse.run(warehouse.table(name))


@pytest.fixture(scope="module")
def tables(pilot) -> dict[str, pd.DataFrame]:
    return {name: rows(pilot, name) for name in pilot.names("tables")}


def inside(frame: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    return frame[(frame["village"] + ".").str.startswith(f"{filters.area}.")] if filters.area else frame


def between(frame: pd.DataFrame, column: str, filters: Filters) -> pd.DataFrame:
    day = (frame[column] + WIB).dt.date
    keep = pd.Series(data=True, index=frame.index)
    if filters.since:
        keep &= day >= filters.since
    if filters.until:
        keep &= day <= filters.until
    return frame[keep]


def registrations(tables, filters: Filters) -> pd.DataFrame:
    found = tables["registrations"].sort_values(["submitted_at", "registration_id"])
    found = found.assign(first=~found["family_id"].duplicated())
    found = between(inside(found, filters), "submitted_at", filters)
    return found[found["channel"] == filters.channel] if filters.channel else found


@pytest.mark.parametrize("filters", FILTERS.values(), ids=list(FILTERS))
def test_registrations(pilot, tables, filters):
    found = registrations(tables, filters)
    assert value(pilot, "registrations", filters) == len(found)
    assert value(pilot, "registered_families", filters) == found["first"].sum()
    assert value(pilot, "mean_duration", filters) == pytest.approx(found["duration"].mean())
    if not filters.channel:
        assert value(pilot, "agent_share", filters) == pytest.approx((found["channel"] == "agent").mean())


@pytest.mark.parametrize("filters", FILTERS.values(), ids=list(FILTERS))
def test_face_checks(pilot, tables, filters):
    taken = replace(filters, since=None, until=None)
    who = registrations(tables, taken)[["registration_id", "channel"]]
    found = tables["verifications"].merge(who, on="registration_id")
    found = between(found[found["subject"] == "applicant"], "checked_at", filters)
    assert value(pilot, "face_checks", filters) == len(found)
    first = found[found["attempt"] == 1]
    assert value(pilot, "first_attempt_match", filters) == pytest.approx((first["outcome"] == "match").mean())


@pytest.mark.parametrize("filters", [Filters(), Filters(area=ONE_DISTRICT), Filters(channel="self")])
def test_stages_count_each_family_once(pilot, tables, filters):
    found = registrations(tables, filters)
    families = set(found.loc[found["first"], "family_id"])
    checks_ = tables["verifications"].merge(tables["registrations"][["registration_id", "family_id"]])
    checks_ = checks_[checks_["subject"] == "applicant"]
    matched = set(checks_.loc[checks_["outcome"] == "match", "family_id"])
    decided = tables["decisions"][tables["decisions"]["outcome"] != "pending"]
    eligible = set(decided.loc[decided["outcome"] == "eligible", "family_id"])
    assert value(pilot, "stage_registered", filters) == len(families)
    assert value(pilot, "stage_checked", filters) == len(families & set(checks_["family_id"]))
    assert value(pilot, "stage_verified", filters) == len(families & matched)
    assert value(pilot, "stage_decided", filters) == len(families & set(decided["family_id"]))
    assert value(pilot, "eligible_families", filters) == len(families & eligible)
    payments = tables["payments"]
    latest = payments.groupby("programme")["period"].transform("max")
    paid = set(payments.loc[payments["period"] == latest, "family_id"])
    assert value(pilot, "stage_paid", filters) == len(families & paid)


@pytest.mark.parametrize("programme", ["PKH", "BPNT"])
def test_stages_of_one_programme(pilot, tables, programme):
    families = set(tables["registrations"]["family_id"])
    own = tables["decisions"][tables["decisions"]["programme"] == programme]
    filters = Filters(programme=programme)
    eligible = set(own.loc[own["outcome"] == "eligible", "family_id"])
    decided = set(own.loc[own["outcome"] != "pending", "family_id"])
    assert value(pilot, "stage_registered", filters) == len(families)
    assert value(pilot, "stage_eligible", filters) == len(families & eligible)
    share = measure(pilot, METRICS["eligible_share"], filters).iloc[0]
    assert share["value"] == pytest.approx(len(eligible & families) / len(decided & families))


@pytest.mark.parametrize("filters", [Filters(), Filters(area=ONE_DISTRICT), Filters(programme="BPNT")])
def test_objections(pilot, tables, filters):
    found = tables["objections"].merge(tables["families"][["family_id", "village"]], on="family_id")
    found = inside(found, filters)
    if filters.programme:
        found = found[found["programme"] == filters.programme]
    waiting = found[found["outcome"] == "pending"]
    assert value(pilot, "objections", filters) == len(found)
    assert value(pilot, "open_objections", filters) == len(waiting)
    assert value(pilot, "objections_screened", filters) == found["screening"].notna().sum()
    assert value(pilot, "objections_resolved", filters) == len(found) - len(waiting)
    settled = found[found["outcome"].isin(["upheld", "rejected"])]
    upheld = measure(pilot, METRICS["upheld_share"], filters).iloc[0]
    if len(settled) >= 30:
        assert upheld["value"] == pytest.approx((settled["outcome"] == "upheld").mean())
    else:
        assert upheld["reason"] == "small_n"
    by_age = measure(pilot, METRICS["open_objections"], filters, by=["age"]).set_index("age")["value"]
    until = pd.Timestamp(pilot.manifest.data_until).normalize()
    days = (until - waiting["filed_at"].dt.normalize()).dt.days
    bands = pd.cut(days, [-1, 7, 14, 30, 60, np.inf], labels=["0-7", "8-14", "15-30", "31-60", "61+"])
    expected = bands.value_counts()
    assert by_age[by_age > 0].to_dict() == expected[expected > 0].to_dict()


def test_payments(pilot, tables):
    payments = tables["payments"].merge(tables["families"][["family_id", "village"]], on="family_id")
    found = measure(pilot, METRICS["amount_paid"], by=["programme"]).set_index("programme")["value"]
    assert found.to_dict() == payments.groupby("programme")["amount"].sum().to_dict()
    own = inside(payments, Filters(area=ONE_DISTRICT))
    families = own.drop_duplicates(["family_id", "programme", "period"])
    assert value(pilot, "paid_families", Filters(area=ONE_DISTRICT)) == len(families)


def test_registration_coverage_by_village(pilot, tables):
    families = tables["families"]
    known = families["family_id"].isin(tables["registrations"]["family_id"])
    expected = known.groupby(families["village"]).agg(["sum", "count"])
    found = measure(pilot, METRICS["registered_share"], by=["village"]).set_index("village")
    assert found["denominator"].to_dict() == expected["count"].to_dict()
    shown = found[found["value"].notna()]
    expected_share = expected["sum"] / expected["count"]
    assert shown["value"].to_dict() == pytest.approx(expected_share[shown.index].to_dict())
    assert (found.loc[found["value"].isna(), "denominator"] < 30).all()
    assert set(found.loc[found["value"].isna(), "reason"]) <= {"small_n"}


def audited(tables, filters: Filters) -> pd.DataFrame:
    """The field checks that enter an estimate, with receipt and weight, by plain pandas."""
    found = tables["audits"]
    found = found[(found["inclusion_probability"] > 0) & found["entitled"].notna()]
    paid = tables["payments"].groupby(["family_id", "programme", "period"], as_index=False)["amount"].sum()
    found = found.merge(paid, how="left", on=["family_id", "programme", "period"])
    found = inside(found, filters)
    if filters.programme:
        found = found[found["programme"] == filters.programme]
    if filters.periods:
        found = found[found["period"].isin(filters.periods)]
    sizes = tables["families"][["family_id", "size"]]
    found = found.merge(sizes, on="family_id")
    weight = 1 / found["inclusion_probability"]
    if filters.unit == "persons":
        weight *= found["size"]
    return found.assign(receives=found["amount"].fillna(0) > 0, weight=weight, entitled=found["entitled"].astype(bool))


TARGETING_FILTERS = [
    Filters(programme="BPNT"),
    Filters(programme="PKH", periods=("2026-Q1", "2026-Q2")),
    Filters(programme="BPNT", area=ONE_DISTRICT),
    Filters(programme="BPNT", unit="persons"),
]


@pytest.mark.parametrize("filters", TARGETING_FILTERS)
def test_targeting_is_the_weighted_share_of_the_checks(pilot, tables, filters):
    found = audited(tables, filters)
    t, s, w = found["entitled"], found["receives"], found["weight"]
    expected = {
        "inclusion_error": (w[s & ~t].sum() / w[s].sum(), s.sum()),
        "exclusion_error": (w[t & ~s].sum() / w[t].sum(), t.sum()),
        "total_error": (w[t != s].sum() / w.sum(), len(found)),
        "inclusion_error_non_entitled": (w[s & ~t].sum() / w[~t].sum(), (~t).sum()),
        "coverage": (w[s].sum() / w.sum(), len(found)),
        "entitled_share": (w[t].sum() / w.sum(), len(found)),
    }
    for name, (share, n) in expected.items():
        row = measure(pilot, METRICS[name], filters).iloc[0]
        assert row["n"] == n, name
        if n >= 30:
            assert row["value"] == pytest.approx(share), name
            assert row["low"] < share < row["high"], name
        else:
            assert np.isnan(row["value"])
            assert row["reason"] == "small_n"


def test_weights_stand_for_the_families_of_one_round(pilot, tables):
    found = audited(tables, Filters(programme="BPNT"))
    rounds = (found["visited_at"] + WIB).dt.to_period("M").nunique()
    row = measure(pilot, METRICS["total_error"], Filters(programme="BPNT")).iloc[0]
    assert row["denominator"] == pytest.approx(found["weight"].sum() / rounds)
    assert row["denominator"] == pytest.approx(len(tables["families"]), rel=0.2)


def test_monthly_series_equal_the_shares_of_their_month(pilot, tables):
    filters = Filters(programme="BPNT")
    found = audited(tables, filters)
    month = (found["visited_at"] + WIB).dt.to_period("M").dt.to_timestamp()
    w = found["weight"]
    expected = (w * (found["entitled"] != found["receives"])).groupby(month).sum() / w.groupby(month).sum()
    line = series(pilot, METRICS["total_error"], filters, grain="month").set_index("when")
    assert line["value"].to_dict() == pytest.approx(expected.to_dict())


def test_weekly_counts_have_true_zeros_and_add_up(pilot, tables):
    line = series(pilot, METRICS["objections"], grain="week")
    assert line["value"].sum() == len(tables["objections"])
    steps = line["when"].diff().dropna().unique()
    assert list(steps) == [pd.Timedelta(days=7)]
    days = (tables["objections"]["filed_at"] + WIB).dt.normalize()
    monday = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    assert line.set_index("when")["value"].loc[monday.unique()].gt(0).all()


def test_days_that_are_still_filling_up_are_marked(pilot):
    line = series(pilot, METRICS["registered_families"], grain="day").set_index("when")
    lag = pilot.manifest.settling_days
    assert lag >= 1
    edge = pd.Timestamp(pilot.manifest.data_until).normalize() - pd.Timedelta(days=lag)
    assert line.loc[line.index < edge, "settled"].all()
    assert not line.loc[line.index > edge, "settled"].any()


def test_incidence_is_that_of_the_weighted_checks(pilot, tables):
    filters = Filters(programme="BPNT")
    found = audited(tables, filters)
    found = found[found["welfare_decile"].notna()]
    by = found.groupby("welfare_decile")
    coverage = by.apply(lambda rows: (rows["weight"] * rows["receives"]).sum() / rows["weight"].sum())
    got = incidence(pilot, filters)
    assert got is not None
    shown = got.coverage.set_index("decile")["value"].dropna()
    assert shown.to_dict() == pytest.approx(coverage[shown.index].to_dict())
    assert got.coefficient < -0.2
    assert got.cgh > 1.25


def test_floors_follow_from_coverage_and_entitlement(pilot):
    filters = Filters(programme="BPNT", periods=("2026-Q2",))
    c = measure(pilot, METRICS["coverage"], filters)["value"].iloc[0]
    p = measure(pilot, METRICS["entitled_share"], filters)["value"].iloc[0]
    least = floors(pilot, filters)
    assert least is not None
    assert least.inclusion == pytest.approx(max(0, 1 - p / c))
    assert least.exclusion == pytest.approx(max(0, 1 - c / p))


def test_only_random_checks_enter(pilot, tables):
    audits = tables["audits"]
    found = checks(pilot, Filters(programme="PKH"))
    own = audits[audits["programme"] == "PKH"]
    assert found is not None
    assert found.made == len(own)
    assert found.not_random == (own["reason"] != "random").sum() > 0
    assert found.unknown == own["entitled"].isna().sum() > 0
    assert found.entered == (own["inclusion_probability"].notna() & own["entitled"].notna()).sum()


def test_regions_without_enough_checks_show_no_rate(pilot):
    found = compare(pilot, METRICS["inclusion_error"], Filters(programme="PKH", periods=("2026-Q1",)), level="village")
    small = found.regions[found.regions["n"] < 30]
    assert len(found.regions) == 217
    assert len(small) > 0
    assert small["value"].isna().all()


def test_regions_are_compared_by_the_first_level_with_more_than_one(pilot):
    assert level_below(pilot, "") == "district"
    assert level_below(pilot, ONE_DISTRICT) == "village"


def test_filters_that_a_mart_does_not_know_are_named():
    filters = Filters(area="35.10.16.2001", channel="self", since=dt.date(2026, 1, 1), programme="PKH")
    assert unapplied("objections_daily", filters) == ["channel", "area"]
    assert unapplied("targeting_cells", filters) == ["since"]
    assert unapplied("registrations_daily", filters) == ["programme", "area"]


def test_what_the_pilot_can_be_asked(pilot):
    known = scope(pilot)
    assert known.programmes == ("BPNT", "PKH")
    assert known.channels == ("agent", "self")
    assert known.first_day == dt.date(2025, 9, 18)
    assert known.recent_periods == known.periods[-2:]


def value(warehouse: Warehouse, metric: str, filters: Filters) -> float:
    return float(measure(warehouse, METRICS[metric], filters)["value"].iloc[0])
