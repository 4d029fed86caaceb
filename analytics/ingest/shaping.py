"""Shaping: source rows become rows of the contract, as the mapping says, or the export is refused with the place."""

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import polars as pl

from analytics.ingest.mapping import Recipe, TableMapping
from analytics.ingest.nik import number_faults, sex_and_year
from analytics.ingest.pseudonyms import pseudonymise, scope_of
from analytics.ingest.reading import ROW
from validation.contract import CONTRACT, Column
from validation.errors import ExportError
from validation.rules import nik_code, nik_columns
from validation.suites.persons import NIK_SEX, NIK_YEAR

_FLAGS = {"1": True, "0": False, "true": True, "false": False, "1.0": True, "0.0": False}
_KINDS: dict[str, pl.DataType] = {
    "text": pl.String(),
    "whole": pl.Int64(),
    "number": pl.Float64(),
    "flag": pl.Boolean(),
    "time": pl.Datetime("us"),
    "day": pl.Date(),
}
_NAMES = re.compile(r"\{(\w+)\}")


def source_columns(table: TableMapping) -> list[str]:
    """Return the source columns that a table's recipes and its `where` use, in a stable order."""
    names: dict[str, None] = dict.fromkeys(table.where)
    for recipe in table.columns.values():
        names |= dict.fromkeys(_origins(recipe))
    return list(names)


def shape(rows: pl.DataFrame, table: TableMapping, *, key: bytes, timezone: str) -> pl.DataFrame:
    """Make the contract's columns of one table.

    Args:
        rows: Source rows with `__row`.
        table: The mapping of the table.
        key: Key of the pseudonyms.
        timezone: Zone of naive times in the source; they leave here as UTC.

    Returns:
        The contract's columns (absent optional ones empty), `__row`, and what the gate judges of NIK and KK numbers:
        what is wrong with each (`__nik_…`), and a person's sex and year of birth in it.

    Raises:
        ExportError: a value is not of the contract's kind; names file, column and rows, never the value.
    """
    rows = wanted_rows(rows, table)
    contract = CONTRACT[table.name]
    numbered = {column.name for column in nik_columns(contract)}
    made: dict[str, pl.Series] = {}
    facts = {nik_code(name): _none(rows, pl.String()) for name in numbered}
    if contract.name == "persons":
        facts |= {NIK_SEX: _none(rows, pl.String()), NIK_YEAR: _none(rows, pl.Int64())}
    for column in contract.columns:
        recipe = table.columns.get(column.name)
        if recipe is None:
            made[column.name] = _none(rows, _KINDS[column.kind])
            continue
        raw = _raw(rows, recipe)
        if recipe.nik and column.name in numbered:
            person = column.name == "person_id"
            faults = number_faults(_text(raw), person=person)
            facts[nik_code(column.name)] = faults
            if person:
                facts[NIK_SEX], facts[NIK_YEAR] = sex_and_year(_text(raw), faults)
        made[column.name] = _made(raw, rows, recipe, column, table=table, key=key, timezone=timezone)
    frame = pl.DataFrame([series.alias(name) for name, series in (made | facts).items()])
    return frame.with_columns(rows[ROW])


def wanted_rows(rows: pl.DataFrame, table: TableMapping) -> pl.DataFrame:
    """Return the rows that make rows of the table: those with the values of its `where`."""
    for name, wanted in table.where.items():
        rows = rows.filter(_text(rows[name]) == _plain(wanted))
    return rows


def shape_column(
    rows: pl.DataFrame, recipe: Recipe, column: Column, *, table: TableMapping, key: bytes, timezone: str
) -> pl.Series:
    """Make one column of source rows that are no table of the contract.

    Raises:
        ExportError: a value is not of the column's kind; names file, column and rows, never the value.
    """
    return _made(_raw(rows, recipe), rows, recipe, column, table=table, key=key, timezone=timezone)


def _none(rows: pl.DataFrame, dtype: pl.DataType) -> pl.Series:
    return pl.repeat(None, rows.height, dtype=dtype, eager=True)


def _origins(recipe: Recipe) -> Iterator[str]:
    if recipe.source is not None:
        yield recipe.source
    if recipe.template is not None:
        yield from _NAMES.findall(recipe.template)
    if recipe.one_of is not None:
        yield from recipe.one_of


def _raw(rows: pl.DataFrame, recipe: Recipe) -> pl.Series:
    if recipe.source is not None:
        return rows[recipe.source]
    if recipe.template is not None:
        parts = _NAMES.findall(recipe.template)
        return rows.select(pl.format(_NAMES.sub("{}", recipe.template), *parts)).to_series()
    if recipe.one_of is not None:
        chosen = pl.coalesce(*(pl.when(_is_one(rows[name])).then(pl.lit(text)) for name, text in recipe.one_of.items()))
        if recipe.otherwise is not None:
            known = pl.all_horizontal(*(pl.lit(_text(rows[name]).is_not_null()) for name in recipe.one_of))
            chosen = pl.coalesce(chosen, pl.when(known).then(pl.lit(recipe.otherwise)))
        return rows.select(chosen).to_series()
    return pl.repeat(_plain(recipe.value), rows.height, dtype=pl.String, eager=True)


def _is_one(values: pl.Series) -> pl.Series:
    return _text(values).is_in(["1", "1.0", "true"])


def _made(
    raw: pl.Series,
    rows: pl.DataFrame,
    recipe: Recipe,
    column: Column,
    *,
    table: TableMapping,
    key: bytes,
    timezone: str,
) -> pl.Series:
    if recipe.recode:
        codes = {old: _plain(new) for old, new in recipe.recode.items()}
        raw = _text(raw).replace(codes)
    if column.pseudonym:
        return pseudonymise(_text(raw), key=key, scope=scope_of(column.name))
    values = _measured(raw, recipe, table.format.decimal)
    if values.dtype.is_float():
        values = values.fill_nan(None)  # "not a number" says nothing, as an empty cell does
    wanted = _KINDS[column.kind]
    if column.kind == "time":
        made = _utc(values, recipe.time_format, timezone)
    elif column.kind == "day":
        made = _day(values, recipe.time_format)
    elif column.kind == "flag" and values.dtype != pl.Boolean:
        made = _text(values).str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    elif column.kind in {"whole", "number"} and values.dtype == pl.String:
        made = _number(values, table.format.decimal)
    elif column.kind in {"whole", "number"} and values.dtype.is_float():
        made = values
    else:
        made = values.cast(wanted, strict=False)
    if made.dtype.is_float():
        sound = made.is_finite() & (made == made.round()) if column.kind == "whole" else made.is_finite()
        made = pl.select(pl.when(sound).then(made)).to_series()
    lost = rows[ROW].filter(values.is_not_null() & made.is_null())
    if not lost.is_empty():
        raise _refusal(lost, recipe=recipe, column=column, table=table)
    return made.cast(wanted, strict=False)


def _measured(raw: pl.Series, recipe: Recipe, decimal: str) -> pl.Series:
    """Apply what needs numbers or dates: units, differences, quantiles, parts."""
    if recipe.part == "year":
        return _day(raw, recipe.time_format).dt.year().cast(pl.Int64)
    arithmetic = (recipe.times, recipe.subtract_from, recipe.at_or_below_quantile, recipe.quantile_groups)
    if all(step is None for step in arithmetic):
        return raw
    values = _number(raw, decimal) if raw.dtype == pl.String else raw.cast(pl.Float64)
    if recipe.times is not None:
        values = (values * recipe.times).round(6)  # 0.9 × 1000 is 900, not 900.0000000001
    if recipe.subtract_from is not None:
        values = recipe.subtract_from - values
    if recipe.at_or_below_quantile is not None:
        line = values.quantile(recipe.at_or_below_quantile, interpolation="linear")
        return values <= line if line is not None else values.cast(pl.Boolean)
    if recipe.quantile_groups is not None:
        groups = recipe.quantile_groups
        return (((values.rank("min") - 1) * groups / values.count()).floor() + 1).cast(pl.Int64)
    return values


def _number(values: pl.Series, decimal: str) -> pl.Series:
    """Read numbers with the stated decimal mark and no mark for thousands; anything else becomes empty."""
    pattern = rf"^[+-]?(\d+(\{decimal}\d*)?|\{decimal}\d+)([eE][+-]?\d+)?$"
    shown = values.set(~values.str.contains(pattern).fill_null(value=True), None)
    return shown.str.replace(decimal, ".", literal=True).cast(pl.Float64, strict=False)


def _utc(values: pl.Series, time_format: str | None, timezone: str) -> pl.Series:
    if values.dtype == pl.String:
        values = (
            values.str.to_datetime(time_format, strict=False, time_unit="us")
            if time_format
            else values.str.replace(" ", "T", literal=True).str.to_datetime("%+", strict=False, time_unit="us")
            if values.str.contains(r"(Z|[+-]\d\d:?\d\d)$").all()
            else _iso_naive(values.str.replace("T", " ", literal=True))
        )
    elif values.dtype == pl.Date:
        values = values.cast(pl.Datetime("us"))
    if not isinstance(values.dtype, pl.Datetime):
        return pl.repeat(None, len(values), dtype=pl.Datetime("us"), eager=True)
    ZoneInfo(timezone)
    aware = (
        values.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        if values.dtype.time_zone is None
        else values
    )
    return aware.dt.convert_time_zone("UTC").dt.replace_time_zone(None).cast(pl.Datetime("us"))


def _iso_naive(values: pl.Series) -> pl.Series:
    """Read "2026-08-17", "2026-08-17 14:05" and "2026-08-17 14:05:33[.123]"."""
    size = values.str.len_chars()
    full = pl.select(
        pl.when(size == 10).then(values + " 00:00:00").when(size == 16).then(values + ":00").otherwise(values)
    ).to_series()
    return full.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")


def _day(values: pl.Series, time_format: str | None) -> pl.Series:
    if values.dtype == pl.String:
        # Workbooks give a day as midnight.
        return values.str.strip_suffix(" 00:00:00").str.to_date(time_format or "%Y-%m-%d", strict=False)
    if values.dtype == pl.Date or isinstance(values.dtype, pl.Datetime):
        return values.cast(pl.Date)
    return pl.repeat(None, len(values), dtype=pl.Date, eager=True)


def _refusal(lost: pl.Series, *, recipe: Recipe, column: Column, table: TableMapping) -> ExportError:
    """Name the rows whose value was there but is not of the contract's kind."""
    where = f"row {lost[0]}" if lost.len() == 1 else f"{lost.len()} rows, {lost[0]} to {lost[-1]}"
    origin = recipe.source or recipe.template or "value"
    return ExportError(
        f"{table.file}, column {origin}, {where}: not a {_WORDS[column.kind]}.",
        cause=f"It makes {table.name}.{column.name}"
        + (f", read with the decimal mark {table.format.decimal!r}." if column.kind in {"whole", "number"} else "."),
        next_step="Correct the export, or say recode, format or time_format in the mapping; nothing was published.",
    )


_WORDS = {
    "text": "text",
    "whole": "whole number",
    "number": "number",
    "flag": "yes/no value (1, 0, true, false)",
    "time": "time",
    "day": "date",
}


def _text(values: pl.Series) -> pl.Series:
    return values if values.dtype == pl.String else values.cast(pl.String)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
