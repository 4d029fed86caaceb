"""Ticks in the reader's language: Plotly itself knows English months and one way to write a number."""

import math
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import pandas as pd

from dashboard import theme
from dashboard.words import Unit, Words, is_missing, rupiah_scale

STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
HEADROOM: Final = 0.06
"""An axis ends this part of its reach above the highest value, or at a tick if one is nearer."""
MONTH_STEPS: Final = (1, 2, 3, 6, 12, 24, 60)
DAY_STEPS: Final = (1, 2, 7, 14, 21)
MOST_DAYS: Final = 95
"""Longer spans are ticked by month."""
TICKS: Final = 5
FAR_FROM_ZERO: Final = 0.25
"""An axis without zero is honest only for a line, and only when the lowest value is above this part of the highest."""


def nice_ticks(low: float, high: float, *, most: int = TICKS) -> list[float]:
    """Return at most about `most` round numbers that span `low` to `high`.

    >>> nice_ticks(0, 93)
    [0.0, 25.0, 50.0, 75.0, 100.0]
    """
    reach = (high - low) or abs(high) or 1.0
    rough = reach / (most - 1)
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in STEPS if factor * size >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return [round(place * step, 12) for place in range(first, last + 1)]


def value_ticks(ticks: list[float], *, words: Words, unit: Unit) -> list[str]:
    """Return the ticks in words with just the decimals their step needs."""
    scale = 0.01 if unit == "percent" else rupiah_scale(ticks[-1]) if unit == "rupiah" else 1.0
    step = (ticks[1] - ticks[0]) / scale
    decimals = next((places for places in range(4) if math.isclose(step, round(step, places))), 4)
    return [words.value(tick, unit=unit, decimals=decimals) for tick in ticks]


def value_axis(
    values: Iterable[float | None], *, words: Words, unit: Unit, from_zero: bool = True, most: int = TICKS
) -> dict[str, Any]:
    """Return range and translated ticks of an axis that holds `values`; missing ones do not count.

    Without `from_zero` the axis may leave zero out, but only when all values are far from it.
    """
    known = [float(value) for value in values if value is not None and not is_missing(value)]
    if from_zero or min(known, default=0) < FAR_FROM_ZERO * max(known, default=0):
        known.append(0.0)
    ticks = nice_ticks(min(known), max(known), most=most)
    return {
        "range": [ticks[0], min(ticks[-1], max(known) + HEADROOM * (max(known) - ticks[0] or 1.0))],
        "tickvals": ticks,
        "ticktext": value_ticks(ticks, words=words, unit=unit),
    }


def tick_room(axis: dict[str, Any]) -> int:
    """Return the left margin the tick texts of a value axis need, px."""
    return 12 + max(len(text) for text in axis["ticktext"]) * 7


def day_axis(first: date, last: date, *, words: Words) -> dict[str, Any]:
    """Return about `TICKS` dates as ticks between two days; the year stands below the first and at each turn."""
    start, end = pd.Timestamp(first).normalize(), pd.Timestamp(last).normalize()
    if (end - start).days <= MOST_DAYS:
        step = next((days for days in DAY_STEPS if (end - start).days / days < TICKS), DAY_STEPS[-1])
        days = list(pd.date_range(start, end, freq=f"{step}D"))
        names = [words.day_of_month(day) for day in days]
    else:
        months = (end.year - start.year) * 12 + end.month - start.month
        step = next((count for count in MONTH_STEPS if months / count <= TICKS), MONTH_STEPS[-1])
        days = list(pd.date_range(start, end, freq="MS"))[::step]
        names = [words.month_name(day) for day in days]
    turns = [position == 0 or day.year != days[position - 1].year for position, day in enumerate(days)]
    texts = [f"{name}<br>{day.year}" if turn else name for name, day, turn in zip(names, days, turns, strict=True)]
    return {"tickvals": days, "ticktext": texts, "type": "date", "tickfont": {"size": theme.TINY}}
