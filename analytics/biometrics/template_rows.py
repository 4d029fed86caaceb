"""The rows of a gallery's templates: their columns, and what makes one fit to be stored."""

import polars as pl

from analytics.biometrics.errors import FaceError
from analytics.biometrics.gallery import Vectors
from validation.contract import PHOTO_FAULTS

SCHEMA: dict[str, pl.DataType] = {
    "photo": pl.String(),
    "person": pl.String(),
    "status": pl.String(),
    "quality": pl.Float64(),
    "faces": pl.Int32(),
    "bytes": pl.Int64(),
    "width": pl.Int32(),
    "height": pl.Int32(),
    "captured_at": pl.Datetime("us"),
    "model": pl.String(),
}
"""Columns of a row; beside them `vector`, a list of float32, empty unless the status is `ok`."""


class TemplatesError(FaceError):
    """Templates that cannot be read or written; nothing on disk was changed."""


def ready_made(person: pl.Series, vectors: Vectors, *, model: str, photo: pl.Series | None = None) -> pl.DataFrame:
    """Return the rows of templates that were made elsewhere, to be given to `Templates.add`.

    Args:
        person: Pseudonyms of the people (n).
        vectors: Their templates, float32 (n, d).
        model: Name and version of the model that made them.
        photo: Pseudonyms of the photos (n), unique; None = each person has one, which takes the person's.
    """
    return pl.DataFrame(
        {
            "photo": (person if photo is None else photo).cast(pl.String),
            "person": person.cast(pl.String),
            "model": pl.repeat(model, len(person), dtype=pl.String, eager=True),
            "vector": pl.Series(vectors, dtype=pl.Array(pl.Float32, vectors.shape[1])).cast(pl.List(pl.Float32)),
        }
    )


def complete_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return all columns in their types.

    Raises:
        TemplatesError: a row cannot be stored.
    """
    missing = {"photo", "person", "model", "vector"} - set(rows.columns)
    if missing:
        raise TemplatesError(f"The templates lack the columns {', '.join(sorted(missing))}.")
    status = pl.col("status") if "status" in rows.columns else pl.lit("ok")
    given = rows.with_columns(status=status.fill_null("ok"), vector=pl.col("vector").cast(pl.List(pl.Float32)))
    made = given.with_columns(pl.lit(None).alias(name) for name in SCHEMA if name not in given.columns)
    made = made.select([pl.col(name).cast(kind) for name, kind in SCHEMA.items()] + ["vector"])
    usable = pl.col("status") == "ok"
    faults = {
        "photo, person and model are filled in": pl.any_horizontal(pl.col("photo", "person", "model").is_null()),
        "the status is a known one": ~pl.col("status").is_in(["ok", *PHOTO_FAULTS]),
        "a usable photo has a template and no other has": usable != pl.col("vector").is_not_null(),
        "a template's numbers are finite": ~pl.col("vector").list.eval(pl.element().is_finite()).list.all(),
    }
    for said, broken in faults.items():
        if count := made.filter(broken.fill_null(value=False)).height:
            raise TemplatesError(f"{count:,} of {made.height:,} templates cannot be stored.", cause=f"Not so: {said}.")
    return made


def lengths(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the `length` of each template in place of the template."""
    return rows.with_columns(length=pl.col("vector").list.len()).drop("vector")


def demand_one_length(rows: pl.DataFrame) -> None:
    """Refuse templates of one model that cannot be compared.

    Raises:
        TemplatesError: those of one model differ in `length`.
    """
    kinds = rows.drop_nulls().unique().group_by("model").len()
    if kinds.filter(pl.col("len") > 1).height:
        raise TemplatesError(
            "Templates of one model differ in length.", next_step="Name the model and its version for each."
        )
