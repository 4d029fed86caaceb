"""Time in the pilot: quarters, their announcements and payment windows, days and hours of work. All local (WIB)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Times, Whole, choose_index


@dataclass(frozen=True, order=True)
class Quarter:
    """A payment period."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> "Quarter":
        """Return the quarter that holds the day."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def label(self) -> str:
        """The period as it stands in the exports: 2026-Q1."""
        return f"{self.year}-Q{self.number}"

    @property
    def start(self) -> dt.date:
        """Its first day."""
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def announcement(self) -> dt.date:
        """The day on which its list is published: decisions up to here count for it."""
        return self.start + dt.timedelta(days=p.ANNOUNCEMENT_DAY - 1)

    @property
    def next(self) -> "Quarter":
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        """The quarter before it."""
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)


FIRST_PAID = Quarter(*p.FIRST_PAID_QUARTER)
FIRST_NEW = Quarter(*p.FIRST_NEW_QUARTER)


def paid_quarters(until: dt.date) -> list[Quarter]:
    """Every quarter from the first in the exports to the one that holds `until`."""
    quarters = [FIRST_PAID]
    while quarters[-1] < Quarter.of(until):
        quarters.append(quarters[-1].next)
    return quarters


def months(first: dt.date, until: dt.date) -> Iterator[dt.date]:
    """First days of the whole months from `first` up to the month before `until`."""
    day = first
    while day < until.replace(day=1):
        yield day
        day = (day + dt.timedelta(days=32)).replace(day=1)


def at_hours(rng: np.random.Generator, day: Times, profile: tuple[float, ...]) -> Times:
    """Put events into the hours of their days by an hourly profile of 24 weights."""
    hour = choose_index(rng, profile, len(day))
    second = rng.integers(0, 3600, len(day))
    midnight: Times = day.astype("datetime64[D]").astype("datetime64[s]")
    at: Times = midnight + (hour * 3600 + second).astype("timedelta64[s]")
    return at


def to_workday(day: Times) -> Times:
    """Move weekends to the Monday after."""
    dates = day.astype("datetime64[D]")
    weekday: Whole = (dates.astype(np.int64) + 3) % 7
    shift = np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))
    shift[np.isnat(dates)] = 0
    moved: Times = dates + shift.astype("timedelta64[D]")
    return moved
