"""Who the people in pairs are goes into the vault, so that officers can compare; of nobody else anything is kept."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl

from analytics.biometrics.listing import read_listing
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise
from analytics.linkage.findings import Findings
from analytics.settings import Settings
from analytics.store import Warehouse
from analytics.vault import Identity, Person, VaultError, open_vault
from analytics.vault.photos import made_anew

TEXTS = {"name": "name", "nik": "nik", "birth_place": "birth_place", "sex": "sex", "mother_name": "mother"}
"""Columns of the identities and what the vault calls them."""


def keep_identities(
    settings: Settings,
    warehouse: Warehouse,
    findings: Findings,
    identities: pl.DataFrame,
    *,
    photos: Path | None = None,
) -> int:
    """Put the people of the pairs that are shown into the vault, and return how many.

    Args:
        settings: Where register and keys are.
        warehouse: The snapshot, for the names of places.
        findings: Stored already.
        identities: Of `read_identities`.
        photos: Folder that the people were enrolled from, faces/ and faces.csv: the first of a person's photos that can
            be read is kept too.

    Raises:
        VaultError: the findings were not stored.
        ListingError: the folder of photos cannot be used.
    """
    pairs = findings.pairs[findings.pairs["band"] != "distinct"]
    paired = pl.Series([*pairs["a"], *pairs["b"]], dtype=pl.String).unique()
    people = identities.filter(pl.col("person_id").is_in(paired.implode()))
    files = {} if photos is None else _files(settings, photos, paired)
    if not len(people):
        return 0
    regions = warehouse.run(warehouse.table("regions").select("code", "name"))
    places = dict(zip(regions["code"], regions["name"], strict=True))
    with closing(open_vault(settings, dataset=findings.run.dataset)) as vault:
        return vault.put(_people(people, places, files))


def _files(settings: Settings, photos: Path, paired: pl.Series) -> dict[str, list[Path]]:
    """Return the photos of the people in pairs, in the order of the list."""
    listing = read_listing(photos)
    person = pseudonymise(listing.rows["identity"], key=pseudonym_key(settings.home), scope="person_id")
    rows = listing.rows.with_columns(person=person).filter(pl.col("person").is_in(paired.implode()))
    found: dict[str, list[Path]] = {}
    for own, file in zip(rows["person"], rows["file"], strict=True):
        found.setdefault(own, []).append(listing.faces / file)
    return found


def _people(people: pl.DataFrame, places: dict[str, str], files: dict[str, list[Path]]) -> Iterator[Person]:
    for row in people.iter_rows(named=True):
        known = {field: row[column] or "" for column, field in TEXTS.items() if column in row}
        village, birth = row["village"] or "", row["birth_date"]
        parts = village.split(".")
        names = [places.get(".".join(parts[:count]), "") for count in (4, 3, 2, 1)]
        where = dict(zip(("village", "district", "regency", "province"), names, strict=True))
        born = birth.isoformat() if birth else ""
        photo = _photo(files.get(row["person_id"], []))
        yield Person(person_id=row["person_id"], identity=Identity(**known, **where, birth_date=born), photo=photo)


def _photo(files: list[Path]) -> bytes | None:
    for file in files:
        try:
            return made_anew(file.read_bytes())
        except (VaultError, OSError):
            continue
    return None
