"""Rotating the keys that encrypt: of the vault, and of templates and cohorts.

The key before is put beside the new one, so that both open; everything is encrypted anew in small steps; then the one
before is removed. Killed at any point, the next run goes on where it was. The key of the pseudonyms is not rotated: it
would make everybody another person.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from analytics.access_log import record
from analytics.adjudication.storing import REVIEWING
from analytics.biometrics.templates import KEY as TEMPLATES
from analytics.biometrics.templates import RESERVED, Templates
from analytics.files import write_whole
from analytics.keys import SIZE, RotationError, cipher, fernet, key_file, keys_at_rest, old_key_file
from analytics.register import has_register, open_database
from analytics.settings import Settings
from analytics.vault.sealing import KEY as VAULT
from analytics.vault.tables import PEOPLE

KEYS = (VAULT, TEMPLATES)
BATCH = 200
"""People of one transaction, as when they come in."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """What was encrypted anew.

    Attributes:
        people: Rows of the vault.
        files: Parts of galleries, and cohorts.
    """

    people: int
    files: int


def rotate(settings: Settings, *, progress: Progress = lambda _what, _share: None) -> Rotated:
    """Give the vault, the templates and the cohorts new keys, or complete what was interrupted.

    Raises:
        RotationError: a backup or another rotation is at work, or something opens with no key.
        TemplatesError: a gallery is being written to.
    """
    people = files = 0
    with keys_at_rest(settings.home, rotating=True):
        record(settings, action="rotate_key", details={"keys": ", ".join(KEYS)})
        if key_file(settings.home, VAULT).is_file() and has_register(settings):
            people = _rotate_vault(settings, progress)
        if key_file(settings.home, TEMPLATES).is_file():
            files = _rotate_files(settings, progress)
    return Rotated(people=people, files=files)


def _rotate_vault(settings: Settings, progress: Progress) -> int:
    database = open_database(settings)
    done, last = 0, ("", "")
    try:
        with database.writing(lock=REVIEWING):
            _begin(settings.home, VAULT)
        progress("vault", 0.0)
        while True:
            with database.writing(lock=REVIEWING) as connection:
                rows = _after(connection, last)
                done += _encrypt_anew(connection, rows, settings.home)
                if not rows:
                    # Under the lock that those who put people in take: none is left with the key before.
                    _end(settings.home, VAULT)
                    break
            last = (rows[-1]["dataset"], rows[-1]["person_id"])
            progress("people", 0.3)
        database.forget()
    finally:
        database.close()
    return done


def _after(connection: sa.Connection, last: tuple[str, str]) -> list[dict[str, Any]]:
    place = sa.tuple_(PEOPLE.c.dataset, PEOPLE.c.person_id)
    query = sa.select(PEOPLE).where(place > last).order_by(PEOPLE.c.dataset, PEOPLE.c.person_id).limit(BATCH)
    return [dict(row) for row in connection.execute(query).mappings()]


def _encrypt_anew(connection: sa.Connection, rows: list[dict[str, Any]], home: Path) -> int:
    done = 0
    both, new = cipher(home, VAULT), fernet(key_file(home, VAULT).read_bytes())
    for row in rows:
        values = {
            name: _anew(bytes(row[name]), both, new) for name in ("identity", "photo") if row[name] is not None
        }  # fmt: skip
        changed = {name: value for name, value in values.items() if value is not None}
        if changed:
            own = sa.and_(PEOPLE.c.dataset == row["dataset"], PEOPLE.c.person_id == row["person_id"])
            connection.execute(PEOPLE.update().where(own).values(changed))
            done += 1
    return done


def _rotate_files(settings: Settings, progress: Progress) -> int:
    home, done = settings.home, 0
    _begin(home, TEMPLATES)
    progress("templates", 0.5)
    for gallery in _galleries(home):
        with Templates.open(settings, gallery).writing():
            done += _files_anew(home, sorted((home / "faces" / gallery / "parts").glob("*.part")), progress)
    with _no_gallery_written(settings, _galleries(home)):
        # What came in between the first pass and the locks has the new key already: looking is quick.
        done += _files_anew(home, sorted((home / "faces").glob("*/parts/*.part")), progress)
        done += _files_anew(home, sorted((home / "faces" / "calibrations").glob("*.cohort")), progress)
        _end(home, TEMPLATES)
    return done


def _files_anew(home: Path, paths: list[Path], progress: Progress) -> int:
    done = 0
    both, new = cipher(home, TEMPLATES), fernet(key_file(home, TEMPLATES).read_bytes())
    for path in paths:
        progress("file", 0.6)
        if (token := _anew(path.read_bytes(), both, new)) is not None:
            write_whole(path, token)
            done += 1
    return done


def _galleries(home: Path) -> list[str]:
    found = sorted(path.parent.name for path in (home / "faces").glob("*/parts"))
    return [name for name in found if name not in RESERVED]


@contextmanager
def _no_gallery_written(settings: Settings, galleries: list[str]) -> Iterator[None]:
    if not galleries:
        yield
        return
    with Templates.open(settings, galleries[0]).writing(), _no_gallery_written(settings, galleries[1:]):
        yield


def _anew(token: bytes, both: MultiFernet, new: Fernet) -> bytes | None:
    """Return a token encrypted with the new key; None = it is already."""
    try:
        new.decrypt(token)
    except InvalidToken:
        try:
            return both.rotate(token)
        except InvalidToken as error:
            raise RotationError(
                "Something is encrypted with none of the keys.",
                cause="It was damaged, or its key is another.",
                next_step="The key before is kept, and nothing is lost. Restore what is damaged from the backup.",
            ) from error
    return None


def _begin(home: Path, name: str) -> None:
    """Put the key before beside a new one; go on where that was begun."""
    key, old = key_file(home, name), old_key_file(home, name)
    if not old.exists():
        old.hardlink_to(key)
    if old.read_bytes() == key.read_bytes():
        write_whole(key, secrets.token_bytes(SIZE))


def _end(home: Path, name: str) -> None:
    old_key_file(home, name).unlink()
