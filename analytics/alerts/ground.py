"""What alerts are measured on: one snapshot, the store that it lies in, the register, and the moment."""

from dataclasses import dataclass
from datetime import datetime

from analytics.alerts.catalogue import Entry, Level
from analytics.disclosure.thresholds import LEAST_DENOMINATOR, SMALLEST
from analytics.metrics.comparisons import places
from analytics.register import Database
from analytics.settings import Settings
from analytics.store import Manifest, Store, Warehouse


@dataclass(frozen=True, kw_only=True)
class Ground:
    """See the module; `now` is naive UTC."""

    settings: Settings
    store: Store
    warehouse: Warehouse
    database: Database
    now: datetime

    @property
    def manifest(self) -> Manifest:
        """Of the snapshot."""
        return self.warehouse.manifest

    def levels(self, entry: Entry) -> list[tuple[Level, frozenset[str]]]:
        """Return the levels to look at, with the codes of their regions: those of one region are the whole."""
        found = [(level, frozenset(places(self.warehouse, level=level)["code"])) for level in entry.levels]
        return [(level, codes) for level, codes in found if len(codes) > 1]


def may_be_named(count: int, n: int) -> bool:
    """Return whether an alert on a region may tell a share of `count` of `n` rows: it tells neither part of 1 to 9."""
    return n >= LEAST_DENOMINATOR and not any(0 < part < SMALLEST for part in (count, n - count))
