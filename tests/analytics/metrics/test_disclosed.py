"""Who asks everything of the pilot learns of no few: not from tables, filters, times nor their differences."""

import datetime as dt
from itertools import combinations, pairwise, product

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import PROTECTION
from analytics.metrics import METRICS, Filters, measure, series
from analytics.metrics.comparisons import compare
from analytics.metrics.shares import composition, stages
from analytics.metrics.verifying import verification_gaps
from tests.analytics.disclosure.reading import Reading, narrowest, read, small_and_told, truth

FEW = "eligible_families"
"""Some villages of the pilot have fewer than 10."""
REGISTER = [name for name, metric in METRICS.items() if metric.kind == "register"]
TABLES = {
    "registrations": ("region", "channel", "time"),
    "agent_share": ("region", "time"),
    "eligible_share": ("region", "channel"),
    "eligible_families": ("region", "channel"),
    "verification_failed": ("region", "sex", "age_band"),
    "first_attempt_match": ("region", "channel", "time"),
    "decisions": ("region", "outcome", "time"),
    "agent_days": ("region", "time"),
    "paid_families": ("region", "programme", "period"),
    "objections": ("region", "grounds", "time"),
}


@pytest.mark.parametrize("metric", REGISTER)
def test_regions_of_all_levels_together_tell_of_no_few(pilot, metric):
    entry = METRICS[metric]
    if entry.unit == "rupiah":
        pytest.skip("an amount tells no count")
    for reading in read(pilot, entry, ["region"], counts=truth(pilot, entry)):
        assert small_and_told(reading) == 0
        assert narrowest(reading, most=3) >= PROTECTION


@pytest.mark.parametrize(
    ("metric", "axes"), [(name, pair) for name, axes in TABLES.items() for pair in combinations(axes, 2)]
)
def test_tables_with_all_their_margins_tell_of_no_few(pilot, metric, axes):
    for reading in read(pilot, METRICS[metric], list(axes), counts=truth(pilot, METRICS[metric])):
        assert len(reading.told) > 1 or metric == "objections"
        assert small_and_told(reading) == 0
        assert narrowest(reading, most=3) >= PROTECTION


def test_three_dimensions_together_tell_of_no_few(pilot):
    axes = ["region", "channel", "time"]
    (reading,) = read(pilot, METRICS["registrations"], axes, counts=truth(pilot, METRICS["registrations"]))
    assert small_and_told(reading) == 0
    assert narrowest(reading, most=2) >= PROTECTION


@pytest.mark.parametrize("filters", [Filters(), Filters(area="35.10.16"), Filters(channel="agent")])
def test_days_from_and_to_enclose_no_few_however_they_are_subtracted(pilot, filters):
    """All answers about time are differences between moments that were told: two next to each other hold 0 or 10."""
    entry, moments = METRICS["registrations"], set()
    for grain, step in (("day", 1), ("week", 7)):
        told = series(pilot, entry, filters, grain=grain).dropna(subset=["value"])
        moments |= {*told["when"].dt.date, *(told["when"] + pd.Timedelta(days=step)).dt.date}
    rows = pilot.run(pilot.mart("registrations_daily"))
    rows = rows[
        rows["district"].str.startswith(filters.area) & (rows["channel"] == (filters.channel or rows["channel"]))
    ]
    first = rows["day"].min()
    for until in pd.date_range(first, rows["day"].max(), freq="9D").date:
        ends = Filters(area=filters.area, channel=filters.channel, until=until)
        if not np.isnan(measure(pilot, entry, ends)["value"].iloc[0]):
            moments.add(until + dt.timedelta(days=1))
    assert moments
    for start, end in pairwise(sorted({first, *moments})):
        between = rows[(rows["day"] >= start) & (rows["day"] < end)]["registrations"].sum()
        assert between == 0 or between >= 10


def test_two_nested_and_three_overlapping_filters_tell_of_no_few(pilot):
    entry = METRICS["registrations"]
    rows = pilot.run(pilot.mart("registrations_daily"))
    answered = 0
    for area, channel, until in product(("35.10.01", "35.10.16"), ("agent", "self"), ("2025-10-31", "2026-01-31")):
        day = dt.date.fromisoformat(until)
        given = {"area": area, "channel": channel, "until": day}
        fits = {
            "area": rows["district"] == area,
            "channel": rows["channel"] == channel,
            "until": rows["day"] <= day,
        }
        atoms = rows.assign(**fits).groupby(list(fits))["registrations"].sum()
        atoms = atoms.reindex(pd.MultiIndex.from_product([[False, True]] * 3, names=list(fits)), fill_value=0)
        covers, told, withheld = [], [], []
        for size in range(4):
            for names in combinations(fits, size):
                found = measure(pilot, entry, Filters(**{name: given[name] for name in names}))["value"].iloc[0]
                mask = np.array([all(row[list(fits).index(name)] for name in names) for row in atoms.index], float)
                if np.isnan(found):
                    withheld.append(mask)
                else:
                    covers.append(mask)
                    told.append(found)
        answered += len(told)
        reading = Reading(
            cells=pd.DataFrame({"n": atoms.to_numpy()}),
            covers=np.array(covers), told=np.array(told), withheld=np.vstack([*withheld, np.eye(8)]),
        )  # fmt: skip
        assert small_and_told(reading) == 0
        assert narrowest(reading) >= PROTECTION
    assert answered > 30


def test_a_region_that_is_withheld_is_so_as_a_filter_too(pilot):
    """Chosen in the filter bar it tells no more than in the comparison, and neither does its flow."""
    villages = measure(pilot, METRICS[FEW], by=["village"]).set_index("village")["reason"]
    hidden, shown = villages[villages == "withheld"].index[:3], villages[villages == ""].index[:3]
    assert min(len(hidden), len(shown)) > 0
    for code in hidden:
        row = measure(pilot, METRICS[FEW], Filters(area=code)).iloc[0]
        assert row["reason"] == "withheld"
        assert row[["value", "numerator", "denominator", "n"]].isna().all()
        assert stages(pilot, [METRICS[FEW]], Filters(area=code))["value"].isna().all()
    for code in shown:
        assert measure(pilot, METRICS[FEW], Filters(area=code))["reason"].iloc[0] == ""


def test_a_village_of_few_takes_another_with_it(pilot):
    """Alone it would be its district's total less the other villages'."""
    villages = measure(pilot, METRICS[FEW], by=["village"]).set_index("village")["reason"]
    counts = truth(pilot, METRICS[FEW]).groupby("region")["part_0"].sum()
    small = counts[(counts > 0) & (counts < 10)].index
    assert (villages[small] == "withheld").all()
    for district in {code.rpartition(".")[0] for code in small}:
        assert (villages[villages.index.str.startswith(district)] == "withheld").sum() >= 2


def test_what_a_view_of_one_district_withholds_is_what_the_view_of_all_does(pilot):
    everywhere = compare(pilot, METRICS[FEW], Filters(), level="village").regions.set_index("code")
    for district in sorted({code.rpartition(".")[0] for code in everywhere.index})[:4]:
        here = compare(pilot, METRICS[FEW], Filters(area=district), level="village").regions.set_index("code")
        assert here["reason"].equals(everywhere.loc[here.index, "reason"])
        assert here.loc[here["reason"] == "withheld", "n"].isna().all()


def test_what_is_shown_keeps_its_numbers(pilot):
    found = measure(pilot, METRICS[FEW], by=["village"]).set_index("village")
    counts = truth(pilot, METRICS[FEW]).groupby("region")["part_0"].sum()
    shown = found[found["reason"] == ""]
    assert len(shown)
    assert (shown["value"] == counts[shown.index]).all()


def test_estimates_from_field_checks_are_not_withheld(pilot):
    found = measure(pilot, METRICS["inclusion_error"], Filters(programme="BPNT"), by=["district"])
    assert not (found["reason"] == "withheld").any()


def test_too_many_filters_at_once_are_not_answered(pilot):
    asked = Filters(programme="PKH", channel="self", since=dt.date(2026, 1, 1))
    assert measure(pilot, METRICS["objections"], asked, by=["kind"])["reason"].isin(["withheld"]).all()


def test_parts_of_a_whole_are_shares_of_the_whole_though_some_are_withheld(pilot):
    found = composition(pilot, METRICS["face_checks"], Filters(), by="outcome")
    whole = measure(pilot, METRICS["face_checks"])["value"].iloc[0]
    shown = found.dropna(subset=["value"])
    assert np.allclose(shown["share"], shown["value"] / whole)


def test_groups_of_few_failures_have_no_gap(pilot):
    found = verification_gaps(pilot, METRICS["verification_failed"], Filters(area="35.10.16"), by="age_band")
    assert len(found) > 1
    assert (found["reason"] == "withheld").all()
    assert found[["value", "low", "high", "numerator", "gap", "gap_low", "gap_high"]].isna().all(axis=None)


def test_an_officer_of_an_area_is_told_by_the_same_rule(pilot):
    own = pilot.within("35.10.16")
    villages = measure(own, METRICS[FEW], by=["village"]).set_index("village")
    counts = truth(own, METRICS[FEW]).groupby("region")["part_0"].sum()
    small = counts[(counts > 0) & (counts < 10)].index
    assert len(small)
    assert (villages.loc[small, "reason"] == "withheld").all()


def test_what_is_told_is_worked_out_once_a_snapshot(pilot):
    fresh = pilot.within("35.10.24")
    measure(fresh, METRICS["stage_paid"], by=["village"])
    before = dict(pilot.kept)
    measure(pilot.within("35.10.24"), METRICS["stage_paid"], by=["village"])
    measure(pilot.within("35.10.24"), METRICS["stage_paid"])
    assert pilot.kept == before
