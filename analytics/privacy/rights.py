"""Showing, correcting and erasing what is kept of a person, over all rooms that hold them."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from analytics.access_log import record
from analytics.adjudication.tables import PAIRS
from analytics.biometrics.templates import RESERVED, Templates
from analytics.cases.cases import utc_now
from analytics.cases.errors import CaseError
from analytics.cases.wording import require_officer, require_text
from analytics.ingest.pseudonyms import pseudonym_key, pseudonymise
from analytics.privacy import receipts
from analytics.privacy.errors import PrivacyError
from analytics.privacy.receipts import Receipt
from analytics.register import has_register, open_database
from analytics.settings import Settings
from analytics.store import open_store
from analytics.vault import open_vault
from analytics.vault.tables import PEOPLE, VIEWS

Clock = Callable[[], datetime]
STAYS = {
    "snapshots": "By pseudonym, without name or number: the record of who applied for and received public aid. Goes "
    "with the snapshot, once later exports have taken its place.",
    "pairs, verdicts, cases, field checks": "By pseudonym: what officers decided, which must stay answerable.",
    "log of looks": "By pseudonym: who looked at the person. Goes after TEPAT_LOOKS_DAYS.",
    "cohorts of calibrations": "Encrypted templates without any name or pseudonym, of which the person's may be one. "
    "Goes when the evidence is calibrated anew.",
    "backups": "Vault and templates are encrypted in them, under keys that are kept apart; snapshots and pairs stand "
    "there by pseudonym. Goes as backups are pruned; after a restore erase again.",
    "caches of evaluations": "Encrypted templates of a labelled set, in the folder that --folder named. Delete it.",
    "exports and photo folders": "Not Tepat's: the portal's files. Correct or erase there; those under exports/ of "
    "the home go after TEPAT_EXPORTS_DAYS.",
}
"""What an erasure leaves, and why."""


def person_of(settings: Settings, nik: str) -> str:
    """Return the pseudonym of a NIK.

    Raises:
        PrivacyError: it is not 16 digits.
    """
    number = nik.strip()
    if not re.fullmatch(r"[0-9]{16}", number):
        raise PrivacyError(
            "What was given is no NIK.", cause="A NIK has 16 digits.", next_step="Give it alone in one line."
        )
    return str(pseudonymise(pl.Series([number]), key=pseudonym_key(settings.home), scope="person_id")[0])


def show(settings: Settings, nik: str, *, officer: str, reason: str, clock: Clock = utc_now) -> dict[str, Any]:
    """Return what is kept of a person; each look at an identity is kept with officer and reason.

    Returns:
        person_id; vault: data set to identity (numbers masked) and whether there is a photo; templates: gallery to
        photos; pairs and looks: how many; snapshots: data set to rows of the person in the visible one.

    Raises:
        PrivacyError, VaultError: no NIK, code or reason is given.
    """
    person = person_of(settings, nik)
    held = {}
    for dataset in _datasets(settings, person):
        with closing(open_vault(settings, dataset=dataset, clock=clock)) as vault:
            identity = vault.read(person, viewer=officer, purpose=reason)
            held[dataset] = {"identity": asdict(identity), "photo": vault.has_photo(person)}
    counts = {gallery: templates.photos_of(person) for gallery, templates in _galleries(settings)}
    return {
        "person_id": person,
        "vault": held,
        "templates": {gallery: count for gallery, count in counts.items() if count},
        "pairs": _count(settings, PAIRS, sa.or_(PAIRS.c.a == person, PAIRS.c.b == person)),
        "looks": _count(settings, VIEWS, VIEWS.c.person_id == person),
        "snapshots": _rows_of_snapshots(settings, person),
    }


def erase(settings: Settings, nik: str, *, officer: str, reason: str, clock: Clock = utc_now) -> Receipt:
    """Erase a person's identity, photo and templates, and return the receipt; asked again, the same one.

    Killed in the middle, the next call erases the rest.

    Raises:
        PrivacyError, VaultError: no NIK, code or reason is given.
        TemplatesError: a gallery is being written to; what else there was is erased.
    """
    require(officer=officer, reason=reason)
    person, erased = person_of(settings, nik), 0
    for dataset in _datasets(settings, person):
        with closing(open_vault(settings, dataset=dataset, clock=clock)) as vault:
            vault.erase(person, officer=officer, reason=reason)
            erased += 1
    if not erased and any(gallery.photos_of(person) for _, gallery in _galleries(settings)):
        # The vault tells the log of what it erases itself.
        record(settings, actor=officer, action="erase_person", kind="person", ref=person, purpose=reason)
    templates = sum(gallery.erase(person) for _, gallery in _galleries(settings))
    before = receipts.kept(settings.home, person_id=person, action="erase")
    if before and not erased + templates:
        return before[-1]
    # Of the log, not of this run alone: one that was killed may have erased before it could write its receipt.
    lines = _count(settings, VIEWS, sa.and_(VIEWS.c.person_id == person, VIEWS.c.what == "erased"))
    done = {"identities and photos": lines, "templates": templates}
    return _receipt(settings, "erase", person, officer=officer, reason=reason, done=done, stays=STAYS, clock=clock)


def correct(
    settings: Settings, nik: str, changes: Mapping[str, str], *, officer: str, reason: str, clock: Clock = utc_now
) -> Receipt:
    """Correct what the vault says of a person, in every data set, and return the receipt; it holds no value.

    Raises:
        PrivacyError: no NIK is given, or nothing is kept of the person in the vault.
        VaultError: no code or reason is given, or a field is not known.
    """
    person = person_of(settings, nik)
    datasets = _datasets(settings, person)
    if not datasets:
        raise PrivacyError(
            "The vault holds nothing of this person.",
            next_step="What snapshots say is corrected at the portal and comes with its next export.",
        )
    for dataset in datasets:
        with closing(open_vault(settings, dataset=dataset, clock=clock)) as vault:
            vault.correct(person, changes, officer=officer, reason=reason)
    stays = {"snapshots": "Corrected at the portal; comes with its next export."}
    return _receipt(
        settings, "correct", person, officer=officer, reason=reason, done={"identities": len(datasets)}, stays=stays,
        fields=tuple(sorted(changes)), clock=clock,
    )  # fmt: skip


def require(*, officer: str, reason: str) -> None:
    """Raise `PrivacyError` where a code or a reason cannot be kept."""
    try:
        require_officer(officer)
        require_text(reason=reason)
    except CaseError as error:
        raise PrivacyError(error.message, cause=error.cause, next_step=error.next_step) from error


def _receipt(settings: Settings, action: str, person: str, *, clock: Clock, **more: Any) -> Receipt:
    at = clock().replace(tzinfo=None)
    id_ = f"{action}-{at:%Y%m%d}-{secrets.token_hex(6)}"
    receipt = Receipt(id=id_, action=action, person_id=person, at=f"{at:%Y-%m-%dT%H:%M:%S.%f}Z", **more)
    return receipts.sign(settings.home, receipt)


def _datasets(settings: Settings, person: str) -> list[str]:
    """Return the data sets whose vault holds a person."""
    if not has_register(settings):
        return []
    query = sa.select(PEOPLE.c.dataset).where(PEOPLE.c.person_id == person).order_by(PEOPLE.c.dataset)
    with closing(open_database(settings)) as database, database.reading() as connection:
        return list(connection.execute(query).scalars())


def _galleries(settings: Settings) -> Iterator[tuple[str, Templates]]:
    for path in sorted((settings.home / "faces").glob("*/parts")):
        if path.parent.name not in RESERVED:
            yield path.parent.name, Templates.open(settings, path.parent.name)


def _count(settings: Settings, table: sa.Table, condition: sa.ColumnElement[bool]) -> int:
    if not has_register(settings):
        return 0
    query = sa.select(sa.func.count()).select_from(table).where(condition)
    with closing(open_database(settings)) as database, database.reading() as connection:
        return int(connection.execute(query).scalar_one())


def _rows_of_snapshots(settings: Settings, person: str) -> dict[str, int]:
    store = open_store(settings)
    catalogue = store.catalogue()
    found = {}
    for dataset, snapshots in (catalogue.datasets if catalogue else {}).items():
        path = store.folder(snapshots[-1]) / "tables" / "persons.parquet"
        if path.is_file():
            own = pl.scan_parquet(path).filter(pl.col("person_id") == person)
            found[dataset] = int(own.select(pl.len()).collect().item())
    return found
