"""Each page in each language, over the pilot, the households of 2008 and an empty warehouse."""

import re
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.disclosure import SMALLEST
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.comparisons import compare
from analytics.metrics.scope import scope
from dashboard.words import Words
from tests.conftest import ROOT
from validation.text import LANGUAGES, Language

ROOMS = (
    "ringkasan",
    "pendaftaran",
    "usul_sanggah",
    "ketepatan_sasaran",
    "perbandingan_wilayah",
    "dugaan",
    "eksplorasi",
    "antrean",
    "kasus",
    "duplikat",
    "tinjau",
    "pendamping",
    "rencana_cek",
    "aturan",
    "kartu_model",
    "mutu_data",
    "metode",
    "catatan_akses",
)
TITLE_WORDS = 15
PAGE_LINES = 120


def open_page(
    home: Path, name: str, monkeypatch: pytest.MonkeyPatch, language: Language = "id", **query: str
) -> AppTest:
    monkeypatch.setenv("TEPAT_HOME", str(home))
    st.cache_data.clear()
    st.cache_resource.clear()
    at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    for key, value in ({"lang": language} | query).items():
        at.query_params[key] = value
    at.run()
    if name != ROOMS[0]:
        at.switch_page(str(ROOT / "pages" / f"{name}.py"))
        at.run()
    return at


def spoken(at: AppTest) -> str:
    """Everything that the page says in words."""
    kinds = (at.title, at.subheader, at.markdown, at.caption, at.info, at.warning, at.error)
    parts = [str(element.value) for kind in kinds for element in kind]
    return "\n".join(parts + [f"{metric.label} {metric.value}" for metric in at.metric])


def sound(at: AppTest) -> None:
    """Nothing failed, in whole or in a panel."""
    assert not at.exception
    assert not at.error


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ROOMS)
def test_a_page_of_the_pilot_says_its_finding_and_that_its_data_are_simulated(name, language, pilot_home, monkeypatch):
    at = open_page(pilot_home, name, monkeypatch, language)
    sound(at)
    assert len(at.title) == 1
    assert 0 < len(at.title[0].value.split()) <= TITLE_WORDS
    words = Words(language)
    said = spoken(at)
    assert words("app.simulated") in said
    assert words("app.data_until", moment="").strip() in said
    other = Words("en" if language == "id" else "id")
    assert other("app.simulated") not in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ROOMS)
def test_a_page_of_the_households_of_2008_stands_without_a_line_of_code_changed(
    name, language, alatas_home, monkeypatch
):
    at = open_page(alatas_home, name, monkeypatch, language)
    sound(at)
    said = spoken(at)
    assert Words(language)("app.simulated") not in said
    if name == "ketepatan_sasaran":
        values = [metric.value for metric in at.metric]
        assert values == (
            ["51,6\u202f%", "52,6\u202f%", "31,5\u202f%"] if language == "id" else ["51.6%", "52.6%", "31.5%"]
        )
    if name == "pendaftaran":
        assert {metric.value for metric in at.metric} == {"–"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ROOMS)
def test_an_empty_warehouse_shows_no_number_at_all(name, language, tmp_path, monkeypatch):
    at = open_page(tmp_path, ROOMS[0], monkeypatch, language)
    del name  # without data the same welcome stands for every page
    sound(at)
    assert not at.metric
    assert not re.search(r"\d", spoken(at))
    assert at.title[0].value == Words(language)("app.nothing_title")


FILTERS = [{}, {"area": "35.10.16"}, {"area": "35.10.16", "programme": "PKH"}]


@pytest.mark.parametrize("query", FILTERS)
def test_every_card_of_targeting_equals_the_measure_under_the_same_filters(query, pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "ketepatan_sasaran", monkeypatch, **query)
    sound(at)
    known = scope(pilot)
    filters = Filters(
        area=query.get("area", ""),
        programme=query.get("programme", known.programmes[0]),
        periods=known.recent_periods,
    )
    expected = [
        Words("id").percent(measure(pilot, METRICS[name], filters)["value"].iloc[0])
        for name in ("inclusion_error", "exclusion_error", "total_error")
    ]
    assert [metric.value for metric in at.metric] == expected


@pytest.mark.parametrize("query", [{}, {"area": "35.10.16"}, {"channel": "agent"}, {"since": "2025-10-03"}])
def test_every_card_of_registrations_equals_a_count_of_the_rows(query, pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "pendaftaran", monkeypatch, **query)
    sound(at)
    rows = pilot.run(pilot.table("registrations")).sort_values(["submitted_at", "registration_id"])
    rows = rows.assign(first=~rows["family_id"].duplicated())
    day = (rows["submitted_at"] + pd.Timedelta(hours=7)).dt.strftime("%Y-%m-%d")
    rows = rows[(rows["village"] + ".").str.startswith(query.get("area", "")) & (day >= query.get("since", ""))]
    rows = rows[rows["channel"] == query["channel"]] if "channel" in query else rows
    cards = {metric.label: metric.value for metric in at.metric}
    words = Words("id")
    assert cards["Keluarga terdaftar"] == words.number(int(rows["first"].sum()))
    assert cards["Lewat pendamping"] == words.percent(float((rows["channel"] == "agent").mean()))


@pytest.mark.parametrize("query", [{}, {"area": "35.10.16"}, {"programme": "BPNT"}])
def test_every_card_of_objections_equals_a_count_of_the_rows(query, pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "usul_sanggah", monkeypatch, **query)
    sound(at)
    families = pilot.run(pilot.table("families").select("family_id", "village"))
    rows = pilot.run(pilot.table("objections")).merge(families)
    rows = rows[(rows["village"] + ".").str.startswith(query.get("area", ""))]
    rows = rows[rows["programme"] == query["programme"]] if "programme" in query else rows
    cards = {metric.label: metric.value for metric in at.metric}
    counts = {"Usul & sanggah masuk": len(rows), "Belum selesai": int((rows["outcome"] == "pending").sum())}
    for label, count in counts.items():
        # Few are withheld, and under filters what would tell of them by a difference.
        told = cards[label] != "–"
        assert told or 0 < count < SMALLEST or query
        assert not told or (cards[label] == Words("id").number(count) and not 0 < count < SMALLEST)


@pytest.mark.parametrize("query", [{}, {"area": "35.10.16"}, {"programme": "PKH"}])
def test_every_card_of_the_summary_equals_the_page_it_stands_for(query, pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "ringkasan", monkeypatch, **query)
    sound(at)
    known = scope(pilot)
    words = Words("id")
    cards = {metric.label: metric.value for metric in at.metric}
    for programme in [query["programme"]] if "programme" in query else known.programmes:
        filters = Filters(area=query.get("area", ""), programme=programme, periods=known.recent_periods)
        for name, label in (("inclusion_error", "Kesalahan inklusi"), ("exclusion_error", "Kesalahan eksklusi")):
            expected = measure(pilot, METRICS[name], filters)["value"].iloc[0]
            assert cards.pop(f"{label}, {programme}") == words.percent(expected)
    filters = Filters(area=query.get("area", ""), programme=query.get("programme", ""))
    for name in ("registered_families", "objections"):
        expected = measure(pilot, METRICS[name], filters)["value"].iloc[0]
        assert cards.pop(METRICS[name].label.id) == words.number(expected)
    assert not cards


def test_the_title_of_the_regions_counts_those_beyond_the_limits(pilot_home, pilot, monkeypatch):
    at = open_page(pilot_home, "perbandingan_wilayah", monkeypatch, metric="registered_share", level="district")
    sound(at)
    regions = compare(pilot, METRICS["registered_share"], Filters(), level="district").regions
    beyond = int((regions["position"] == "beyond998").sum())
    assert at.title[0].value.startswith(f"{beyond} dari {len(regions)} wilayah")


def test_a_filter_that_does_not_apply_to_a_panel_says_so_there(pilot_home, monkeypatch):
    at = open_page(pilot_home, "pendaftaran", monkeypatch, programme="PKH")
    sound(at)
    assert "Saringan Program tidak berlaku di panel ini." in spoken(at)


def test_an_unknown_region_in_the_url_falls_back_to_all(pilot_home, monkeypatch):
    at = open_page(pilot_home, "ringkasan", monkeypatch, area="99.99", programme="XYZ", since="not-a-day")
    sound(at)
    assert "semua wilayah" in spoken(at)


def test_a_village_too_small_for_a_rate_says_so_and_shows_none(pilot_home, monkeypatch):
    at = open_page(pilot_home, "ketepatan_sasaran", monkeypatch, area="35.10.16.1001", programme="PKH")
    sound(at)
    assert "Pakis" in spoken(at)
    assert {metric.value for metric in at.metric} == {"–"}
    assert "n kecil" in spoken(at) or "Tidak ada data" in spoken(at)


def test_old_data_are_marked(pilot_home, monkeypatch):
    """The pilot of the tests ends in August 2026: the tests themselves run later."""
    assert "Data lebih tua dari 2 hari" in spoken(open_page(pilot_home, "pendaftaran", monkeypatch))


def test_a_failed_publication_is_told_and_the_last_good_data_stay(pilot_home, tmp_path, monkeypatch):
    import shutil

    from analytics.ingest import ingest
    from analytics.settings import Settings
    from validation.errors import ExportError

    shutil.copytree(pilot_home / "warehouse", tmp_path / "warehouse")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExportError):
        ingest(ROOT / "examples" / "banyuwangi.toml", tmp_path / "empty", settings=Settings(home=tmp_path))
    at = open_page(tmp_path, "mutu_data", monkeypatch)
    sound(at)
    assert "Penerbitan terakhir gagal" in at.warning[0].value
    assert "keluarga.parquet is missing" in at.warning[0].value


@pytest.mark.parametrize("page", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.stem)
def test_a_page_reads_like_a_table_of_contents(page):
    text = page.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= PAGE_LINES
    assert not re.search(r"#[0-9A-Fa-f]{6}\b", text), "colours live in the theme"
    assert "def main" not in text
    assert not re.search(r"\bSELECT\b", text)
