"""Reading source files into rows of text or typed columns, with the row number that a person sees in the file."""

import codecs
import hashlib
import io
from collections.abc import Collection
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.files import lies_inside
from analytics.ingest.bounds import (
    MOST_HEADER,
    MOST_TEXT,
    require_columns,
    require_parquet,
    require_rows,
    require_size,
    require_workbook,
    too_large,
)
from analytics.ingest.mapping import Format, TableMapping
from validation.errors import ExportError

ROW = "__row"
"""Row number in the source, the header being row 1."""

_SEPARATORS = (",", ";", "\t", "|")


def read_source(folder: Path, table: TableMapping, columns: Collection[str] | None) -> pl.DataFrame:
    """Read the `columns` of a table's file, and the row numbers.

    Args:
        folder: The export's folder.
        table: The file's name and format.
        columns: Source columns that the mapping uses; None for all of the file. One that an earlier export may lack is
            empty where it does.

    Returns:
        One row a source row: `columns` (text for CSV and XLSX, the file's own types for Parquet) and `__row`.

    Raises:
        ExportError: the file is missing, empty, of an unknown kind, not encoded as stated, or lacks a column.
    """
    path = source_path(folder, table.file)
    kind = path.suffix.lower()
    readers = {".csv": _read_csv, ".txt": _read_csv, ".xlsx": _read_xlsx, ".parquet": _read_parquet}
    if kind not in readers:
        raise ExportError(
            f"{table.file} is of a kind that cannot be read.",
            cause=f"Its name ends in {kind or 'nothing'}.",
            next_step="Export it as CSV, XLSX or Parquet.",
        )
    require_size(path)
    spare = optional_sources(table)
    frame = readers[kind](path, table.format, columns, spare)
    lacking = [name for name in columns or () if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in lacking)
    require_rows(table.file, frame.height)
    if frame.is_empty():
        raise ExportError(f"{table.file} has no rows.", next_step="Export it again; nothing was published.")
    frame = frame.with_row_index(ROW, offset=2)
    return frame.with_columns(pl.col(ROW).cast(pl.Int64))


def optional_sources(table: TableMapping) -> set[str]:
    """Return the source columns that earlier exports may lack: those that every recipe that uses them calls so."""
    optional = {recipe.source for recipe in table.columns.values() if recipe.source and recipe.optional}
    needed = {recipe.source for recipe in table.columns.values() if recipe.source and not recipe.optional}
    return optional - needed


def source_path(folder: Path, file: str) -> Path:
    """Return the path of `file` inside `folder`.

    Raises:
        ExportError: it is not there, or lies outside the folder.
    """
    if not lies_inside(folder, file):
        raise ExportError(f"{file} lies outside the export's folder.", next_step="Name a file inside the folder.")
    path = (folder / file).resolve()
    if not path.is_file():
        raise ExportError(
            f"The file {file} is missing.",
            cause="It is not in the folder given with --source.",
            next_step="Put it there or correct the mapping; nothing was published.",
        )
    return path


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_parquet(path: Path, form: Format, columns: Collection[str] | None, spare: Collection[str]) -> pl.DataFrame:
    try:
        names = pq.read_schema(path).names
        columns = _demanded(path.name, names, names if columns is None else columns, spare)
        require_parquet(path, len(columns))
        return _emptied(pl.read_parquet(path, columns=list(columns), glob=False), form)
    except (pl.exceptions.ComputeError, pa.ArrowInvalid, OSError) as error:
        raise _broken(path.name, "It is not a whole Parquet file.") from error


def _read_xlsx(path: Path, form: Format, columns: Collection[str] | None, spare: Collection[str]) -> pl.DataFrame:
    require_workbook(path)
    try:
        frame = pl.read_excel(path, sheet_name=form.sheet, engine="calamine", infer_schema_length=0)
    except Exception as error:  # the reader raises its own, undocumented kinds
        sheet = f" with a sheet {form.sheet!r}" if form.sheet else ""
        raise _broken(path.name, f"It is not a readable XLSX file{sheet}.") from error
    columns = _demanded(path.name, frame.columns, frame.columns if columns is None else columns, spare)
    return _emptied(frame.select(columns).cast(pl.String), form)


def _read_csv(path: Path, form: Format, columns: Collection[str] | None, spare: Collection[str]) -> pl.DataFrame:
    source = _utf8(path, form.encoding)
    first = _first_line(source)
    if len(first) >= MOST_HEADER:
        raise too_large(path.name, f"Its first line has more than {MOST_HEADER:,} characters.")
    if not first:
        raise ExportError(f"{path.name} is empty.", next_step="Export it again; nothing was published.")
    header = [name.strip().strip('"') for name in first.split(form.separator)]
    require_columns(path.name, len(header))
    columns = header if columns is None else columns
    if len(header) == 1 and len(columns) > 1:
        other = next((mark for mark in _SEPARATORS if mark in first), None)
        if other:
            raise ExportError(
                f"{path.name} is not separated by {form.separator!r}.",
                cause=f"Its first line looks separated by {other!r}.",
                next_step=f"Say format = {{ separator = {other!r} }} in the mapping.".replace("'", '"'),
            )
    columns = _demanded(path.name, header, columns, spare)
    try:
        # With some columns only, a row with more fields than the header would pass.
        frame = pl.read_csv(source, separator=form.separator, infer_schema=False, glob=False).select(columns)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise _broken(path.name, "A row has more fields than the header, or a quotation mark is not closed.") from error
    longest = frame.select(pl.max_horizontal(pl.all().str.len_chars().max())).item() or 0
    if longest > MOST_TEXT:
        raise too_large(path.name, f"A cell has {longest:,} characters, more than {MOST_TEXT:,}.")
    return _emptied(frame, form)


def _utf8(path: Path, encoding: str) -> Path | io.BytesIO:
    """Return something in UTF-8 to read: the file itself, or its text encoded anew."""
    try:
        codec = codecs.lookup(encoding).name
        " ".encode(codec)  # some codecs pack or hide bytes: they make no text
    except (LookupError, ValueError) as error:
        raise ExportError(
            f"The encoding {encoding!r} of {path.name} is not known.", next_step="Name a Python codec, e.g. cp1252."
        ) from error
    try:
        if codec in {"utf-8", "ascii"}:
            with path.open(encoding="utf-8", errors="strict") as file:
                while file.read(1 << 24):
                    pass
            return path
        return io.BytesIO(path.read_text(encoding=codec).encode())
    except UnicodeError as error:
        line = 0
        if isinstance(error, UnicodeDecodeError) and codec != "utf-8":
            line = path.read_bytes()[: error.start].count(b"\n") + 1
        where = f" (row {line})" if line else ""
        raise ExportError(
            f"{path.name} is not encoded as {encoding}{where}.",
            cause="A byte in it has no meaning in that encoding.",
            next_step='Say the right one in the mapping, e.g. format = { encoding = "cp1252" }.',
        ) from error


def _first_line(source: Path | io.BytesIO) -> str:
    """Return the header; of a line that does not end only the beginning."""
    if isinstance(source, Path):
        with source.open(encoding="utf-8-sig") as file:
            return file.readline(MOST_HEADER).rstrip("\r\n")
    line = source.readline(MOST_HEADER).decode("utf-8-sig", errors="replace").rstrip("\r\n")
    source.seek(0)
    return line


def _emptied(frame: pl.DataFrame, form: Format) -> pl.DataFrame:
    """Strip texts, and make those empty that stand for "no value"."""
    text = pl.col(pl.String).str.strip_chars()
    return frame.with_columns(pl.when(text.is_in(form.empty)).then(None).otherwise(text).name.keep())


def _demanded(file: str, present: Collection[str], needed: Collection[str], spare: Collection[str]) -> list[str]:
    """Return the needed columns that are there; all must be but those of `spare`."""
    missing = sorted(set(needed) - set(present) - set(spare))
    if missing:
        raise ExportError(
            f"{file} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.",
            cause=f"Row 1 names: {', '.join(sorted(present)[:40])}.",
            next_step="Export it again or correct the mapping; nothing was published.",
        )
    return [name for name in needed if name in present]


def _broken(file: str, cause: str) -> ExportError:
    return ExportError(f"{file} cannot be read.", cause=cause, next_step="Export it again; nothing was published.")
