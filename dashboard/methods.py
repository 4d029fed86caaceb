"""What the page Metode & Definisi lists: every metric by subject, the methods, the snapshot's own facts."""

from collections.abc import Callable
from typing import Final

from analytics.metrics import METRICS
from analytics.metrics.definitions import deciding, objecting, registering, targeting, verifying
from dashboard.reader import Reader

PARTS: Final = tuple(
    f"{error}_{source}"
    for error, sources in (
        ("inclusion_error", targeting.INCLUSION_SOURCES),
        ("exclusion_error", targeting.EXCLUSION_SOURCES),
    )
    for source in sources
)
"""Metrics that are parts of an error, by the step that it comes from."""
SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "targeting": tuple(metric.id for metric in targeting.METRICS if metric.id not in PARTS),
    "sources": PARTS,
    "registering": tuple(metric.id for metric in (*registering.METRICS, *verifying.METRICS)),
    "deciding": tuple(metric.id for metric in deciding.METRICS),
    "objecting": tuple(metric.id for metric in objecting.METRICS),
}
"""Subject to its metrics, all of the registry."""

METHODS: Final = ("estimates", "assisted", "small_areas", "funnel", "trend", "gate", "privacy", "limits")
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
