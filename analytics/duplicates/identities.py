"""Who the people in pairs are goes into the vault, so that officers can compare; of nobody else anything is kept."""

from collections.abc import Iterator

import polars as pl

from analytics.linkage.findings import Findings
from analytics.settings import Settings
from analytics.store import Warehouse
from analytics.vault import Identity, Person, open_vault

TEXTS = {"name": "name", "nik": "nik", "birth_place": "birth_place", "sex": "sex", "mother_name": "mother"}
"""Columns of the identities and what the vault calls them."""


def keep_identities(settings: Settings, warehouse: Warehouse, findings: Findings, identities: pl.DataFrame) -> int:
    """Put the people of the pairs that are shown into the vault, and return how many.

    Args:
        settings: Where register and keys are.
        warehouse: The snapshot, for the names of places.
        findings: Stored already.
        identities: Of `read_identities`.

    Raises:
        VaultError: the findings were not stored.
    """
    pairs = findings.pairs[findings.pairs["band"] != "distinct"]
    paired = pl.Series([*pairs["a"], *pairs["b"]], dtype=pl.String).unique()
    people = identities.filter(pl.col("person_id").is_in(paired.implode()))
    if not len(people):
        return 0
    regions = warehouse.run(warehouse.table("regions").select("code", "name"))
    places = dict(zip(regions["code"], regions["name"], strict=True))
    vault = open_vault(settings, dataset=findings.run.dataset)
    try:
        return vault.put(_people(people, places))
    finally:
        vault.close()


def _people(people: pl.DataFrame, places: dict[str, str]) -> Iterator[Person]:
    for row in people.iter_rows(named=True):
        known = {field: row[column] or "" for column, field in TEXTS.items() if column in row}
        village, birth = row["village"] or "", row["birth_date"]
        parts = village.split(".")
        names = [places.get(".".join(parts[:count]), "") for count in (4, 3, 2, 1)]
        where = dict(zip(("village", "district", "regency", "province"), names, strict=True))
        born = birth.isoformat() if birth else ""
        yield Person(person_id=row["person_id"], identity=Identity(**known, **where, birth_date=born))
