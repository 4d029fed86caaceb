"""Reading the log: who did what, newest first."""

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

    Returns:
        number, at (UTC, ISO 8601), actor, role, action, kind, ref, purpose, details (JSON text).

    Raises:
        AccessLogError: there is no such action.
    """
    if action and action not in ACTIONS:
        raise AccessLogError(f"There is no action {action!r}.", next_step=f"There are: {', '.join(ACTIONS)}.")
    query = sa.select(*(LOG.c[name] for name in SHOWN))
    for column, value in ((LOG.c.actor, actor), (LOG.c.action, action), (LOG.c.ref, ref)):
        query = query.where(column == value) if value else query
    if since is not None:
        query = query.where(LOG.c.at >= _moment(since, is_end=False))
    if until is not None:
        query = query.where(LOG.c.at <= _moment(until, is_end=True))
    return database.frame(query.order_by(LOG.c.number.desc()).limit(rows))


def _moment(day: date, *, is_end: bool) -> str:
    if isinstance(day, datetime):
        return stamp(day.astimezone(UTC))
    return stamp(datetime.combine(day, datetime.max.time() if is_end else datetime.min.time()))
