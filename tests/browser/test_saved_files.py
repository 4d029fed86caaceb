"""What the browser saves: every format, stamped, for Excel in Indonesia too."""

import codecs
import csv
import io
from pathlib import Path

import openpyxl
import pytest

pytestmark = pytest.mark.browser

SIMULATED = "DATA SIMULASI"


def saved(visitor, button) -> tuple[str, bytes]:
    """Press a download button; return the file's name and content."""
    with visitor.page.expect_download() as waiting:
        button.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def table_of(text: str, *, separator: str) -> list[list[str]]:
    """Return the rows below the notes."""
    lines = [line for line in io.StringIO(text) if not line.startswith("#")]
    return list(csv.reader(lines, delimiter=separator))


@pytest.fixture
def unduh(desk):
    """Open the downloads of a panel."""
    desk.go("pendaftaran")
    return desk.popover(desk.page.locator(".st-key-tools_stages").get_by_role("button", name="Unduh"))


def test_csv_for_excel_in_indonesia_has_bom_semicolons_and_stamp(desk, unduh, pilot):
    name, content = saved(desk, unduh.get_by_role("button", name="CSV untuk Excel Indonesia"))

    assert name.endswith(f"{pilot.manifest.snapshot}.excel.csv")
    assert content.startswith(codecs.BOM_UTF8)
    text = content.decode("utf-8-sig")
    assert SIMULATED in text
    assert pilot.manifest.snapshot in text
    header, *rows = table_of(text, separator=";")
    assert len(header) > 1
    assert rows
    assert any("," in cell and cell.replace(",", "", 1).isdigit() for row in rows for cell in row)


def test_csv_for_machines_has_commas_points_and_stamp(desk, unduh, pilot):
    name, content = saved(desk, unduh.get_by_role("button", name="CSV untuk mesin"))

    assert name.endswith(f"{pilot.manifest.snapshot}.csv")
    assert not content.startswith(codecs.BOM_UTF8)
    text = content.decode("utf-8")
    assert SIMULATED in text
    assert pilot.manifest.snapshot in text
    header, *rows = table_of(text, separator=",")
    assert len(header) > 1
    assert {len(row) for row in rows} == {len(header)}
    assert any("." in cell and cell.replace(".", "", 1).isdigit() for row in rows for cell in row)


def test_workbook_has_numbers_and_stamp(desk, unduh, pilot):
    name, content = saved(desk, unduh.get_by_role("button", name="XLSX"))

    assert name.endswith(f"{pilot.manifest.snapshot}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    data, about = (list(sheet.values) for sheet in book.worksheets)
    assert any(isinstance(cell, int | float) for row in data[1:] for cell in row)
    notes = " ".join(str(cell) for row in about for cell in row)
    assert SIMULATED in notes
    assert pilot.manifest.snapshot in notes


def test_rows_of_the_quality_page_are_stamped_too(desk, pilot):
    desk.go("mutu_data")
    table = desk.page.locator(".st-key-table_quality_tables")
    name, content = saved(desk, table.get_by_role("button", name="CSV untuk mesin"))

    assert pilot.manifest.snapshot in name
    text = content.decode("utf-8")
    assert SIMULATED in text
    assert pilot.manifest.snapshot in text
    assert "registrations" in text
