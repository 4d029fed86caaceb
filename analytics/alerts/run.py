"""Alerts from end to end: measure, judge, keep with the message, send."""

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final

from analytics.alerts import wording
from analytics.alerts.channels import channels, wanted
from analytics.alerts.errors import AlertError
from analytics.alerts.evaluating import Evaluation, evaluate
from analytics.alerts.ground import Ground
from analytics.alerts.keeping import JUDGING, Changes, keep
from analytics.alerts.outbox import Delivered, deliver, put
from analytics.cases.cases import utc_now
from analytics.log import kind_and_place, log
from analytics.metrics.comparisons import place_names
from analytics.register import Database, open_database
from analytics.settings import Settings
from analytics.store import open_store

PATIENCE: Final = timedelta(seconds=30)
"""How long a run goes on trying to send; what is left waits for the next."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a run came to."""

    evaluation: Evaluation
    changes: Changes
    delivered: Delivered


def run(
    settings: Settings,
    dataset: str = "",
    *,
    clock: Callable[[], datetime] = utc_now,
    patience: timedelta = PATIENCE,
) -> Ran:
    """Judge the alerts of a data set's visible snapshot, keep what changed, and send what waits.

    Raises:
        NothingPublishedError: there is no such data set.
        AlertError: a threshold of the settings cannot be used.
        SettingsError: what the settings say of sending cannot be used; the alerts were judged all the same, and their
            message waits.
        RegisterError: the register cannot be reached.
    """
    with closing(open_database(settings)) as database:
        evaluation, changes = _judge(settings, dataset, database, clock)
        delivered = deliver(database, channels(settings), patience=patience, clock=clock)
    return Ran(evaluation=evaluation, changes=changes, delivered=delivered)


def after_publication(settings: Settings, dataset: str) -> None:
    """Run the alerts once a publication has ended, well or not; whatever goes wrong is logged and changes nothing."""
    if not settings.alerts:
        return
    try:
        ran = run(settings, dataset)
        log("alerts", dataset=dataset, opened=len(ran.changes.opened), worse=len(ran.changes.worse),
            closed=len(ran.changes.closed), failed=len(ran.evaluation.failed))  # fmt: skip
    except Exception as error:
        log("alerts_failed", level=logging.ERROR, dataset=dataset, error=kind_and_place(error))


def try_channels(settings: Settings) -> dict[str, str]:
    """Send a test message by every way that is set, and return how each ended: empty = it was taken, else why not.

    Raises:
        SettingsError: the settings cannot be used.
        AlertError: no way is set.
    """
    ways = channels(settings)
    if not ways:
        raise AlertError(
            "Alerts are not sent anywhere.",
            next_step="Set TEPAT_SMTP_HOST, TEPAT_MAIL_FROM and TEPAT_MAIL_TO, or TEPAT_WEBHOOK_URL.",
        )
    subject, text = (said.to(settings.language) for said in (wording.TEST_SUBJECT, wording.TEST_TEXT))
    ended = {}
    for name, send in ways.items():
        try:
            send(wording.Message(token_hex(16), subject, f"{text}\n", ()))
            ended[name] = ""
        except AlertError as error:
            ended[name] = " ".join(part for part in (error.message, error.cause, error.next_step) if part)
    return ended


def _judge(
    settings: Settings, dataset: str, database: Database, clock: Callable[[], datetime]
) -> tuple[Evaluation, Changes]:
    store = open_store(settings)
    now = clock().replace(tzinfo=None)
    with closing(store.open(dataset or settings.dataset)) as warehouse:
        ground = Ground(settings=settings, store=store, warehouse=warehouse, database=database, now=now)
        evaluation = evaluate(ground)
        names = place_names(warehouse)
    manifest = warehouse.manifest
    ways = wanted(settings)
    with database.writing(lock=JUDGING) as connection:
        changes = keep(connection, evaluation)
        if changes.news and ways:
            said = wording.digest(changes, manifest, names=names, language=settings.language)
            put(connection, changes, dataset=manifest.dataset.name, channels=ways, said=said, now=now)
    return evaluation, changes
