"""Flow and durations of the pilot, recomputed from its rows with pandas and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from analytics.disclosure import SMALLEST
from analytics.marts.waiting import KNOWN_FOR
from analytics.metrics import Filters
from analytics.objections.durations import ages, curve, durations, ends
from analytics.objections.flow import COLUMNS, OUTCOMES, SCREENINGS, flow

WINDOW = 30


@pytest.fixture(scope="module")
def settled(rows, busy):
    """Cases filed in days that are as good as complete."""
    known = (rows["newest"] - rows["filed_day"]).dt.days.clip(upper=KNOWN_FOR)
    return rows[known > min(busy.manifest.settling_days, KNOWN_FOR - 1)]


@pytest.mark.parametrize("by", ["kind", "channel", "grounds", "programme", "district"])
def test_what_is_shown_of_the_flow_is_what_the_rows_say(busy, rows, by):
    found = flow(busy, by=by).set_index("group")
    assert list(found.columns) == COLUMNS[1:]
    screening = rows["screening"].fillna("waiting")
    for group, shown in found.iterrows():
        own = rows[by] == group
        expected = {"filed": int(own.sum())}
        expected |= {name: int((own & (screening == name)).sum()) for name in SCREENINGS}
        expected |= {name: int((own & (rows["outcome"] == name)).sum()) for name in OUTCOMES}
        for name, count in expected.items():
            assert pd.isna(shown[name]) or shown[name] == count
            assert not (0 < count < SMALLEST) or pd.isna(shown[name])
    assert found["filed"].notna().any()


def test_nothing_is_said_of_a_day_on_which_few_filed(busy, rows):
    days = rows["filed_day"].value_counts()
    day = days[days < SMALLEST].index[0].date()
    few = Filters(since=day, until=day)
    assert flow(busy, few, by="kind").empty
    assert durations(busy, few, window=WINDOW).empty
    assert curve(busy, few) is None
    assert ages(busy, few).empty


def test_a_hidden_count_is_never_the_difference_of_the_shown_ones(busy):
    for by in ("kind", "grounds", "district"):
        found = flow(busy, by=by)
        for side in (SCREENINGS, OUTCOMES):
            hidden = found[list(side)].isna().sum(axis=1)
            assert not (found["filed"].notna() & (hidden == 1)).any()


@pytest.mark.parametrize("step", ["screening", "field_check", "desk", "whole"])
def test_each_step_is_kaplan_meier_of_the_rows(busy, settled, step):
    rows = settled if step in {"screening", "whole"} else settled[settled["screened_day"].notna()]
    if step in {"field_check", "desk"}:
        rows = rows[(rows["screening"] == "field_check") == (step == "field_check")]
    start = rows["filed_day"] if step in {"screening", "whole"} else rows["screened_day"]
    end = rows["screened_day"].fillna(rows["resolved_day"]) if step == "screening" else rows["resolved_day"]
    days = (end.fillna(rows["newest"]) - start).dt.days.to_numpy()
    oracle = SurvfuncRight(days, end.notna().to_numpy())
    found = curve(busy, step=step)
    at = found.days[found.days["ended"] > 0]
    np.testing.assert_array_equal(at["day"], oracle.surv_times)
    np.testing.assert_allclose(at["survival"], oracle.surv_prob, atol=1e-12)
    row = durations(busy, window=WINDOW).set_index("group").loc[step]
    if len(rows) >= 30:
        assert row["median"] == oracle.quantile(0.5)
        if oracle.surv_prob[-1] > 0:  # statsmodels takes the log of 0 where all have ended
            assert (row["median_low"], row["median_high"]) == oracle.quantile_ci(0.5)


def test_groups_are_kaplan_meier_of_their_rows_and_few_are_not_told(busy, settled):
    found = durations(busy, window=WINDOW, by="kind").set_index("group")
    assert "open" not in found.columns
    for group, row in found.iterrows():
        own = settled[settled["kind"] == group]
        days = (own["resolved_day"].fillna(own["newest"]) - own["filed_day"]).dt.days
        late = int((own["resolved_day"].isna() & (days > WINDOW)).sum())
        assert pd.isna(row["overdue"]) or row["overdue"] == late
        if len(own) < 30:
            assert row["reason"] == "small_n"
            assert pd.isna(row["median"])
            continue
        oracle = SurvfuncRight(days.to_numpy(), own["resolved_day"].notna().to_numpy())
        assert row["median"] == oracle.quantile(0.5)
        after = oracle.surv_prob[oracle.surv_times <= WINDOW][-1]
        assert row["in_time"] == pytest.approx(1 - after)


def test_the_shares_of_all_ways_and_of_the_open_add_up(busy):
    found = ends(busy).groupby("day")["share"].sum()
    waiting = curve(busy).days.set_index("day")["survival"]
    np.testing.assert_allclose(found + waiting, 1)
    assert set(ends(busy)["way"]) <= {"upheld", "rejected", "withdrawn"}


def test_open_cases_by_age_are_those_of_the_rows(busy, rows):
    waiting = rows[rows["resolved_day"].isna()]
    expected = (waiting["newest"] - waiting["filed_day"]).dt.days.value_counts().sort_index()
    assert ages(busy).to_dict() == expected.to_dict()


def test_a_limited_reader_sees_only_the_cases_of_the_area(busy, rows):
    area = rows["district"].value_counts().index[0]
    inside = busy.within(area)
    assert ages(inside).sum() == ((rows["district"] == area) & rows["resolved_day"].isna()).sum()
    assert set(flow(inside, by="district")["group"]) == {area}
    assert flow(inside, Filters(area="35.10.99"), by="district").empty


def test_the_filter_of_registrations_leaves_the_way_in_alone(busy):
    pd.testing.assert_series_equal(ages(busy), ages(busy, Filters(channel="self")))


def test_a_snapshot_without_objections_says_nothing(alatas):
    assert flow(alatas, by="kind").empty
    assert durations(alatas, window=WINDOW).empty
    assert curve(alatas) is None
    assert ends(alatas).empty
    assert ages(alatas).empty
