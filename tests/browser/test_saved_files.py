"""What the browser saves: every format, stamped, for Excel in Indonesia too."""

import codecs
import csv
import io
from pathlib import Path

import openpyxl
import pypdf
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SIMULATED = "DATA SIMULASI"


def saved(visitor, place, label: str) -> tuple[str, bytes]:
    """Press a download button within a place; return the file's name and content."""
    with visitor.page.expect_download() as waiting:
        place.get_by_role("button", name=label).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def table_of(text: str, *, separator: str) -> list[list[str]]:
    """Return header and rows below the notes."""
    lines = [line for line in io.StringIO(text) if not line.startswith("#")]
    return list(csv.reader(lines, delimiter=separator))


def has_fraction(rows: list[list[str]], *, mark: str) -> bool:
    return any(mark in cell and cell.replace(mark, "", 1).isdigit() for row in rows for cell in row)


@pytest.fixture(scope="module")
def downloads(tab, pilot_site):
    """A visitor and the open downloads of a panel."""
    with tab(pilot_site) as visitor:
        visitor.go("pendaftaran")
        yield visitor, visitor.popover(visitor.page.locator(".st-key-tools_stages").get_by_role("button", name="Unduh"))


def test_csv_for_excel_in_indonesia_has_bom_semicolons_and_stamp(downloads, pilot):
    name, content = saved(*downloads, "CSV untuk Excel Indonesia")

    assert name.endswith(f"{pilot.manifest.snapshot}.excel.csv")
    assert content.startswith(codecs.BOM_UTF8)
    text = content.decode("utf-8-sig")
    assert SIMULATED in text
    assert pilot.manifest.snapshot in text
    header, *rows = table_of(text, separator=";")
    assert {len(row) for row in rows} == {len(header)}
    assert has_fraction(rows, mark=",")


def test_csv_for_machines_has_commas_points_and_stamp(downloads, pilot):
    name, content = saved(*downloads, "CSV untuk mesin")

    assert name.endswith(f"{pilot.manifest.snapshot}.csv")
    assert not content.startswith(codecs.BOM_UTF8)
    text = content.decode("utf-8")
    assert SIMULATED in text
    assert pilot.manifest.snapshot in text
    header, *rows = table_of(text, separator=",")
    assert {len(row) for row in rows} == {len(header)}
    assert has_fraction(rows, mark=".")


def test_workbook_has_numbers_and_stamp(downloads, pilot):
    name, content = saved(*downloads, "XLSX")

    assert name.endswith(f"{pilot.manifest.snapshot}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    data, about = (list(sheet.values) for sheet in book.worksheets)
    assert any(isinstance(cell, int | float) for row in data[1:] for cell in row)
    notes = " ".join(str(cell) for row in about for cell in row)
    assert SIMULATED in notes
    assert pilot.manifest.snapshot in notes


def test_rows_of_the_quality_page_are_stamped_too(desk, pilot):
    desk.go("mutu_data")
    name, content = saved(desk, desk.page.locator(".st-key-table_quality_tables"), "CSV untuk mesin")

    assert pilot.manifest.snapshot in name
    text = content.decode("utf-8")
    assert SIMULATED in text
    assert pilot.manifest.snapshot in text
    assert "pendaftaran.parquet" in text


def test_the_brief_of_a_page_is_a_paper_and_a_workbook_with_its_stamp(desk, pilot):
    desk.go("pendaftaran", area="35.10.16")
    place, title = desk.page.locator(".st-key-briefs"), desk.heading.inner_text()

    name, content = saved(desk, place, "Ringkasan PDF")
    assert name == f"tepat_pendaftaran_{pilot.manifest.snapshot}.pdf"
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        said = " ".join(page.extract_text().split())
        assert SIMULATED in said
        assert pilot.manifest.snapshot in said
        assert " ".join(title.split()) in said
    name, content = saved(desk, place, "Ringkasan XLSX")
    assert name == f"tepat_pendaftaran_{pilot.manifest.snapshot}.xlsx"
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet.values for cell in row]
    assert any(SIMULATED in str(cell) for cell in cells)
    assert any(isinstance(cell, int | float) for cell in cells)
    desk.check_sound()


def test_a_grid_offers_no_file_of_its_own(desk):
    desk.go("mutu_data")
    grid = desk.page.get_by_test_id("stDataFrame").first
    grid.hover()
    bar = desk.page.get_by_test_id("stElementToolbar").filter(has=desk.page.get_by_label("Fullscreen")).first
    expect(bar.get_by_label("Fullscreen")).to_be_visible()
    assert desk.page.get_by_label("Download as CSV").count() >= 1
    for button in desk.page.get_by_label("Download as CSV").all():
        expect(button).to_be_hidden()
