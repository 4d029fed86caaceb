"""A verification that is itself kept: the log says when it was last found whole, and by whom."""

from collections.abc import Callable, Iterable
from pathlib import Path

import sqlalchemy as sa

from analytics.access_log.anchor import anchor_file, read_anchor
from analytics.access_log.appending import record
from analytics.access_log.errors import AccessLogError
from analytics.access_log.tables import LOG
from analytics.access_log.verifying import Verified, verify
from analytics.register import Database
from analytics.settings import Settings


def verify_and_keep(
    settings: Settings,
    *,
    anchors: Iterable[Path] = (),
    actor: str | None = None,
    role: str = "",
    progress: Callable[[float], None] = lambda _share: None,
) -> Verified:
    """Verify the log and, where it is whole, append that it was.

    Where it is not, nothing is appended: an entry in the place of one that was cut off would only hide what was done.

    Args:
        settings: Home and register.
        anchors: Files of anchors that were kept elsewhere.
        actor: Who has it verified; None = `operator()`, on the command line.
        role: As which role, where an actor is given.
        progress: Told the share that is read.

    Raises:
        AccessLogError, SettingsError, RegisterError: as `verify` and `record`.
    """
    found = verify(settings, anchors=anchors, progress=progress)
    if found.entries and found.is_whole:
        given = {} if actor is None else {"role": role}
        details = {"entries": found.entries, "anchors": len(found.anchors)}
        record(settings, actor=actor, action="verify_log", details=details, **given)
    return found


def end_is_kept(database: Database, home: Path) -> bool:
    """Return whether the log still holds the entry that the home's anchor names; quick, and no verification."""
    path = anchor_file(home)
    if not path.exists():
        return True
    try:
        # Before the log: an entry that is appended meanwhile takes none away.
        anchor = read_anchor(path)
    except AccessLogError:
        return False
    with database.reading() as connection:
        kept = connection.execute(sa.select(LOG.c.hash).where(LOG.c.number == anchor.number)).scalar()
    return bool(kept == anchor.hash)
