"""How large a file of an export may be, looked at before it is unpacked or decoded.

A workbook is a zip file and Parquet is packed: a few kilobytes may stand for more than any memory holds.
"""

import zipfile
import zlib
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from analytics.settings import settings
from validation.errors import ExportError

MEGABYTE: Final = 2**20
PART: Final = MEGABYTE
"""Bytes unpacked at a time."""
MOST_PARTS: Final = 10_000
"""Files inside a workbook; one of a hundred sheets with a picture each has some three hundred."""
MOST_COLUMNS: Final = 16_384
"""As many as a sheet has."""
MOST_HEADER: Final = MEGABYTE
"""Characters of a CSV file's first line."""
MOST_TEXT: Final = 32_767
"""Characters of one cell: as many as a cell of a sheet holds."""


def require_size(path: Path) -> None:
    """Refuse a file that is larger than TEPAT_FILE_LIMIT_MB.

    Raises:
        ExportError: it is.
    """
    _demand(path.name, path.stat().st_size, settings().file_limit_mb * MEGABYTE, "bytes", "FILE_LIMIT_MB")


def require_workbook(path: Path) -> None:
    """Refuse a workbook that unpacks to more than TEPAT_UNPACKED_LIMIT_MB; unpacks it to nowhere to find out.

    What the file says of its own sizes is not believed.

    Raises:
        ExportError: it does, has too many parts, or is no whole zip file.
    """
    most = settings().unpacked_limit_mb * MEGABYTE
    unpacked = 0
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            if len(parts) > MOST_PARTS:
                raise too_large(path.name, f"It has {len(parts):,} parts, more than {MOST_PARTS:,}.")
            for part in parts:
                with book.open(part) as file:
                    while content := file.read(PART):
                        unpacked += len(content)
                        _demand(path.name, unpacked, most, "bytes unpacked", "UNPACKED_LIMIT_MB")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise ExportError(
            f"{path.name} cannot be read.",
            cause="It is not a readable XLSX file.",
            next_step="Export it again; nothing was published.",
        ) from error


def require_parquet(path: Path, columns: int) -> None:
    """Refuse a Parquet file that says that it has more rows, columns or bytes than the limits allow.

    Args:
        path: The file.
        columns: How many of its columns are read.

    Raises:
        ExportError: it does.
        ArrowInvalid, OSError: it is no Parquet file.
    """
    facts = pq.read_metadata(path)
    require_columns(path.name, facts.num_columns)
    require_rows(path.name, facts.num_rows)
    unpacked = sum(facts.row_group(number).total_byte_size for number in range(facts.num_row_groups))
    most = settings().unpacked_limit_mb * MEGABYTE
    # A value that repeats takes no room in the file, and eight bytes in memory.
    _demand(path.name, max(unpacked, facts.num_rows * columns * 8), most, "bytes unpacked", "UNPACKED_LIMIT_MB")


def require_rows(file: str, rows: int) -> None:
    """Refuse a file with more rows than TEPAT_ROWS_LIMIT.

    Raises:
        ExportError: it has.
    """
    _demand(file, rows, settings().rows_limit, "rows", "ROWS_LIMIT")


def require_columns(file: str, columns: int) -> None:
    """Refuse a file with more columns than a sheet has.

    Raises:
        ExportError: it has.
    """
    if columns > MOST_COLUMNS:
        raise too_large(file, f"It has {columns:,} columns, more than {MOST_COLUMNS:,}.")


def too_large(file: str, cause: str) -> ExportError:
    """Return the error that says what is too large."""
    return ExportError(
        f"{file} is too large to be read.",
        cause=cause,
        next_step="Check that it is the export; nothing was published.",
    )


def _demand(file: str, found: int, most: int, what: str, setting: str) -> None:
    if found > most:
        raise ExportError(
            f"{file} is too large to be read.",
            cause=f"It has more than {most:,} {what}.",
            next_step=f"Check that it is the export; if it is, raise TEPAT_{setting}. Nothing was published.",
        )
