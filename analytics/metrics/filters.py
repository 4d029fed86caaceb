"""The filters that a reader sets; each metric applies those that its mart knows and names the others."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

from analytics.marts import MARTS
from analytics.marts.common import ALL

Unit = Literal["families", "persons"]
Method = Literal["direct", "ppi", "small_area"]
HOW = ("unit", "method")
"""Fields that say how to count; they filter nothing."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is counted; an empty field filters nothing."""

    area: str = ""
    """Code of a region of any level; all regions inside it count."""
    programme: str = ""
    channel: str = ""
    since: date | None = None
    until: date | None = None
    periods: tuple[str, ...] = ()
    """Payment periods that targeting speaks of."""
    rule: str = ""
    unit: Unit = "families"
    """Targeting in families, or in persons (families weighted by their size)."""
    method: Method = "direct"
    """How targeting is estimated: from the checks alone, with the model's help (PPI++), or for small areas."""

    def given(self) -> list[str]:
        """The names of the fields that filter something."""
        return [field.name for field in fields(self) if field.name not in HOW and getattr(self, field.name)]


_NEEDS = {
    "area": "district", "programme": "programme", "channel": "channel", "since": "day", "until": "day",
    "periods": "period", "rule": "rule",
}  # fmt: skip
OTHER_CHANNELS = ("objections_daily", "objection_durations", "objection_weeks", "objection_evidence")
"""Marts whose channel is an objection's way in: the filter speaks of the way that families were registered."""
VILLAGE_DEPTH = 3
"""Dots in a village's code."""


def unapplied(mart: str, filters: Filters) -> list[str]:
    """Return the names of the given filters that the mart cannot apply; a page must say so."""
    dimensions = MARTS[mart].dimensions
    names = [name for name in filters.given() if _NEEDS[name] not in dimensions]
    if filters.channel and mart in OTHER_CHANNELS:
        names.append("channel")
    if filters.area.count(".") == VILLAGE_DEPTH and "village" not in dimensions and "area" not in names:
        names.append("area")
    return names


def apply(rows: Any, mart: str, filters: Filters) -> Any:
    """Keep the rows of an Ibis table of `mart` that the filters admit."""
    skipped = unapplied(mart, filters)
    if filters.area:
        place = rows.village if "village" in rows.columns and "area" not in skipped else rows.district
        area = filters.area if "area" not in skipped else filters.area.rpartition(".")[0]
        rows = rows.filter((place == area) | place.startswith(f"{area}."))
    if "programme" in rows.columns and mart == "stages":
        rows = rows.filter(rows.programme == (filters.programme or ALL))
    elif filters.programme and "programme" not in skipped:
        rows = rows.filter(rows.programme == filters.programme)
    if filters.channel and "channel" not in skipped:
        rows = rows.filter(rows.channel == filters.channel)
    if filters.since and "since" not in skipped:
        rows = rows.filter(rows.day >= filters.since)
    if filters.until and "until" not in skipped:
        rows = rows.filter(rows.day <= filters.until)
    if filters.periods and "periods" not in skipped:
        rows = rows.filter(rows.period.isin(list(filters.periods)))
    if filters.rule and "rule" not in skipped:
        rows = rows.filter(rows.rule == filters.rule)
    return rows
