"""What a folder of photos says of itself: `faces.csv` beside `faces/`, checked before any photo is read."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analytics.biometrics.errors import FaceError
from analytics.files import lies_inside

FIRST_ROWS = 5
"""Rows that an error names."""


class ListingError(FaceError):
    """A folder of photos that cannot be used; names rows of `faces.csv`, never what they say."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The photos of a folder.

    Attributes:
        faces: The folder that holds the files.
        rows: One row a file, columns file, identity (text) and captured_at (datetime, empty where unknown).
    """

    faces: Path
    rows: pl.DataFrame


def read_listing(folder: Path) -> Listing:
    """Read `faces.csv` (file, identity and, where known, captured_at) and find its files.

    A row that says the same as an earlier one is dropped.

    Raises:
        ListingError: there is no such folder or file, a column is missing, a cell is empty, a file leads out of the
            folder or is not there, one file has two identities, or a time cannot be read.
    """
    listed, faces = folder / "faces.csv", folder / "faces"
    if not listed.is_file() or not faces.is_dir():
        raise ListingError(
            f"{folder} holds no photos to enrol.",
            next_step="Give a folder that holds faces/ (the photos) and faces.csv (columns file, identity).",
        )
    try:
        rows = pl.read_csv(listed, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ListingError(f"{listed} cannot be read as CSV.", cause=type(error).__name__) from error
    if missing := [name for name in ("file", "identity") if name not in rows.columns]:
        raise ListingError(f"{listed} lacks the column {' and '.join(missing)}.")
    rows = rows.select("file", "identity", captured_at=_times(rows, listed)).with_row_index("row", offset=2)
    rows = rows.with_columns(pl.col("file", "identity").str.strip_chars())
    empty = pl.any_horizontal(pl.col("file", "identity").fill_null("") == "")
    _refuse(rows.filter(empty), listed, "name no file or no identity")
    rows = rows.unique(["file", "identity"], keep="first", maintain_order=True)
    _refuse(rows.filter(pl.col("file").is_duplicated()), listed, "give one file to several identities")
    inside = rows["file"].map_elements(lambda file: lies_inside(faces, file), return_dtype=pl.Boolean)
    _refuse(rows.filter(~inside), listed, "lead out of faces/")
    there = rows["file"].map_elements(lambda file: (faces / file).is_file(), return_dtype=pl.Boolean)
    _refuse(rows.filter(~there), listed, "name files that are not in faces/")
    if rows.is_empty():
        raise ListingError(f"{listed} lists no photos.")
    return Listing(faces=faces, rows=rows.drop("row"))


def _times(rows: pl.DataFrame, listed: Path) -> pl.Series:
    if "captured_at" not in rows.columns:
        return pl.Series("captured_at", [None] * rows.height, dtype=pl.Datetime("us"))
    said = rows["captured_at"].str.strip_chars().replace("", None)
    made = said.str.replace(" ", "T", literal=True).str.to_datetime("%FT%T", strict=False, time_unit="us")
    days = said.str.to_date("%F", strict=False).cast(pl.Datetime("us"))
    times = made.fill_null(days)
    broken = pl.DataFrame({"row": pl.int_range(2, rows.height + 2, eager=True)}).filter(
        said.is_not_null() & times.is_null()
    )
    _refuse(broken, listed, "have a captured_at that is not like 2026-08-17 or 2026-08-17 14:05:33")
    return times


def _refuse(rows: pl.DataFrame, listed: Path, what: str) -> None:
    """Raise ListingError where there are rows."""
    if rows.is_empty():
        return
    named = ", ".join(f"{row:,}" for row in rows["row"].head(FIRST_ROWS))
    more = ", …" if rows.height > FIRST_ROWS else ""
    raise ListingError(
        f"{rows.height:,} rows of {listed} {what}.", cause=f"Rows {named}{more}.", next_step="Nothing was enrolled."
    )
