"""Downloads carry their stamp, hold numbers as numbers, and disarm what a spreadsheet would run."""

import io

import openpyxl
import pandas as pd
import pytest

from dashboard.downloads import write

TABLE = pd.DataFrame({"Wilayah": ["Licin", "=cmd|' /C calc'!A0", "@x", None], "Nilai": [0.125, None, 1234.5, 2]})
NOTES = ["DATA SIMULASI · Data per 17 Agustus 2026", "snapshot x"]


def test_csv_for_indonesian_excel():
    text = write(TABLE, form="csv_id", notes=NOTES)
    assert text.startswith(b"\xef\xbb\xbf# DATA SIMULASI")
    lines = text.decode("utf-8-sig").split("\r\n")
    assert lines[1:4] == ["# snapshot x", "Wilayah;Nilai", "Licin;0,125"]


def test_csv_for_machines_reads_back():
    found = pd.read_csv(io.BytesIO(write(TABLE, form="csv", notes=NOTES)), comment="#")
    assert found["Nilai"].dropna().to_list() == [0.125, 1234.5, 2]


def test_xlsx_holds_numbers_and_a_sheet_of_notes():
    book = openpyxl.load_workbook(io.BytesIO(write(TABLE, form="xlsx", notes=NOTES)))
    assert [cell.value for cell in book["Data"][2]] == ["Licin", 0.125]
    assert book["Data"]["B3"].value is None
    assert [row[0].value for row in book["Keterangan"].rows] == NOTES


@pytest.mark.parametrize("form", ["csv_id", "csv", "xlsx"])
def test_no_cell_starts_like_a_formula(form):
    made = write(TABLE, form=form, notes=NOTES)
    if form == "xlsx":
        cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(made))["Data"].rows for cell in row]
    else:
        cells = [cell for line in made.decode().splitlines() for cell in line.split(";" if form == "csv_id" else ",")]
    assert not [cell for cell in cells if isinstance(cell, str) and cell.startswith(("=", "@", "+", "-"))]
