"""Made records on paper and in a workbook: hostile text, nothing to show, failures, long and wide tables."""

import io
import re

import openpyxl
import pandas as pd
import pypdf
import pytest

from analytics.metrics import Filters
from dashboard.briefs.cells import decimals_of, marked, plain
from dashboard.briefs.fonts import writable
from dashboard.briefs.pdf import MOST_COLUMNS, MOST_ROWS, write_pdf
from dashboard.briefs.record import Card, Content, Part, Record
from dashboard.briefs.workbook import write_workbook
from dashboard.charts.bars import bars
from dashboard.charts.caterpillar import caterpillar
from dashboard.words import Words
from validation.errors import TepatError
from validation.text import LANGUAGES

ID = Words("id")


def record_of(*parts: Part, words: Words = ID, cards: tuple[Card, ...] = (), simulated: bool = False) -> Record:
    return Record(
        page="ringkasan", dataset="pilot", title="Temuan & <judul>", subtitle="ukuran · tempat", words=words,
        stamp="Data per kini", filters="Menampilkan: semua", snapshot="s1", simulated=simulated, given=Filters(),
        cards=list(cards), parts=list(parts),
    )  # fmt: skip


def said(record: Record) -> str:
    pages = pypdf.PdfReader(io.BytesIO(write_pdf(record))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def cells(record: Record) -> list[list[object]]:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(record)))
    return [list(row) for sheet in book for row in sheet.iter_rows(values_only=True)]


def table(data: pd.DataFrame, title: str = "Bagian", **rest: object) -> Part:
    return Part(title, lambda: Content(data), **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_to_show_is_said_and_no_number_is_made_up(language):
    words = Words(language)
    empty = table(pd.DataFrame({"a": []}))
    record = record_of(empty, Part("Kosong", lambda: "Tidak ada data."), words=words)
    text = said(record)
    assert words("brief.empty") in text
    assert "Tidak ada data." in text
    assert words("app.simulated") not in text
    assert "Tidak ada data." in [row[0] for row in cells(record)]
    assert said(record_of(words=words))


def test_simulated_data_are_said_on_every_page():
    rows = pd.DataFrame({"a": range(200)})
    pages = pypdf.PdfReader(io.BytesIO(write_pdf(record_of(table(rows), simulated=True)))).pages
    assert len(pages) > 1
    assert all("DATA SIMULASI" in page.extract_text() for page in pages)


def test_a_failing_part_is_a_sentence_and_the_rest_stays():
    def fails() -> Content:
        raise RuntimeError("3510050101900001")

    def refused() -> Content:
        raise TepatError("Sumber tidak ada.", next_step="Coba lagi.")

    record = record_of(Part("Satu", fails), Part("Dua", refused), table(pd.DataFrame({"a": [41]}), "Tiga"))
    text = said(record)
    assert "3510050101900001" not in text
    assert "Sumber tidak ada. Coba lagi." in text
    assert "41" in text


def test_numbers_are_written_in_the_reader_s_language_and_stay_numbers_in_the_workbook():
    data = pd.DataFrame({
        "bagian": [0.12345, None], "banyak": [1234567, 2], "uang": [1234.5, 2.0],
        "hari": pd.to_datetime(["2026-08-17", None]),
    })  # fmt: skip
    record = record_of(table(data))
    text = said(record)
    for expected in ("0,1235", "1.234.567", "1.234,50", "17 Agu 2026", "–", "0,1234 berarti 12,34"):
        assert expected in text
    row = next(row for row in cells(record) if 1234567 in row)
    assert row[:4] == [0.12345, 1234567, 1234.5, "2026-08-17"]
    assert any(row[:2] == [None, 2] for row in cells(record))


def test_text_that_a_spreadsheet_would_run_is_disarmed_everywhere():
    evil = '=HYPERLINK("http://x","y")'
    part = table(pd.DataFrame({evil: ["=1+1", "@sum", "-1 orang"]}), evil, notices=("+A1",), definitions=("=2",))
    record = record_of(part, Part("", notices=(evil,)), cards=(Card(evil, "=3", "=4"),))
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(record)))
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in texts if cell.data_type == "f"]
    assert not [cell for cell in texts if str(cell.value).startswith(("=", "+", "-", "@"))]


def test_markup_and_signs_without_a_letter_do_no_harm():
    name = "<para>&amp; <b>Désa</b> Ñ κ ▲ 日 'x'"
    part = table(pd.DataFrame({name: [name]}), name, notices=(name,), definitions=(name,))
    text = said(record_of(part, cards=(Card(name, name, name, name),)))
    assert "<b>Désa</b> Ñ kappa ? 'x'" in text
    assert writable("↗ membaik") == "membaik"
    assert plain(":material/info: **a** [b](http://c)") == "a b"
    assert plain("**Pasangan**: *perlu ditinjau*; 2 * 3 * 4") == "Pasangan: perlu ditinjau; 2 * 3 * 4"
    assert marked("**a** & <b>") == "<b>a</b> &amp; &lt;b&gt;"


def test_long_and_wide_tables_say_what_they_leave_to_the_workbook():
    wide = pd.DataFrame({f"kolom{number}": range(MOST_ROWS + 7) for number in range(MOST_COLUMNS + 2)})
    record = record_of(table(wide))
    text = said(record)
    assert ID("brief.more_rows", shown=MOST_ROWS, all=MOST_ROWS + 7) in text
    assert f"kolom{MOST_COLUMNS} dan kolom{MOST_COLUMNS + 1}" in text
    rows = [row for row in cells(record) if isinstance(row[0], int)]
    assert len(rows) == MOST_ROWS + 7
    assert {len(row) for row in rows} == {MOST_COLUMNS + 2}


def test_a_figure_too_high_for_paper_falls_to_its_table():
    data = pd.DataFrame({
        "code": [f"35.{number:03}" for number in range(200)], "name": [f"desa {number}" for number in range(200)],
        "value": 0.3, "low": 0.2, "high": 0.4, "rank": "",
    })  # fmt: skip
    chart = caterpillar(data, words=ID, measure="galat", reference=0.1, reference_label="seluruhnya")
    text = said(record_of(Part("Urutan", lambda: Content(chart.table, chart=chart))))
    assert ID("brief.undrawn") in text
    assert "desa 12" in text


def test_a_definition_is_printed_once():
    chart = bars(pd.DataFrame({"name": ["a"], "value": [1.0]}), words=ID, measure="m", category_label="k")
    parts = [
        Part(title, lambda: Content(chart.table, chart=chart), definitions=("**Cakupan**  \nPembilang: x.",))
        for title in ("Satu", "Dua")
    ]
    text = said(record_of(*parts))
    assert text.count("Pembilang: x.") == 1
    assert ID("brief.defined_above", names="Cakupan") in text


def test_sheets_of_one_name_are_told_apart_and_long_names_are_cut():
    part = table(pd.DataFrame({"a": [1]}), "Kesenjangan antar kelompok: [kesalahan] inklusi")
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(record_of(part, part, part))))
    names = book.sheetnames
    assert len(names) == len({name.lower() for name in names}) == 4
    assert all(len(name) <= 31 for name in names)


def test_every_sheet_has_its_stamp_and_filters():
    record = record_of(table(pd.DataFrame({"a": [1]})), cards=(Card("x", "1", "n"),))
    for sheet in openpyxl.load_workbook(io.BytesIO(write_workbook(record))):
        lines = [row[0] for row in sheet.iter_rows(values_only=True)]
        assert record.stamp in lines
        assert record.filters in lines


def test_decimals_follow_the_column():
    assert decimals_of(pd.Series([1.0, 2.0])) == 0
    assert decimals_of(pd.Series([0.1, 1.0])) == 4
    assert decimals_of(pd.Series([0.1, 1.5])) == 2
    assert decimals_of(pd.Series([float("nan")])) == 0
