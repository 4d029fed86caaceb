"""Appending an entry, in the transaction of what it tells of: both are kept, or neither."""

import os
import pwd
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from analytics.access_log.anchor import Anchor, keep_anchor, may_move
from analytics.access_log.chain import FIRST, KEY, existing_key, hash_of, mark_of
from analytics.access_log.entry import Action, Detail, canonical, require_entry
from analytics.access_log.errors import AccessLogError
from analytics.access_log.tables import LOG
from analytics.keys import secret_key
from analytics.register import open_database
from analytics.register.database import AFTER, HOME, ROLE, wait_for
from analytics.settings import Settings

APPENDING: Final = 7_337_007
"""Lock of PostgreSQL that who appends holds to the end of the transaction. It is taken last: append once all else of
the transaction is written, or two transactions may wait for each other."""
COMMAND_LINE: Final = "command_line"
"""Role of who works on the machine itself."""
_ROLE: ContextVar[str] = ContextVar("role", default="")


def append(
    connection: sa.Connection,
    *,
    actor: str,
    action: Action,
    role: str = "",
    kind: str = "",
    ref: str = "",
    purpose: str = "",
    details: Mapping[str, Detail] | None = None,
    at: datetime | None = None,
) -> int:
    """Append an entry to the access log and return its number.

    Args:
        connection: Of `Database.writing`, with all else of the transaction written.
        actor: Staff code, subject of the sign-in, or `operator()`; never a name.
        action: What was done.
        role: As which role; empty = that of the connection (`Database.acting`), else `COMMAND_LINE` in
            `on_command_line`, else not known.
        kind: What it was done to: person, case, pair, draw, dataset, …; empty = nothing.
        ref: Pseudonym, id or code of it.
        purpose: What for, in words that name nobody; empty = as the object's own history says.
        details: Plain values that name nobody: which step, which filters, how many rows.
        at: When, UTC; None = now.

    Raises:
        AccessLogError: an entry would hold what it may not, or the key is not the one that the log was written with.
    """
    role = role or str(connection.get_execution_options().get(ROLE, "")) or _ROLE.get()
    if role == COMMAND_LINE and actor != operator():
        # A code that is typed proves nothing: the login that typed it stands beside.
        details = dict(details or {}) | {"operator": operator()}
    require_entry(actor=actor, role=role, action=action, kind=kind, ref=ref, purpose=purpose)
    row: dict[str, Any] = {
        "at": stamp(at or datetime.now(UTC)), "actor": actor, "role": role, "action": action,
        "kind": kind, "ref": ref, "purpose": purpose, "details": canonical(details or {}),
    }  # fmt: skip
    home: Path = connection.get_execution_options()[HOME]
    wait_for(connection, APPENDING)
    newest = sa.select(LOG.c.number, LOG.c.hash, LOG.c.key).order_by(LOG.c.number.desc()).limit(1)
    number, previous, mark = connection.execute(newest).one_or_none() or (0, FIRST, "")
    key = existing_key(home) if number else secret_key(home, KEY)
    row |= {"number": number + 1, "key": mark_of(key), "previous": previous}
    if number and mark != row["key"]:
        raise AccessLogError(
            "The access log was written with another key.",
            cause=f"An entry made with the key under this home folder would not fit entry {number:,}.",
            next_step=f"Copy keys/{KEY}.key from the home folder of the machine that wrote the log.",
        )
    row["hash"] = hash_of(key, row)
    connection.execute(LOG.insert(), row)
    # Of several entries of one transaction the first decides: the anchor names none of the others.
    after = connection.info[AFTER]
    if KEY in after or may_move(connection, home, number=number, hash_=previous):
        anchor = Anchor(number=row["number"], hash=row["hash"], at=row["at"])
        after[KEY] = partial(keep_anchor, home, anchor)
    return int(row["number"])


def record(settings: Settings, *, actor: str | None = None, action: Action, **said: Any) -> int:
    """Append an entry on its own, before what it tells of is given out; see `append`.

    Args:
        settings: Home and register.
        actor: None = `operator()`, in the role `COMMAND_LINE`.
        action: What is about to be done.
        said: As `append`.

    Raises:
        AccessLogError: as `append`.
        SettingsError, RegisterError: as `analytics.register.open_database`.
    """
    if actor is None:
        actor, said = operator(), {"role": COMMAND_LINE} | said
    with closing(open_database(settings)) as database, database.writing() as connection:
        return append(connection, actor=actor, action=action, **said)


@contextmanager
def on_command_line() -> Iterator[None]:
    """Let entries that name no role be those of the command line."""
    token = _ROLE.set(COMMAND_LINE)
    try:
        yield
    finally:
        _ROLE.reset(token)


def stamp(at: datetime) -> str:
    """Return a moment, UTC, as the log keeps it: all of one length, so that they stand in the order of time."""
    return at.replace(tzinfo=None).isoformat(timespec="microseconds")


def operator() -> str:
    """Return who runs this process, as the machine knows them: `os:` and the login."""
    user = os.getuid()
    try:
        return f"os:{pwd.getpwuid(user).pw_name}"
    except KeyError:
        return f"os:{user}"
