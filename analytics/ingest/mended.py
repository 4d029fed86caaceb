"""Mended rows: what leaves quarantine as a workbook or CSV a person can correct, and how it comes back in.

The files hold source rows, identifiers and all: they are written outside the warehouse, readable by their owner alone.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pandas as pd
import polars as pl
import xlsxwriter

from analytics.ingest.mapping import Format, TableMapping
from analytics.ingest.reading import ROW, read_source
from analytics.spreadsheets import harmless, restored
from validation.errors import ExportError
from validation.text import Language

MENDED_FORMATS = (".xlsx", ".csv")
XLSX_ROWS = 1_048_575


@dataclass(frozen=True)
class Origin:
    """Where a row comes from: the batch in which it was rejected, its row number in the file then, and the file."""

    COLUMNS: ClassVar = ("tepat_batch", "tepat_row")
    REASON: ClassVar = "tepat_reason"

    batch: str
    row: int
    file: str = ""
    """Empty = the one that the mapping names."""


Origins = dict[int, Origin]
"""Row number in the batch to where the row comes from."""


def mended_table(table: TableMapping, file: str) -> TableMapping:
    """Return a table's mapping for the file of its mended rows: text cells, written as `write_rejected` does."""
    form = Format(decimal=table.format.decimal, empty=table.format.empty)
    return table.model_copy(update={"file": file, "format": form, "where": {}})


def read_mended(folder: Path, table: TableMapping, columns: Collection[str]) -> pl.DataFrame:
    """Read `columns` and those of `Origin` of a file that `write_rejected` wrote, texts as they were in the source.

    Raises:
        ExportError: as `read_source`.
    """
    rows = read_source(folder, table, [*(harmless(name) for name in columns), *Origin.COLUMNS])
    texts = (name for name, kind in rows.schema.items() if kind == pl.String)
    return rows.with_columns(rows[name].map_elements(restored, return_dtype=pl.String) for name in texts).rename(
        restored
    )


def origins_of(rows: pl.DataFrame, table: TableMapping) -> list[Origin]:
    """Return where each mended row comes from.

    Raises:
        ExportError: the columns that say so were changed.
    """
    batches, numbers = (rows[name].cast(pl.String) for name in Origin.COLUMNS)
    whole = numbers.str.strip_suffix(".0").cast(pl.Int64, strict=False)
    lost = rows[ROW].filter(batches.is_null() | whole.is_null())
    if not lost.is_empty():
        raise ExportError(
            f"{table.file}, row {lost[0]}: {' and '.join(Origin.COLUMNS)} are not what was exported.",
            cause="They say which row of which batch is mended.",
            next_step="Export the quarantine again and correct the other columns only.",
        )
    return [Origin(batch, row) for batch, row in zip(batches, whole, strict=True)]


def write_rejected(
    findings: pd.DataFrame, table: TableMapping, source: Path, target: Path, *, ending: str, language: Language
) -> tuple[Path, int]:
    """Write the source rows of rejected rows of one table, all columns, with the reasons beside them.

    Args:
        findings: Rows of the quarantine of this table: batch, row, rule, says_id, says_en.
        table: The table's mapping.
        source: Folder of the export's files.
        target: Folder to write to.
        ending: `.xlsx` or `.csv`.
        language: Of the reasons.

    Returns:
        The file and its number of rows.

    Raises:
        ExportError: the file has fewer rows than when it was judged, or more rows were rejected than a sheet holds.
    """
    says = findings["rule"] + ": " + findings[f"says_{language}"]
    reasons = findings.assign(reason=says).groupby(["batch", "row"], sort=True)["reason"].agg("; ".join).reset_index()
    rows = read_source(source, table, None)
    wanted = pl.DataFrame(
        {
            ROW: pl.Series(reasons["row"].to_numpy(), dtype=pl.Int64),
            "tepat_batch": pl.Series(reasons["batch"].tolist(), dtype=pl.String),
            "tepat_row": pl.Series(reasons["row"].to_numpy(), dtype=pl.Int64),
            Origin.REASON: pl.Series(reasons["reason"].tolist(), dtype=pl.String),
        }
    )
    found = wanted.join(rows, on=ROW, how="inner", maintain_order="left").drop(ROW)
    if found.height < wanted.height:
        raise ExportError(
            f"{table.file} does not hold every rejected row.",
            cause="It is not the file that was judged.",
            next_step="Give --source the folder of the export as it was ingested.",
        )
    texts = found.select(_safe_text(found[name]) for name in found.columns).rename(harmless)
    path = target / f"{table.name}{ending}"
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    if ending == ".csv":
        texts.write_csv(path)
    else:
        _write_workbook(texts, path)
    return path, texts.height


def _safe_text(values: pl.Series) -> pl.Series:
    return _as_text(values).map_elements(harmless, return_dtype=pl.String)


def _as_text(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Boolean:
        return values.cast(pl.String)
    if isinstance(values.dtype, pl.Datetime):
        if values.dtype.time_zone is not None:
            return values.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        return values.dt.strftime("%Y-%m-%d %H:%M:%S%.f")
    return values.cast(pl.String)


def _write_workbook(texts: pl.DataFrame, path: Path) -> None:
    """Write text cells only: a spreadsheet rounds a NIK of sixteen digits that is a number."""
    if texts.height > XLSX_ROWS:
        raise ExportError(
            f"{texts.height} rejected rows do not fit into one sheet.", next_step="Export them with --format csv."
        )
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
        as_text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(texts.width - 1, 0), 18, as_text)
        sheet.write_row(0, 0, texts.columns, book.add_format({"bold": True}))
        for number, row in enumerate(texts.iter_rows(), start=1):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write_string(number, column, value, as_text)
