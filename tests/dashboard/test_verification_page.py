"""Whom verification fails, as the page Pendaftaran says it: measured figures, the reference, what to expect."""

import pandas as pd
import pytest
import streamlit as st

from analytics.access import VISITOR, Scope
from analytics.metrics import METRICS, Filters
from analytics.metrics.verifying import REFERENCES, verification_gaps
from dashboard.reader import Reader
from dashboard.views import verifying
from dashboard.words import Words
from tests.conftest import ROOT
from tests.dashboard.test_pages import open_page, sound, spoken


@pytest.fixture
def view(pilot_home, pilot, monkeypatch):
    monkeypatch.setenv("TEPAT_HOME", str(pilot_home))
    st.cache_data.clear()
    st.cache_resource.clear()
    return Reader(pilot.manifest, Filters(), Words("id"), Scope(VISITOR))


@pytest.mark.parametrize("metric", verifying.PANELS.values())
def test_the_figures_are_those_that_were_measured_and_the_table_says_all(metric, view, pilot):
    chart = verifying.who_fails(view, metric=metric)
    assert chart is not None
    expected = pd.concat([verification_gaps(pilot, METRICS[metric], Filters(), by=by) for by in REFERENCES])
    table = chart.table
    assert table[METRICS[metric].label.id].tolist() == pytest.approx(expected["value"].tolist())
    assert table["Selisih dari acuan"].dropna().tolist() == pytest.approx(expected["gap"].dropna().tolist())
    attempts = pd.concat([verification_gaps(pilot, METRICS["mean_attempts"], Filters(), by=by) for by in REFERENCES])
    assert table["Percobaan rata-rata"].tolist() == pytest.approx(attempts["value"].tolist())
    assert table[["Percobaan, selang bawah", "Percobaan, selang atas"]].notna().all(axis=None)
    officers = pd.concat(
        [verification_gaps(pilot, METRICS["verification_reviewed"], Filters(), by=by) for by in REFERENCES]
    )
    assert table["Diputuskan petugas"].tolist() == pytest.approx(officers["value"].tolist(), nan_ok=True)
    assert (officers.loc[officers["value"].isna(), "reason"] == "withheld").all()
    assert chart.alt.count("acuan") == len(REFERENCES)


def test_the_sentence_names_the_group_with_the_widest_gap_or_none(view, monkeypatch):
    found = verifying.groups(view, "verification_failed")
    above = found[found["gap_low"] > 0]
    assert len(above)
    said = verifying.finding(view)
    assert above.sort_values("gap")["name"].iloc[-1] in said
    assert view.words("verifying.nobody_refused") in said
    monkeypatch.setattr(verifying, "groups", lambda *_: found.assign(gap_low=-1.0))
    assert verifying.finding(view).startswith(view.words("verifying.fails_alike"))
    monkeypatch.setattr(verifying, "groups", lambda *_: found.iloc[:0])
    assert verifying.finding(view) == view.words("verifying.unknown")


def test_small_groups_show_no_rate(view):
    few = view.with_filters(area="35.10.16.2001")
    found = verifying.groups(few, "verification_failed")
    assert set(found.loc[found["value"].isna(), "basis"].str.contains("kecil|desa")) <= {True}


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_says_what_to_expect_and_that_nobody_is_refused(language, pilot_home, monkeypatch):
    at = open_page(pilot_home, "pendaftaran", monkeypatch, language)
    sound(at)
    words, said = Words(language), spoken(at)
    for key in ("nobody_refused", "expected", "intervals"):
        assert words(f"verifying.{key}") in said
    for panel in ("who_fails", "who_fails_first", "agents_verified", "agents_by_region"):
        assert words(f"panels.{panel}") in said
    assert METRICS["unverified_agent_days"].label.to(language) in said
    assert len((ROOT / "pages" / "pendaftaran.py").read_text().splitlines()) <= 120
