"""The outbox: messages are kept with what they tell of, and sent after; a crash between both neither loses nor doubles.

A message is tried by one process at a time. One that dies while it sends leaves it to the next after `LEASE`; whether
the server had taken it by then nobody can know, so that every try carries the same key (Message-ID, Idempotency-Key) by
which the receiver tells a second one. Tries are spaced 2, 4, 8, … seconds, at most an hour, and end after `MOST_TRIES`.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from analytics.alerts.channels import Send
from analytics.alerts.errors import DeliveryError
from analytics.alerts.keeping import Changes
from analytics.alerts.mail import PartlyRefusedError
from analytics.alerts.tables import MESSAGES
from analytics.alerts.wording import Message, plain
from analytics.cases.cases import utc_now
from analytics.log import kind_and_place, log
from analytics.register import Database

SENDING: Final = 7_337_009
"""Lock of PostgreSQL that taking a message holds: two at once would both send it."""
LEASE: Final = timedelta(minutes=10)
"""Time after which a message that was taken and neither sent nor given back is tried again."""
FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(hours=1)
MOST_TRIES: Final = 16
"""Some six hours, where somebody runs `tepat alerts run` every hour (assumed)."""


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How many messages were sent, wait for another try, and were given up."""

    sent: int = 0
    waiting: int = 0
    given_up: int = 0


def put(
    connection: sa.Connection, changes: Changes, *, dataset: str, channels: Iterable[str], said: tuple[str, str],
    now: datetime,
) -> None:  # fmt: skip
    """Keep one message a channel, in the transaction of the changes that it tells of.

    Args:
        connection: In that transaction.
        changes: With something to tell.
        dataset: Data set.
        channels: Their names.
        said: Subject and text.
        now: Naive UTC.
    """
    alerts = [plain(row) for row in changes.news]
    told = sorted((int(row["id"]), str(row["severity"])) for row in changes.news)
    for channel in channels:
        row = {
            "id": _key(dataset, channel, told), "dataset": dataset, "channel": channel, "made_at": now, "tries": 0,
            "body": {"subject": said[0], "text": said[1], "alerts": alerts}, "due_at": now, "fault": "",
        }  # fmt: skip
        connection.execute(MESSAGES.insert(), row)


def deliver(
    database: Database,
    channels: Mapping[str, Send],
    *,
    patience: timedelta,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Delivered:
    """Send what waits, again and again with longer pauses, until nothing waits that is due within `patience`.

    Args:
        database: The register.
        channels: Name to what sends; messages of others stay.
        patience: How long to go on.
        clock: The moment, UTC.
        sleep: Waits some seconds.
    """
    until = clock().replace(tzinfo=None) + patience
    sent = given_up = 0
    while (due := _next_due(database, channels)) is not None and due <= until:
        now = clock().replace(tzinfo=None)
        if due > now:
            sleep((due - now).total_seconds())
            continue
        row = _take(database, channels, now)
        if row is None:
            continue
        ended = _try(database, row, channels[row["channel"]], now)
        sent += ended == "sent"
        given_up += ended == "given_up"
    return Delivered(sent=sent, waiting=_waiting(database), given_up=given_up)


def _key(dataset: str, channel: str, told: list[tuple[int, str]]) -> str:
    return hashlib.sha256(json.dumps([dataset, channel, told]).encode()).hexdigest()[:32]


def _open(channels: Mapping[str, Send]) -> sa.ColumnElement[bool]:
    return sa.and_(
        MESSAGES.c.sent_at.is_(None), MESSAGES.c.given_up_at.is_(None), MESSAGES.c.channel.in_(list(channels))
    )


def _next_due(database: Database, channels: Mapping[str, Send]) -> datetime | None:
    with database.reading() as connection:
        due: datetime | None = connection.execute(
            sa.select(sa.func.min(MESSAGES.c.due_at)).where(_open(channels))
        ).scalar()
    return due


def _waiting(database: Database) -> int:
    query = sa.select(sa.func.count()).where(MESSAGES.c.sent_at.is_(None), MESSAGES.c.given_up_at.is_(None))
    with database.reading() as connection:
        return int(connection.execute(query).scalar() or 0)


def _take(database: Database, channels: Mapping[str, Send], now: datetime) -> dict[str, Any] | None:
    """Take the oldest message that is due, for `LEASE`."""
    query = sa.select(MESSAGES).where(_open(channels), MESSAGES.c.due_at <= now)
    with database.writing(lock=SENDING) as connection:
        row = connection.execute(query.order_by(MESSAGES.c.made_at, MESSAGES.c.id).limit(1)).first()
        if row is None:
            return None
        taken = {"due_at": now + LEASE, "tries": row.tries + 1}
        connection.execute(MESSAGES.update().where(MESSAGES.c.id == row.id).values(taken))
        return dict(row._mapping) | taken


def _try(database: Database, row: Mapping[str, Any], send: Send, now: datetime) -> str:
    """Send a message that was taken and keep how it ended: sent, waiting or given_up."""
    body = row["body"]
    values: dict[str, Any] = {"sent_at": now, "fault": ""}
    try:
        send(Message(row["id"], body["subject"], body["text"], body["alerts"]))
    except Exception as error:
        fault = type(error).__name__ if isinstance(error, DeliveryError) else kind_and_place(error)
        is_last = row["tries"] >= MOST_TRIES or isinstance(error, PartlyRefusedError)
        pause = min(FIRST_PAUSE * 2 ** (row["tries"] - 1), LONGEST_PAUSE)
        values = {"fault": fault[:128], "due_at": now + pause, "given_up_at": now if is_last else None}
        log("alert_not_sent", level=logging.WARNING, channel=row["channel"], fault=fault, tries=row["tries"])
    with database.writing() as connection:
        connection.execute(MESSAGES.update().where(MESSAGES.c.id == row["id"]).values(values))
    return "sent" if "sent_at" in values else "given_up" if values["given_up_at"] else "waiting"
