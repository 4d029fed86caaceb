"""The records that are compared: one row a person, and what is derived of each for the comparison."""

import polars as pl

from analytics.linkage.errors import LinkageError
from analytics.linkage.names import name_columns

REQUIRED = {
    "person_id": pl.String,
    "family_id": pl.String,
    "name": pl.String,
    "sex": pl.String,
    "birth_date": pl.Date,
    "village": pl.String,
    "district": pl.String,
}
OPTIONAL = {"nik": pl.String, "birth_place": pl.String, "phone": pl.String, "mother_name": pl.String}
"""Columns that records may have beside. A NIK is here to find typing errors; it is kept in memory alone."""
SEXES = ("male", "female")
NIK_DIGITS = 16
PHONE_DIGITS = 9
"""Last digits of a number that are compared: +62 812 …, 0812 … and 812 … are one."""


def require_records(records: pl.DataFrame) -> None:
    """Refuse records that cannot be compared.

    Args:
        records: One row a person: `person_id` (pseudonym, unique), `family_id`, `name`, `sex` (male, female),
            `birth_date`, `village` and `district` (region codes), and those of `OPTIONAL` that are known. Values other
            than `person_id` may be empty.

    Raises:
        LinkageError: a column is missing or of another type, an id is empty or stands twice, a sex is not of `SEXES`.
    """
    missing = [name for name in REQUIRED if name not in records.columns]
    if missing:
        raise LinkageError(
            "The records cannot be compared.",
            cause=f"They lack {', '.join(missing)}.",
            next_step="Name the source columns in the section [identities] of the mapping.",
        )
    unknown = [name for name in records.columns if name not in REQUIRED | OPTIONAL]
    if unknown:
        raise LinkageError(
            "The records cannot be compared.",
            cause=f"They have columns that nothing compares: {', '.join(unknown)}.",
            next_step=f"Leave them out; known are {', '.join(REQUIRED | OPTIONAL)}.",
        )
    for name, kind in (REQUIRED | OPTIONAL).items():
        if name in records.columns and records[name].dtype != kind:
            raise LinkageError(
                "The records cannot be compared.",
                cause=f"The column {name} is {records[name].dtype}, not {kind()}.",
                next_step="Read them with `read_identities`, or convert the column.",
            )
    empty, twice = records["person_id"].null_count(), int(records["person_id"].is_duplicated().sum())
    if empty or twice:
        raise LinkageError(
            "Each record needs a person_id of its own.",
            cause=f"{empty} rows have none; {twice} share theirs with another row.",
            next_step="Keep one row a person; the same NIK twice in an export is found by the gate.",
        )
    strange = int((~records["sex"].is_in(SEXES)).sum())
    if strange:
        raise LinkageError(
            "The records cannot be compared.",
            cause=f"{strange} rows have a sex other than {' or '.join(SEXES)}.",
            next_step="Say recode in the section [identities] of the mapping; empty stands for unknown.",
        )


def comparable(records: pl.DataFrame) -> pl.DataFrame:
    """Return what is compared of each record, in the order of `person_id`.

    Args:
        records: As `require_records` wants them.

    Returns:
        `row` (0, 1, … in the order of person_id, so that row_a < row_b where a < b), `person_id`, the columns of
        `name_columns` under `name_…` (the name itself under `name`), `birth` (yyyymmdd), `day`, `month`, `year`, `sex`,
        `village`, `district`, `nik` (16 digits, else empty) with its parts `nik_head` (district and birth),
        `nik_tail` (birth and serial) and `nik_serial`, `said` (birth, sex and district as the record has them),
        `birth_place`, `phone`, `mother` and `mother_sound`.
    """
    ordered = records.sort("person_id")
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in OPTIONAL.items() if name not in records.columns]
    ordered = ordered.with_columns(absent)
    names = name_columns(ordered["name"])
    names = names.rename({column: f"name_{column}" for column in names.columns if column != "name"})
    birth, digits = pl.col("birth_date"), pl.col("nik").str.replace_all(r"[\s.\-]", "")
    phone = pl.col("phone").str.replace_all(r"\D", "")
    columns = ordered.select(
        "person_id",
        "sex",
        "village",
        "district",
        birth=birth.dt.strftime("%Y%m%d"),
        day=birth.dt.day().cast(pl.Int32),
        month=birth.dt.month().cast(pl.Int32),
        year=birth.dt.year(),
        nik=pl.when(digits.str.contains(rf"^\d{{{NIK_DIGITS}}}$")).then(digits),
        phone=pl.when(phone.str.len_chars() >= PHONE_DIGITS).then(phone.str.slice(-PHONE_DIGITS)),
        birth_place=name_columns(ordered["birth_place"])["joined"],
        mother=name_columns(ordered["mother_name"])["joined"],
        mother_sound=name_columns(ordered["mother_name"])["sound"],
    ).with_columns(
        nik_head=pl.col("nik").str.slice(0, 12),
        nik_tail=pl.col("nik").str.slice(6),
        nik_serial=pl.col("nik").str.slice(12),
        said=pl.concat_str("birth", "sex", "district"),
    )
    return (
        pl.concat([columns, names], how="horizontal").with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    )
