"""Usul & Sanggah: what the page shows of waiting and evidence is what analytics measured, and the warning stands."""

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from analytics.access import VISITOR, Scope
from analytics.disclosure import SMALLEST, hidden_in_list
from analytics.eligibility import rulebook
from analytics.metrics import Filters
from analytics.objections.backlog import backlog
from analytics.objections.durations import ages, curve, durations
from analytics.objections.evidence import overturned
from analytics.objections.sources import corrections
from analytics.settings import settings
from dashboard import objections
from dashboard.reader import Reader
from dashboard.views import objecting, waiting
from dashboard.views import overturned as proving
from dashboard.words import Words
from tests.analytics.objections.conftest import busy, busy_home  # noqa: F401 - fixtures
from tests.dashboard.test_pages import open_page, sound, spoken
from validation.text import LANGUAGES


@pytest.fixture
def view(busy_home, busy, monkeypatch):  # noqa: F811
    """A reader of the pilot in which many object, without a page."""
    monkeypatch.setenv("TEPAT_HOME", str(busy_home))
    settings.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    return Reader(busy.manifest, Filters(), Words("id"), Scope(VISITOR))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_and_says_that_objectors_select_themselves(language, busy_home, monkeypatch):  # noqa: F811
    at = open_page(busy_home, "usul_sanggah", monkeypatch, language)
    sound(at)
    words = Words(language)
    assert words("objections.warning") in spoken(at)
    for name in ("waiting_curve", "waiting_steps", "backlog", "forecast", "overturned", "source_corrections"):
        assert words(f"panels.{name}") in [element.value for element in at.subheader]
    assert words("panels.no_table") not in spoken(at)


def test_a_snapshot_of_an_older_version_leaves_these_panels_empty_and_the_page_standing(
    busy_home,  # noqa: F811
    tmp_path,
    monkeypatch,
):
    import shutil

    home = shutil.copytree(busy_home, tmp_path / "older", ignore=shutil.ignore_patterns("exports", "truth"))
    for name in ("objection_durations", "objection_weeks", "objection_evidence", "objections_by_agent"):
        for path in home.rglob(f"{name}.parquet"):
            path.unlink()
    at = open_page(home, "usul_sanggah", monkeypatch)
    sound(at)
    assert Words("id")("panels.no_table") in spoken(at)


def test_the_curve_is_the_measured_one_as_far_as_thirty_wait(view, busy):  # noqa: F811
    chart, found = waiting.curve(view), curve(busy)
    shown = found.days[found.days["at_risk"] >= 30]
    ended = next(trace for trace in chart.figure.data if trace.name == "ended")
    assert list(ended.y) == pytest.approx(list(1 - shown["survival"]))
    share, _ = found.done_within(30)
    assert view.words.percent(share) in chart.alt
    assert next(trace for trace in chart.figure.data if trace.name == "median").x[0] == found.quantile(0.5).value


def test_the_limit_is_the_setting(view, busy, monkeypatch):  # noqa: F811
    monkeypatch.setenv("TEPAT_OBJECTION_DAYS", "20")
    settings.cache_clear()
    chart = waiting.ages(view)
    assert Words("id")("objections.limit", days="20") in chart.alt
    late = ages(busy)
    bars = next(trace for trace in chart.figure.data if trace.name == "bars")
    bands = pd.cut(late.index.to_series(), [-1, 7, 14, 20, 40, np.inf]).to_numpy()
    counts = late.groupby(bands, observed=False).sum()
    assert list(bars.x) == counts[~hidden_in_list(counts)].tolist()
    assert min(bars.x) >= SMALLEST
    assert bool(chart.withheld) == (len(bars.x) < len(counts))
    shown = waiting.durations(view, by="kind")["in_time"].tolist()
    row = durations(busy, window=20, by="kind").iloc[0]
    assert shown[0].startswith(view.words.percent(row["in_time"]))


def test_the_forecast_goes_on_from_the_last_whole_week(view, busy):  # noqa: F811
    chart, found = waiting.forecast(view), backlog(busy)
    ahead = next(trace for trace in chart.figure.data if trace.name == "ahead")
    assert list(ahead.y) == pytest.approx([found.weeks["open"].iloc[-1], *found.ahead["value"]])
    assert view.words.number(found.ahead["high95"].iloc[-1]) in chart.alt
    assert view.words.number(found.came, decimals=1) in waiting.pace(view)


@pytest.mark.parametrize("by", ["rule", "district", "channel"])
def test_overturn_rates_are_the_measured_ones_and_few_are_not_drawn(view, busy, by):  # noqa: F811
    chart, found = proving.groups(view, by=by), overturned(busy, by=by)
    drawn = [value for trace in chart.figure.data if trace.x is not None for value in trace.x]
    assert sorted(drawn) == pytest.approx(sorted(found.groups["value"].dropna()))
    hidden = found.groups["value"].isna().sum()
    assert (view.words("objections.few_groups", count=view.words.number(hidden)) in chart.alt) == bool(hidden and drawn)


def test_sources_are_told_for_the_chosen_programme(view, busy):  # noqa: F811
    found = corrections(busy, "BPNT", rulebook(), day=busy.manifest.day)
    rows = proving.source_rows(view, programme="BPNT")
    assert len(rows) == found.errors["source"].nunique()
    alone = found.refused.set_index("source")["alone"]
    told = found.errors["source"].unique()
    pd.testing.assert_series_equal(rows["alone"], alone.loc[told], check_index=False, check_names=False)
    assert proving.sources(view, programme="") is None


def test_flow_and_names_follow_the_choice(view):
    found = objecting.flow_by(view, by="channel")
    assert set(found["group"]) == {"portal", "pendamping", "kantor desa"}
    assert objections.group_name(view, "programme", "") == view.words("objections.no_programme")


def test_an_officer_sees_the_area_alone(view, busy):  # noqa: F811
    area = busy.run(busy.mart("objection_durations"))["district"].value_counts().index[0]
    limited = Reader(busy.manifest, Filters(), Words("id"), Scope("officer", area))
    assert objections.ages(limited).sum() == ages(busy.within(area)).sum()
    assert objections.ages(limited).sum() < objections.ages(view).sum()
    assert set(objections.flow(limited, by="district")["group"]) == {area}
