"""Measuring every alert of the catalogue on one snapshot."""

import logging
from dataclasses import dataclass
from datetime import datetime

from analytics.alerts.catalogue import Entry, in_force
from analytics.alerts.ground import Ground
from analytics.alerts.judging import judged
from analytics.alerts.observation import Observation
from analytics.alerts.sources import SOURCES
from analytics.log import kind_and_place, log


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What the alerts of a snapshot came to.

    Attributes:
        dataset: Its data set.
        snapshot: Its id; later ones sort after it.
        at: When it was judged, naive UTC.
        found: Code to what was measured, empty where nothing could be.
        failed: Codes that could not be measured because the program failed: what is open of them stays as it is.
    """

    dataset: str
    snapshot: str
    at: datetime
    found: dict[str, list[Observation]]
    failed: tuple[str, ...]


def evaluate(ground: Ground) -> Evaluation:
    """Measure and judge every alert; one that fails is logged and leaves the others."""
    found: dict[str, list[Observation]] = {}
    failed = []
    for entry in in_force(ground.settings.alert_thresholds):
        try:
            found[entry.code] = judged(_measured(ground, entry))
        except Exception as error:
            log("alert_failed", level=logging.ERROR, code=entry.code, error=kind_and_place(error))
            failed.append(entry.code)
    return Evaluation(
        dataset=ground.manifest.dataset.name, snapshot=ground.manifest.snapshot, at=ground.now, found=found,
        failed=tuple(failed),
    )  # fmt: skip


def _measured(ground: Ground, entry: Entry) -> list[Observation]:
    return SOURCES[entry.source](ground, entry)
