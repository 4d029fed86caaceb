"""Grants in the register: given, taken back and listed; one that stands for each subject."""

from collections.abc import Callable
from datetime import datetime

import pandas as pd
import sqlalchemy as sa

from analytics.access.errors import AccessError
from analytics.access.rights import ROLES, Scope
from analytics.access.tables import GRANTS
from analytics.access_log import append, operator
from analytics.cases.cases import utc_now
from analytics.cases.errors import CaseError
from analytics.cases.wording import require_officer
from analytics.register import Database, open_database
from analytics.settings import Settings

GRANTING = 7_337_004
"""Lock of PostgreSQL that one change of grants holds: two at once would both give a subject one."""


class Grants:
    """The grants, opened. What cannot be done raises `AccessError`; then nothing is changed."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def grant(self, subject: str, *, role: str, area: str = "", by: str) -> None:
        """Give a subject a role in an area, in place of the one that they hold.

        Args:
            subject: Staff code, as sign-in says it.
            role: One of `analytics.access.rights.ROLES`.
            area: Code of a province, regency or district; empty = everywhere.
            by: Code of who grants it.
        """
        _require_codes(subject=subject, by=by)
        if role not in ROLES:
            raise AccessError(f"There is no role {role!r}.", next_step=f"Roles are: {', '.join(ROLES)}.")
        Scope(role, area)
        with self._database.writing(lock=GRANTING) as connection:
            self._end(connection, subject, by=by)
            row = {"subject": subject, "role": role, "area": area, "granted_by": by, "at": self._now()}
            connection.execute(GRANTS.insert(), row)
            details = {"role": role, "area": area, "by": by}
            append(connection, actor=operator(), action="grant", kind="officer", ref=subject, details=details)

    def revoke(self, subject: str, *, by: str) -> None:
        """Take back the role that a subject holds; from their next rerun they may open nothing.

        Raises:
            AccessError: they hold none.
        """
        _require_codes(subject=subject, by=by)
        with self._database.writing(lock=GRANTING) as connection:
            if not self._end(connection, subject, by=by):
                raise AccessError(f"{subject} holds no role.", next_step="`tepat access list` shows who does.")
            append(connection, actor=operator(), action="revoke", kind="officer", ref=subject, details={"by": by})

    def scope(self, subject: str) -> Scope | None:
        """Return the scope that a subject was granted; None = none stands."""
        query = sa.select(GRANTS.c.role, GRANTS.c.area).where(*_standing(subject))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Scope(row.role, row.area)

    def listed(self, *, everything: bool = False) -> pd.DataFrame:
        """Return the grants that stand, or all there ever were, by subject and time.

        Returns:
            subject, role, area, granted_by, at, revoked_by, revoked_at (naive UTC).
        """
        query = sa.select(*(column for column in GRANTS.c if column.name != "id"))
        query = query if everything else query.where(GRANTS.c.revoked_at.is_(None))
        return self._database.frame(query.order_by(GRANTS.c.subject, GRANTS.c.id))

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def _end(self, connection: sa.Connection, subject: str, *, by: str) -> bool:
        """Revoke the grant that stands, and return whether there was one."""
        update = GRANTS.update().where(*_standing(subject)).values(revoked_by=by, revoked_at=self._now())
        return connection.execute(update).rowcount > 0

    def _now(self) -> datetime:
        return self._clock().replace(tzinfo=None)


def open_grants(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Grants:
    """Open the grants of the register that the settings name.

    Raises:
        SettingsError, RegisterError: as `analytics.register.open_database`.
    """
    return Grants(open_database(settings), clock=clock)


def _standing(subject: str) -> tuple[sa.ColumnElement[bool], ...]:
    return GRANTS.c.subject == subject, GRANTS.c.revoked_at.is_(None)


def _require_codes(**codes: str) -> None:
    try:
        for what, code in codes.items():
            require_officer(code, what={"by": "granting officer"}.get(what, what))
    except CaseError as error:
        raise AccessError(error.message, cause=error.cause, next_step=error.next_step) from error
