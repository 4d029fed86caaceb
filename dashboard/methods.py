"""What the page Metode & Definisi lists: every metric by subject, the methods, the snapshot's own facts."""

from collections.abc import Callable
from typing import Final

from analytics.metrics import METRICS
from analytics.metrics.definitions import deciding, objecting, registering, targeting
from dashboard.reader import Reader

SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "targeting": tuple(metric.id for metric in targeting.METRICS),
    "registering": tuple(metric.id for metric in registering.METRICS),
    "deciding": tuple(metric.id for metric in deciding.METRICS),
    "objecting": tuple(metric.id for metric in objecting.METRICS),
}
"""Subject to its metrics, all of the registry."""

METHODS: Final = ("estimates", "funnel", "trend", "gate", "privacy", "limits")
FACTS: Final[tuple[tuple[str, Callable[[Reader], str]], ...]] = (
    ("snapshot", lambda reader: reader.snapshot),
    (
        "published",
        lambda reader: reader.words.moment(reader.manifest.published_at, zone=reader.manifest.dataset.timezone),
    ),
    ("code", lambda reader: reader.manifest.code_version),
    ("settling", lambda reader: reader.words.number(reader.manifest.settling_days)),
    ("metrics", lambda reader: reader.words.number(len(METRICS))),
)
