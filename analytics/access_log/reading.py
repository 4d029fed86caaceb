"""Reading the log: who did what, newest first; how often; and when the chain was last found whole."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pandas as pd
import sqlalchemy as sa

from analytics.access_log.appending import stamp
from analytics.access_log.entry import ACTIONS
from analytics.access_log.errors import AccessLogError
from analytics.access_log.tables import LOG
from analytics.register import Database

SHOWN = ("number", "at", "actor", "role", "action", "kind", "ref", "purpose", "details")


def entries(
    database: Database,
    *,
    actor: str = "",
    action: str = "",
    ref: str = "",
    since: date | None = None,
    until: date | None = None,
    rows: int = 200,
    skip: int = 0,
) -> pd.DataFrame:
    """Return entries, newest first.

    Args:
        database: The register.
        actor: Code of who acted; empty = all.
        action: One of `ACTIONS`; empty = all.
        ref: Pseudonym, id or code of what it was done to; empty = all.
        since: First day, UTC, or moment with its zone; None = from the first entry.
        until: Last day, UTC, which counts as a whole, or moment with its zone; None = to the last entry.
        rows: Most entries.
        skip: Entries that are passed over first.

    Returns:
        number, at (UTC, ISO 8601), actor, role, action, kind, ref, purpose, details (JSON text).

    Raises:
        AccessLogError: there is no such action.
    """
    query = sa.select(*(LOG.c[name] for name in SHOWN))
    query = query.where(*_conditions(actor=actor, action=action, ref=ref, since=since, until=until))
    return database.frame(query.order_by(LOG.c.number.desc()).limit(rows).offset(skip))


def tally(
    database: Database,
    *,
    actor: str = "",
    action: str = "",
    ref: str = "",
    since: date | None = None,
    until: date | None = None,
) -> pd.DataFrame:
    """Return how many entries there are of each actor and action in each hour; arguments as `entries`.

    Returns:
        hour (UTC, as 2026-11-25T03), actor, action, entries.

    Raises:
        AccessLogError: there is no such action.
    """
    hour = sa.func.substr(LOG.c.at, 1, 13).label("hour")
    query = sa.select(hour, LOG.c.actor, LOG.c.action, sa.func.count().label("entries"))
    query = query.where(*_conditions(actor=actor, action=action, ref=ref, since=since, until=until))
    found = database.frame(query.group_by(hour, LOG.c.actor, LOG.c.action).order_by(hour))
    return found.astype({"entries": int})


def began(database: Database) -> str:
    """Return when the first entry was written, UTC, ISO 8601; empty while there is none."""
    with database.reading() as connection:
        return connection.execute(sa.select(LOG.c.at).order_by(LOG.c.number).limit(1)).scalar() or ""


def actors(database: Database) -> list[str]:
    """Return the codes of all who acted, in order."""
    with database.reading() as connection:
        return list(connection.execute(sa.select(LOG.c.actor).distinct().order_by(LOG.c.actor)).scalars())


@dataclass(frozen=True, kw_only=True)
class Checked:
    """That the chain was verified and found whole, as the log itself says.

    Attributes:
        at: When, UTC, ISO 8601.
        actor: By whom.
        entries: How many there were.
    """

    at: str
    actor: str
    entries: int


def last_check(database: Database) -> Checked | None:
    """Return when the chain was last found whole; None = never."""
    found = entries(database, action="verify_log", rows=1).to_dict("records")
    return next((Checked(at=row["at"], actor=row["actor"], entries=json.loads(row["details"])["entries"])
                 for row in found), None)  # fmt: skip


def _conditions(
    *, actor: str, action: str, ref: str, since: date | None, until: date | None
) -> list[sa.ColumnElement[bool]]:
    if action and action not in ACTIONS:
        raise AccessLogError(f"There is no action {action!r}.", next_step=f"There are: {', '.join(ACTIONS)}.")
    wanted = [column == value for column, value in ((LOG.c.actor, actor), (LOG.c.action, action), (LOG.c.ref, ref))
              if value]  # fmt: skip
    if since is not None:
        wanted.append(LOG.c.at >= _moment(since, is_end=False))
    if until is not None:
        wanted.append(LOG.c.at <= _moment(until, is_end=True))
    return wanted


def _moment(day: date, *, is_end: bool) -> str:
    if isinstance(day, datetime):
        return stamp(day.astimezone(UTC))
    return stamp(datetime.combine(day, datetime.max.time() if is_end else datetime.min.time()))
