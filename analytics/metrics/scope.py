"""What a snapshot can be asked: its programmes, periods, rules, days, and what the field checks hold."""

from dataclasses import dataclass
from datetime import date

from analytics.metrics.filters import Filters, apply
from analytics.store import Warehouse

RECENT_PERIODS = 2
"""Payment periods that targeting speaks of unless the reader chooses others."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The values that filters can take; empty where the snapshot has none."""

    programmes: tuple[str, ...]
    channels: tuple[str, ...]
    periods: tuple[str, ...]
    rules: tuple[str, ...]
    first_day: date | None
    last_day: date | None

    @property
    def recent_periods(self) -> tuple[str, ...]:
        """The latest periods with field checks."""
        return self.periods[-RECENT_PERIODS:]


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What the field checks under some filters are."""

    made: int
    entered: int
    """Random checks with a known probability and an answer."""
    unknown: int
    """Random or not: the checker could not tell."""
    not_random: int
    receivers: int
    """Checked families that receive, among those that entered."""


def scope(warehouse: Warehouse) -> Scope:
    """Return what the snapshot can be asked."""
    programmes = _distinct(warehouse, "payments_by_period", "programme") or _distinct(
        warehouse, "targeting_cells", "programme"
    )
    first_day = last_day = None
    if "registrations_daily" in warehouse.names("marts"):
        rows = warehouse.mart("registrations_daily")
        found = warehouse.run(rows.aggregate(first=rows.day.min(), last=rows.day.max()))
        first_day, last_day = found["first"].iloc[0], found["last"].iloc[0]
    return Scope(
        programmes=programmes,
        channels=_distinct(warehouse, "registrations_daily", "channel"),
        periods=_distinct(warehouse, "targeting_cells", "period"),
        rules=tuple(name for name in _distinct(warehouse, "targeting_cells", "rule") if name),
        first_day=first_day,
        last_day=last_day,
    )


def checks(warehouse: Warehouse, filters: Filters) -> Checks | None:
    """Return how many field checks were made and entered, None when the snapshot has none."""
    if "checks_by_reason" not in warehouse.names("marts"):
        return None
    found = warehouse.run(apply(warehouse.mart("checks_by_reason"), "checks_by_reason", filters))
    cells = warehouse.run(apply(warehouse.mart("targeting_cells"), "targeting_cells", filters))
    entered = cells[cells["entitled"].notna()]
    return Checks(
        made=int(found["checks"].sum()),
        entered=int(found.loc[found["enters"] == "yes", "checks"].sum()),
        unknown=int(found.loc[found["answer"] == "unknown", "checks"].sum()),
        not_random=int(found.loc[found["reason"] != "random", "checks"].sum()),
        receivers=int(entered.loc[entered["receives"].astype(bool), "n"].sum()),
    )


def _distinct(warehouse: Warehouse, mart: str, column: str) -> tuple[str, ...]:
    if mart not in warehouse.names("marts"):
        return ()
    rows = warehouse.mart(mart)
    return tuple(warehouse.run(rows.select(column).distinct().order_by(column))[column].dropna())
