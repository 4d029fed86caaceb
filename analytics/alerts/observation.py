"""What was measured for one alert at one place, beside its threshold."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from analytics.alerts.catalogue import Entry

Severity = Literal["notice", "warning", "critical"]
SEVERITIES: Final[tuple[Severity, ...]] = ("notice", "warning", "critical")
"""From the least to the worst."""
WARNING_FROM: Final = 1.25
CRITICAL_FROM: Final = 2.0
"""How far past its threshold a figure is, as a multiple of it, from which it is more than a notice (assumed)."""
RELEASE: Final = 0.9
"""Multiple of the threshold at which an open alert closes: a figure that goes to and fro at the threshold would
otherwise fire at each turn (assumed)."""
FAR: Final = 99.0
"""Most that a multiple says."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One figure.

    Attributes:
        area: Code of the region; empty = the whole data set.
        programme: Empty = none in particular.
        value: The figure, in the entry's unit.
        low: Lower end of its 95 % interval; NaN = counted in full.
        high: Upper end.
        n: Rows under it; 0 = it counts none.
        threshold: What it is compared with.
        fires: It is past the threshold, for certain where it has an interval; regions are judged together after.
        holds: An alert that is open stays so.
        excess: How far past the threshold it is for certain: 1 = at it, 2 = twice as far.
        p: Probability of such a figure where the truth is at the threshold; None = nothing is left to chance.
    """

    area: str = ""
    programme: str = ""
    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    threshold: float
    fires: bool
    holds: bool
    excess: float
    p: float | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is, by how far past the threshold."""
        if self.excess >= CRITICAL_FROM:
            return "critical"
        return "warning" if self.excess >= WARNING_FROM else "notice"


def against(
    entry: Entry,
    value: float,
    *,
    threshold: float | None = None,
    low: float = math.nan,
    high: float = math.nan,
    n: int = 0,
    area: str = "",
    programme: str = "",
    p: float | None = None,
) -> Observation:
    """Compare a figure with its threshold; one at the threshold is not past it.

    With an interval, its nearer end decides whether and how far the figure is past the threshold; whether an open alert
    stays, the figure itself.

    Args:
        entry: The alert.
        value: The figure.
        threshold: None = the entry's own.
        low: Lower end of the interval, NaN = none.
        high: Upper end.
        n: Rows under it.
        area: Region.
        programme: Programme.
        p: See `Observation`.
    """
    limit = entry.threshold if threshold is None else threshold
    if limit is None:
        raise ValueError(entry.code)
    sure = value if math.isnan(low) else low if entry.direction == "above" else high
    excess = past(sure, limit, direction=entry.direction)
    return Observation(
        area=area, programme=programme, value=value, low=low, high=high, n=n, threshold=limit, fires=excess > 1,
        holds=past(value, limit, direction=entry.direction) > RELEASE, excess=excess, p=p,
    )  # fmt: skip


def past(value: float, threshold: float, *, direction: Literal["above", "below"]) -> float:
    """Return how far past its threshold a value is, as a multiple, from 0 to `FAR`: 1 = at it.

    >>> past(0.3, 0.2, direction="above"), past(0.35, 0.7, direction="below")
    (1.4999999999999998, 2.0)
    """
    over, under = (value, threshold) if direction == "above" else (threshold, value)
    return min(max(over, 0.0) / under, FAR) if under > 0 else FAR
