"""The anchor: number and hash of the newest entry, kept outside the database, so that a cut end is found.

Each appended entry moves the one under the home folder forward, once it is committed. It stays where it is as soon as
the entry that it names is no longer as it was: what happened stays to be seen. A copy that is kept elsewhere also finds
what somebody did who had the home folder and its key.
"""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from analytics.access_log.errors import AccessLogError
from analytics.access_log.tables import LOG
from analytics.files import write_whole
from analytics.log import log

FILE = "access-log.anchor"
SIZE = 160
"""Bytes of the file under the home folder: more than the longest anchor."""


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """That an entry was the newest once.

    Attributes:
        number: Of the entry.
        hash: Of the entry, hex.
        at: When it was written, UTC, ISO 8601.
    """

    number: int
    hash: str
    at: str


def anchor_file(home: Path) -> Path:
    """Return where the anchor of a home lies."""
    return home / "keys" / FILE


def read_anchor(path: Path) -> Anchor:
    """Return the anchor that a file holds.

    Raises:
        AccessLogError: there is no such file, or it holds none.
    """
    try:
        said = json.loads(path.read_bytes())
        found = Anchor(number=int(said["number"]), hash=str(said["hash"]), at=str(said["at"]))
    except FileNotFoundError as error:
        raise AccessLogError(f"There is no anchor {path.name}.") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise AccessLogError(
            f"The anchor {path.name} cannot be read.",
            cause="It is no file that `tepat audit-log anchor` wrote, or it was changed.",
            next_step="Use a copy of it that was kept elsewhere.",
        ) from error
    return found


def anchor_text(anchor: Anchor) -> str:
    """Return an anchor as the text that `read_anchor` reads."""
    return json.dumps(asdict(anchor)) + "\n"


def keep_anchor(home: Path, anchor: Anchor) -> None:
    """Write the anchor of a home over the one before it.

    In place, with as many bytes each time: a new file a time would cost a hundred times more. It is not forced onto the
    disk, as the entry itself is: after a power cut an older anchor is there, which is as true.
    """
    path, content = anchor_file(home), anchor_text(anchor).rjust(SIZE).encode()
    try:
        if not path.exists():
            write_whole(path, content)
            return
        with path.open("r+b", buffering=0) as file:
            file.write(content)
    except OSError as error:
        # What was done is committed, and must not look undone; the older anchor still holds.
        log("access_log_anchor_not_kept", level=logging.WARNING, number=anchor.number, cause=error.strerror)


def may_move(connection: sa.Connection, home: Path, *, number: int, hash_: str) -> bool:
    """Return whether the anchor of a home may go on to the next entry: the log still ends in what it names, or held it.

    Args:
        connection: In a transaction that appends.
        home: Home folder.
        number: Of the newest entry so far, 0 = none.
        hash_: Of the newest entry so far.
    """
    path = anchor_file(home)
    if not path.exists():
        return True
    try:
        anchor = read_anchor(path)
    except AccessLogError:
        return False
    if anchor.number == number:
        return anchor.hash == hash_
    # Another process was faster, and this anchor is older; or the end was cut off.
    kept = connection.execute(sa.select(LOG.c.hash).where(LOG.c.number == anchor.number)).scalar()
    return kept == anchor.hash
