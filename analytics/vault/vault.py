"""The vault: puts people of pairs in, gives them out with a line in the log each time, and forgets them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Literal

import pandas as pd
import sqlalchemy as sa

from analytics.access.areas import require_area
from analytics.access_log import Action, append
from analytics.adjudication.reading import lies_in
from analytics.adjudication.storing import REVIEWING
from analytics.adjudication.tables import PAIRS
from analytics.cases.cases import utc_now
from analytics.cases.errors import CaseError
from analytics.cases.wording import require_officer, require_text
from analytics.register import Database, open_database
from analytics.settings import Settings
from analytics.vault.errors import VaultError
from analytics.vault.identity import Identity, Person, masked
from analytics.vault.photos import made_anew, watermarked
from analytics.vault.rights import may_see_photos
from analytics.vault.sealing import Seal
from analytics.vault.tables import PEOPLE, VIEWS

What = Literal["identity", "numbers", "photo", "refused", "corrected", "erased", "purged"]
ACTIONS: Final[dict[What, Action]] = {
    "identity": "view_identity", "numbers": "view_numbers", "photo": "view_photo", "refused": "refuse_photo",
    "corrected": "correct_person", "erased": "erase_person", "purged": "purge_person",
}  # fmt: skip
"""What is kept of a look, as the access log calls it."""
BATCH = 200
"""People of one transaction: with photos some megabytes."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """That a person was erased: `id` is the line of the log that says so."""

    id: int
    person_id: str
    at: datetime
    officer: str
    reason: str
    photo: bool


@dataclass(frozen=True, kw_only=True)
class Purged:
    """What a purge took out, or would.

    Attributes:
        people: How many.
        before: Whose pairs were all decided before this, naive UTC.
    """

    people: int
    before: datetime


class Vault:
    """The vault of a data set, opened.

    Viewers and officers are named by their staff code. What cannot be done raises `VaultError`; then nothing is given.
    Opened within an area it holds the people of pairs that lie in it alone: of another there is none.
    """

    def __init__(
        self, database: Database, settings: Settings, *, dataset: str, clock: Callable[[], datetime] = utc_now,
        area: str = "",
    ) -> None:  # fmt: skip
        self._area = require_area(area)
        self._database = database
        self._settings = settings
        self._dataset = dataset
        self._seal = Seal(settings.home, dataset)
        self._clock = clock

    def put(self, people: Iterable[Person]) -> int:
        """Keep people of pairs, in place of what was kept of them, and return how many.

        Raises:
            VaultError: somebody is in no pair, or a photo cannot be read; the batch of `BATCH` is not kept then.
        """
        count = 0
        for batch in _batches(people):
            photos = [made_anew(person.photo) if person.photo else None for person in batch]
            ids = [person.person_id for person in batch]
            with self._database.writing(lock=REVIEWING) as connection:
                paired = self._in_pairs().subquery()
                query = sa.select(paired.c.person_id).where(paired.c.person_id.in_(ids))
                known = set(connection.execute(query).scalars())
                if not known.issuperset(ids):
                    raise VaultError(
                        "A person that is in no pair does not come into the vault.",
                        next_step="Store the findings first, then put the people of their pairs.",
                    )
                connection.execute(PEOPLE.delete().where(self._own(), PEOPLE.c.person_id.in_(ids)))
                # Encrypted in here: a rotation of the key, which takes the same lock, misses no row.
                rows = [self._row(person, photo) for person, photo in zip(batch, photos, strict=True)]
                connection.execute(PEOPLE.insert(), rows)
            count += len(batch)
        return count

    def missing(self) -> list[str]:
        """Return person_id of those in pairs that are not decided whom the vault does not hold, in order.

        Not of those who were erased: nobody comes back by themselves.
        """
        people = self._in_pairs(PAIRS.c.outcome.is_(None)).subquery()
        held = sa.select(PEOPLE.c.person_id).where(self._own())
        erased = sa.select(VIEWS.c.person_id).where(VIEWS.c.dataset == self._dataset, VIEWS.c.what == "erased")
        query = sa.select(people.c.person_id).where(people.c.person_id.not_in(held), people.c.person_id.not_in(erased))
        query = query.order_by(people.c.person_id)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def read(self, person_id: str, *, viewer: str, purpose: str, pair: str | None = None) -> Identity:
        """Return who a person is, with the middle of NIK and KK hidden. The look is kept before anything is given.

        Args:
            person_id: Pseudonym.
            viewer: Who looks.
            purpose: What for; it is kept.
            pair: Pair that is looked at; None = another purpose than a review.

        Raises:
            VaultError: no purpose is given, the vault does not hold the person, the pair is not theirs, or the value
                cannot be decrypted.
        """
        found = self._looked("identity", person_id, viewer=viewer, purpose=purpose, pair=pair)
        return replace(found, nik=masked(found.nik), kk=masked(found.kk))

    def read_numbers(self, person_id: str, *, viewer: str, purpose: str, pair: str | None = None) -> Identity:
        """Return who a person is with NIK and KK in full; kept as a look at numbers. Otherwise as `read`."""
        return self._looked("numbers", person_id, viewer=viewer, purpose=purpose, pair=pair)

    def has_photo(self, person_id: str) -> bool:
        """Return whether the vault holds a photo of a person."""
        query = sa.select(PEOPLE.c.person_id).where(self._is(person_id), PEOPLE.c.photo.is_not(None))
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def may_see_photos(self, viewer: str) -> bool:
        """Return whether an officer may see photos; see `analytics.vault.rights`."""
        return may_see_photos(self._settings, viewer)

    def watermarked_photo(self, person_id: str, *, viewer: str, pair: str) -> bytes:
        """Return a person's photo as JPEG with viewer, pair and time drawn across. The look is kept before.

        Raises:
            VaultError: the viewer has no right to see photos (the attempt is kept), or as `read`; there is no photo.
        """
        _require(viewer=viewer)
        is_allowed = self.may_see_photos(viewer)
        what: What = "photo" if is_allowed else "refused"
        row = self._row_after_log(what, person_id, viewer=viewer, purpose="review", pair=pair)
        if not is_allowed:
            raise VaultError(
                f"{viewer} may not see photos.",
                cause="TEPAT_PHOTO_VIEWERS does not name this code. The attempt was kept.",
                next_step="Judge by the records, or ask who runs Tepat for the right.",
            )
        if row["photo"] is None:
            raise VaultError("The vault holds no photo of this person.", next_step="Judge by the records.")
        photo = self._seal.open_photo(person_id, row["photo"])
        return watermarked(photo, viewer=viewer, pair=pair, at=self._now())

    def views(self, *, person_id: str = "", viewer: str = "", rows: int = 1000) -> pd.DataFrame:
        """Return who looked, newest first: id, person_id, viewer, at (naive UTC), what, purpose, pair."""
        query = sa.select(*(column for column in VIEWS.c if column.name != "dataset"))
        query = query.where(VIEWS.c.dataset == self._dataset)
        if self._area:
            query = query.where(VIEWS.c.person_id.in_(sa.select(self._in_pairs().subquery().c.person_id)))
        for column, value in ((VIEWS.c.person_id, person_id), (VIEWS.c.viewer, viewer)):
            query = query.where(column == value) if value else query
        return self._database.frame(query.order_by(VIEWS.c.id.desc()).limit(rows))

    def correct(self, person_id: str, changes: Mapping[str, str], *, officer: str, reason: str) -> int:
        """Put other values in an identity's fields, and return the line of the log that says so.

        Args:
            person_id: Pseudonym.
            changes: Field of `Identity` to its value; empty text = not known. Not `nik`, which the pseudonym is of.
            officer: Who does it.
            reason: Why; it is kept, the values are not.

        Raises:
            VaultError: a field is not known, no reason is given, or the vault does not hold the person.
        """
        _require(viewer=officer, reason=reason)
        known = {field.name for field in fields(Identity)} - {"nik"}
        if not changes or not known.issuperset(changes):
            raise VaultError(
                "These fields cannot be corrected.",
                cause=f"Those that can be are {', '.join(sorted(known))}.",
                next_step="A NIK is corrected at its source: with it the person is another to Tepat.",
            )
        with self._database.writing(lock=REVIEWING) as connection:
            before = self._seal.open_identity(person_id, self._held(connection, person_id)["identity"])
            after = self._seal.identity(person_id, replace(before, **changes))
            connection.execute(PEOPLE.update().where(self._is(person_id)).values(identity=after))
            line = self._log(connection, "corrected", person_id, viewer=officer, purpose=reason)
        self._database.forget()
        return line

    def erase(self, person_id: str, *, officer: str, reason: str) -> Receipt:
        """Forget a person's identity and photo, and keep that this was done. The log of looks stays.

        Raises:
            VaultError: no reason is given, or the vault does not hold the person.
        """
        _require(viewer=officer, reason=reason)
        with self._database.writing() as connection:
            row = self._held(connection, person_id)
            connection.execute(PEOPLE.delete().where(self._is(person_id)))
            line = self._log(connection, "erased", person_id, viewer=officer, purpose=reason)
        self._database.forget()
        return Receipt(
            id=line, person_id=person_id, at=self._now(), officer=officer, reason=reason,
            photo=row["photo"] is not None,
        )  # fmt: skip

    def purgeable(self, *, days: int | None = None) -> Purged:
        """Return how many people a purge would take out; see `purge`."""
        before = self._before(days)
        query = sa.select(sa.func.count()).select_from(self._past(before).subquery())
        with self._database.reading() as connection:
            return Purged(people=connection.execute(query).scalar_one(), before=before)

    def purge(self, *, officer: str, days: int | None = None) -> Purged:
        """Forget the people whose pairs were all decided longer ago than they are kept.

        Args:
            officer: Who has it done.
            days: Since the decision; None = TEPAT_VAULT_DAYS.
        """
        _require(viewer=officer)
        before = self._before(days)
        with self._database.writing(lock=REVIEWING) as connection:
            people = list(connection.execute(self._past(before)).scalars())
            for batch in _batches(people):
                connection.execute(PEOPLE.delete().where(self._own(), PEOPLE.c.person_id.in_(batch)))
            for person_id in people:
                self._log(connection, "purged", person_id, viewer=officer, purpose="retention")
        self._database.forget()
        return Purged(people=len(people), before=before)

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def _row(self, person: Person, picture: bytes | None) -> dict[str, Any]:
        id_ = person.person_id
        photo = self._seal.photo(id_, picture) if picture else None
        identity = self._seal.identity(id_, person.identity)
        return {"dataset": self._dataset, "person_id": id_, "identity": identity, "photo": photo, "put_at": self._now()}

    def _looked(self, what: What, person_id: str, *, viewer: str, purpose: str, pair: str | None) -> Identity:
        _require(viewer=viewer, purpose=purpose)
        row = self._row_after_log(what, person_id, viewer=viewer, purpose=purpose, pair=pair)
        return self._seal.open_identity(person_id, row["identity"])

    def _row_after_log(
        self, what: What, person_id: str, *, viewer: str, purpose: str, pair: str | None
    ) -> dict[str, Any]:
        """Return a row of `vault_people` once the look is kept, for good."""
        with self._database.writing() as connection:
            row = self._held(connection, person_id)
            if pair is not None:
                in_pair = sa.and_(
                    PAIRS.c.id == pair, lies_in(self._area), sa.or_(PAIRS.c.a == person_id, PAIRS.c.b == person_id)
                )
                query = sa.select(PAIRS.c.id).where(PAIRS.c.dataset == self._dataset, in_pair)
                if connection.execute(query).first() is None:
                    raise VaultError(f"The person is not in the pair {pair}.")
            self._log(connection, what, person_id, viewer=viewer, purpose=purpose, pair=pair)
        return row

    def _held(self, connection: sa.Connection, person_id: str) -> dict[str, Any]:
        row = connection.execute(sa.select(PEOPLE).where(self._is(person_id))).mappings().one_or_none()
        if row is None:
            raise VaultError(
                "The vault does not hold this person.",
                cause="They are in no pair, were erased, or their pairs were decided long ago.",
            )
        return dict(row)

    def _log(
        self, connection: sa.Connection, what: What, person_id: str, *, viewer: str, purpose: str,
        pair: str | None = None,
    ) -> int:  # fmt: skip
        line = {
            "dataset": self._dataset, "person_id": person_id, "viewer": viewer, "at": self._now(), "what": what,
            "purpose": purpose, "pair": pair,
        }  # fmt: skip
        (id_,) = connection.execute(VIEWS.insert(), line).inserted_primary_key or (0,)
        append(
            connection, actor=viewer, action=ACTIONS[what], kind="person", ref=person_id, purpose=purpose,
            details={"dataset": self._dataset, "pair": pair}, at=self._now(),
        )  # fmt: skip
        return int(id_)

    def _past(self, before: datetime) -> sa.Select[Any]:
        """Return the query of whose pairs were all decided before."""
        late = sa.or_(PAIRS.c.outcome.is_(None), PAIRS.c.decided_at >= before)
        alive = self._in_pairs(late, area="").subquery()
        query = sa.select(PEOPLE.c.person_id).where(self._own())
        return query.where(PEOPLE.c.person_id.not_in(sa.select(alive.c.person_id))).order_by(PEOPLE.c.person_id)

    def _in_pairs(self, *conditions: sa.ColumnElement[bool], area: str | None = None) -> sa.CompoundSelect[Any]:
        """Return the query of person_id of those in pairs of an area, None = the vault's own."""
        within = lies_in(self._area if area is None else area)
        own = (PAIRS.c.dataset == self._dataset, within, *conditions)
        return sa.union(*(sa.select(side.label("person_id")).where(*own) for side in (PAIRS.c.a, PAIRS.c.b)))

    def _own(self) -> sa.ColumnElement[bool]:
        own = PEOPLE.c.dataset == self._dataset
        if not self._area:
            return own
        return sa.and_(own, PEOPLE.c.person_id.in_(sa.select(self._in_pairs().subquery().c.person_id)))

    def _is(self, person_id: str) -> sa.ColumnElement[bool]:
        return sa.and_(self._own(), PEOPLE.c.person_id == person_id)

    def _before(self, days: int | None) -> datetime:
        return self._now() - timedelta(days=self._settings.vault_days if days is None else days)

    def _now(self) -> datetime:
        return self._clock().replace(tzinfo=None)


def open_vault(settings: Settings, *, dataset: str, clock: Callable[[], datetime] = utc_now) -> Vault:
    """Open the vault of a data set in the register that the settings name.

    Raises:
        SettingsError, RegisterError: as `analytics.register.open_database`.
        VaultError: the key is none.
    """
    database = open_database(settings)
    try:
        return Vault(database, settings, dataset=dataset, clock=clock)
    except VaultError:
        database.close()
        raise


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _require(*, viewer: str, **texts: str) -> None:
    """Raise `VaultError` where a code or a text cannot be kept."""
    try:
        require_officer(viewer, what="viewer")
        require_text(**texts)
    except CaseError as error:
        raise VaultError(error.message, cause=error.cause, next_step=error.next_step) from error
