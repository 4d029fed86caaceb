"""Downloads: the table twin of a chart as CSV for Excel-id, CSV for machines, and XLSX; each with its stamp.

What leaves here passed the same suppression as the screen: the twin is all there is.
"""

import csv
import io
from collections.abc import Sequence
from typing import Final, Literal

import pandas as pd
import xlsxwriter

from analytics.spreadsheets import harmless

Format = Literal["csv_id", "csv", "xlsx"]
FORMATS: Final[tuple[Format, ...]] = ("xlsx", "csv_id", "csv")
MIME: Final[dict[Format, str]] = {
    "csv_id": "text/csv",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
EXTENSION: Final[dict[Format, str]] = {"csv_id": "excel.csv", "csv": "csv", "xlsx": "xlsx"}


def write(table: pd.DataFrame, *, form: Format, notes: Sequence[str]) -> bytes:
    """Write a table.

    Args:
        table: Headers in the reader's language, numbers as numbers.
        form: `csv_id`: `;`, decimal comma and BOM, as Excel reads it in Indonesia; `csv`: `,` and decimal point;
            `xlsx`: a workbook with the notes on a sheet of their own.
        notes: Stamp, filters and definitions; lines that begin with `#` in CSV.
    """
    safe = table.map(harmless).rename(columns=harmless)
    lines = [harmless(" ".join(note.splitlines())) for note in notes]
    if form == "xlsx":
        return _workbook(safe, lines)
    out = io.StringIO()
    for note in lines:
        out.write(f"# {note}\r\n")
    separator, decimal = (";", ",") if form == "csv_id" else (",", ".")
    safe.to_csv(out, index=False, sep=separator, decimal=decimal, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    return out.getvalue().encode("utf-8-sig" if form == "csv_id" else "utf-8")


def _workbook(table: pd.DataFrame, notes: Sequence[str]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Data")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, str(name), bold)
            sheet.set_column(column, column, max(12, len(str(name)) + 2))
            for row, value in enumerate(table.iloc[:, column], start=1):
                write_cell(sheet, row, column, value)
        about = book.add_worksheet("Keterangan")
        about.set_column(0, 0, 120)
        for row, note in enumerate(notes):
            about.write_string(row, 0, note)
    return out.getvalue()


def write_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object) -> None:
    """Write one cell: numbers as numbers, days as text, nothing for no value."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        sheet.write_blank(row, column, None)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value.date() if isinstance(value, pd.Timestamp) else value))
