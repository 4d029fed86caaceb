"""Identities: who people are, read from the export when duplicates are sought, and stored nowhere.

The warehouse knows people by pseudonyms. Names, birth dates and numbers come from the export itself, live in memory as
long as the search takes, and stand in no error and no log.
"""

from pathlib import Path

import polars as pl

from analytics.ingest.mapping import IdentityList, Mapping, TableMapping
from analytics.ingest.pseudonyms import pseudonym_key
from analytics.ingest.reading import read_source
from analytics.ingest.shaping import shape_column, source_columns, wanted_rows
from analytics.settings import Settings
from validation.contract import Column
from validation.errors import MappingError

COLUMNS = {
    "person_id": Column(name="person_id", kind="text", meaning="Person", pseudonym=True),
    "family_id": Column(name="family_id", kind="text", meaning="Family", pseudonym=True),
    "name": Column(name="name", kind="text", meaning="Name"),
    "sex": Column(name="sex", kind="text", meaning="Sex"),
    "birth_date": Column(name="birth_date", kind="day", meaning="Day of birth"),
    "village": Column(name="village", kind="text", meaning="Village"),
    "birth_place": Column(name="birth_place", kind="text", meaning="Place of birth"),
    "phone": Column(name="phone", kind="text", meaning="Telephone number"),
    "mother_name": Column(name="mother_name", kind="text", meaning="Name of the mother"),
    "nik": Column(name="nik", kind="text", meaning="NIK"),
}
SEXES = ("male", "female")


def read_identities(settings: Settings, mapping: Mapping, source: Path) -> pl.DataFrame:
    """Read who people are.

    Args:
        settings: Home, for the key of the pseudonyms.
        mapping: The mapping that the data set was ingested with, with a section `[identities]`.
        source: Folder of the export.

    Returns:
        One row a person, the first where the file has several: `person_id` and `family_id` (the pseudonyms of the
        warehouse), `name`, `sex` (male, female, empty), `birth_date`, `village`, the `district` above it, `nik` as it
        was written, and those of `birth_place`, `phone`, `mother_name` that the mapping names.

    Raises:
        MappingError: the mapping has no such section.
        ExportError: a file or column is missing, or a birth date is no date; names rows, never a value.
    """
    wanted = mapping.identities
    if wanted is None:
        raise MappingError(
            f"The mapping of {mapping.dataset.name} does not say where names and birth dates stand.",
            next_step="Add a section [identities]; docs/mapping.md says how.",
        )
    people = _people(settings, mapping, wanted, source)
    people = people.filter(pl.col("person_id").is_not_null()).unique("person_id", keep="first", maintain_order=True)
    if "village" not in people.columns:
        people = people.join(_villages(settings, mapping, source), on="family_id", how="left", maintain_order="left")
    people = people.with_columns(
        sex=pl.when(pl.col("sex").is_in(SEXES)).then("sex"),
        district=pl.col("village").str.extract(r"^(.+)\.[^.]+$"),
    )
    return people.select(*(name for name in COLUMNS if name in people.columns), "district")


def _people(settings: Settings, mapping: Mapping, wanted: IdentityList, source: Path) -> pl.DataFrame:
    recipes = wanted.columns | {"nik": wanted.columns["person_id"]}
    table = TableMapping.model_construct(
        name="identities", file=wanted.file, format=wanted.format, where={}, columns=recipes
    )
    return _shaped(table, settings, mapping, source)


def _villages(settings: Settings, mapping: Mapping, source: Path) -> pl.DataFrame:
    """Return family_id and village of the families."""
    families = next(table for table in mapping.table if table.name == "families")
    recipes = {name: families.columns[name] for name in ("family_id", "village")}
    shaped = _shaped(families.model_copy(update={"columns": recipes}), settings, mapping, source)
    return shaped.unique("family_id", keep="first", maintain_order=True)


def _shaped(table: TableMapping, settings: Settings, mapping: Mapping, source: Path) -> pl.DataFrame:
    rows = wanted_rows(read_source(source, table, source_columns(table)), table)
    key, timezone = pseudonym_key(settings.home), mapping.dataset.timezone
    return pl.DataFrame(
        {
            name: shape_column(rows, recipe, COLUMNS[name], table=table, key=key, timezone=timezone)
            for name, recipe in table.columns.items()
        }
    )
