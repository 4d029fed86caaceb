"""Briefs of the pilot's pages: every page says what it is of, and its numbers are the page's, recomputed here."""

import io
import re

import openpyxl
import pypdf
import pytest
import streamlit as st

from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.comparisons import compare
from analytics.metrics.scope import scope
from dashboard.briefs.button import brief_pdf, brief_xlsx
from dashboard.briefs.record import PAGES, Content, Record
from dashboard.briefs.run import run_page
from dashboard.words import Words
from validation.errors import TepatError

BOTH = [*((page, "id") for page in PAGES), ("ringkasan", "en"), ("perbandingan_wilayah", "en")]


@pytest.fixture
def recorded(pilot_home, monkeypatch):
    def run(page: str, language: str = "id", **choices: str) -> Record:
        monkeypatch.setenv("TEPAT_HOME", str(pilot_home))
        st.cache_data.clear()
        st.cache_resource.clear()
        return run_page(page, language=language, choices=choices)

    return run


def flat(text: str) -> str:
    """Words apart by one space, however lines were broken."""
    return re.sub(r"\s+", " ", text.replace("\u202f", " ").replace("\xa0", " ")).strip()


def pages_of(pdf: bytes) -> list[str]:
    return [flat(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def sheet_of(workbook: bytes, header: str) -> list[dict[str, object]]:
    """Rows of the first sheet whose table has a column of that name."""
    for sheet in openpyxl.load_workbook(io.BytesIO(workbook)):
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        for number, row in enumerate(rows):
            if header in row:
                return [dict(zip(row, values, strict=True)) for values in rows[number + 1 :]]
    raise AssertionError(f"no sheet has a column {header}")


@pytest.mark.parametrize(("page", "language"), BOTH)
def test_every_page_of_a_brief_says_what_it_is_of_and_under_which_filters(recorded, page, language):
    record, words = recorded(page, language), Words(language)
    pages = pages_of(brief_pdf(record))
    for number, said in enumerate(pages, start=1):
        assert flat(record.title) in said
        assert flat(record.subtitle) in said
        assert words("app.simulated") in said
        assert flat(words("app.data_until", moment="")).strip() in said
        assert flat(record.filters) in said
        assert record.snapshot in said
        assert words("brief.page", page=number, pages=len(pages)) in said
    whole = " ".join(pages)
    for part in record.parts:
        assert flat(part.title) in whole
    for card in record.cards:
        assert flat(card.value) in whole


def test_the_brief_s_figures_are_tagged_with_their_words_and_its_letters_are_embedded(recorded):
    record = recorded("perbandingan_wilayah")
    reader = pypdf.PdfReader(io.BytesIO(brief_pdf(record)))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "id-ID"
    assert str(root["/MarkInfo"]["/Marked"]).lower() == "true"
    assert reader.metadata.title == flat(record.title)
    kinds: list[tuple[str, str]] = []

    def walk(node) -> None:
        kinds.append((node.get("/S", ""), str(node.get("/Alt", ""))))
        for kid in node["/K"]:
            found = kid.get_object()
            if found.get("/Type") == "/StructElem":
                walk(found)

    walk(root["/StructTreeRoot"]["/K"].get_object())
    assert kinds[0][0] == "/Document"
    assert kinds[1][0] == "/H1"
    contents = [part.content(record.words) for part in record.parts]
    drawn = [content.chart for content in contents if isinstance(content, Content) and content.chart]
    figures = [flat(alt) for kind, alt in kinds if kind == "/Figure"]
    assert figures == [flat(chart.alt) for chart in drawn]
    rows = [kind for kind, _ in kinds].count("/TR")
    assert rows >= sum(len(chart.table) for chart in drawn) + len(drawn)
    fonts = {
        font["/BaseFont"]: font.get("/FontDescriptor", {})
        for page in reader.pages
        for font in (entry.get_object() for entry in page["/Resources"]["/Font"].values())
    }
    assert all("Vera" in name for name in fonts)
    assert all("/FontFile2" in descriptor.get_object() for descriptor in fonts.values())


def test_the_numbers_of_regions_are_those_of_the_measure(recorded, pilot):
    record, words = recorded("perbandingan_wilayah", metric="inclusion_error", level="district"), Words("id")
    seen = scope(pilot)
    asked = Filters(programme=seen.programmes[0], periods=seen.recent_periods)
    regions = compare(pilot, METRICS["inclusion_error"], asked, level="district").regions.dropna(subset=["value"])
    assert len(regions) > 20
    text = " ".join(pages_of(brief_pdf(record)))
    table = sheet_of(brief_xlsx(record), words("charts.table_rank"))
    written = {row[words("charts.table_code")]: row for row in table}
    for row in regions.itertuples():
        assert words.number(row.value, decimals=4) in text
        kept = written[row.code]
        assert kept[words("charts.table_low")] == pytest.approx(row.low, abs=1e-12)
        assert kept[words("charts.table_high")] == pytest.approx(row.high, abs=1e-12)


def test_a_brief_is_under_the_filters_that_were_asked_for(recorded, pilot):
    whole, part = (measure(pilot, METRICS["registered_families"], Filters(area=area)) for area in ("", "35.10.05"))
    record, words = recorded("pendaftaran", "en", area="35.10.05"), Words("en")
    card = next(card for card in record.cards if card.label == METRICS["registered_families"].label.en)
    assert card.value == words.number(part["value"].iloc[0])
    assert card.value != words.number(whole["value"].iloc[0])
    assert all("Muncar" in page for page in pages_of(brief_pdf(record)))


def test_a_brief_of_an_unknown_place_is_refused(recorded):
    with pytest.raises(TepatError, match=r"no area 99\.99"):
        recorded("ringkasan", area="99.99")


@pytest.mark.parametrize("page", ["antrean", "kasus", "tinjau", "rencana_cek", "ringkas"])
def test_pages_about_single_people_have_no_brief(recorded, page):
    with pytest.raises(TepatError, match=f"There is no brief of {page}"):
        recorded(page)


def test_rows_behind_findings_stay_on_the_screen(recorded):
    record = recorded("mutu_data")
    assert record.parts
    assert not [part for part in record.parts if part.title == record.words("quality.rows_quarantine")]
