"""Checks: the few shapes that a rule can have, each said once for two engines.

A check compiles to an Ibis expression that is true where a row breaks it (one pass over any number of rows) and to a
Great Expectations expectation (named here, instantiated in `validation.reports`). An empty value breaks only `Filled`:
unknown is not wrong. A test runs both over the same damaged rows and compares them row by row.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import ibis

Expectation = tuple[str, dict[str, Any]]
"""Class name in `great_expectations.expectations`, and its arguments."""


class Check(Protocol):
    """One shape of rule."""

    def broken(self, rows: Any, now: datetime) -> Any:
        """Return the boolean Ibis column that is true where a row breaks the check."""

    def expectation(self, now: datetime) -> Expectation:
        """Return the same check as a Great Expectations expectation."""


@dataclass(frozen=True)
class Filled:
    """The column is not empty."""

    column: str

    def broken(self, rows: Any, _now: datetime) -> Any:
        """See `Check`."""
        return rows[self.column].isnull()

    def expectation(self, _now: datetime) -> Expectation:
        """See `Check`."""
        return "ExpectColumnValuesToNotBeNull", {"column": self.column}


@dataclass(frozen=True)
class OneOf:
    """The value is one of these."""

    column: str
    values: tuple[str | bool, ...]

    def broken(self, rows: Any, _now: datetime) -> Any:
        """See `Check`."""
        return rows[self.column].notin(list(self.values))

    def expectation(self, _now: datetime) -> Expectation:
        """See `Check`."""
        return "ExpectColumnValuesToBeInSet", {"column": self.column, "value_set": list(self.values)}


@dataclass(frozen=True)
class NoneOf:
    """The value is none of these."""

    column: str
    values: tuple[str | bool, ...]

    def broken(self, rows: Any, _now: datetime) -> Any:
        """See `Check`."""
        return rows[self.column].isin(list(self.values))

    def expectation(self, _now: datetime) -> Expectation:
        """See `Check`."""
        return "ExpectColumnValuesToNotBeInSet", {"column": self.column, "value_set": list(self.values)}


@dataclass(frozen=True)
class Between:
    """The number lies within the limits, which belong to the range."""

    column: str
    minimum: float | None = None
    maximum: float | None = None

    def broken(self, rows: Any, _now: datetime) -> Any:
        """See `Check`."""
        value, outside = rows[self.column], ibis.literal(value=False)
        if self.minimum is not None:
            outside |= value < self.minimum
        if self.maximum is not None:
            outside |= value > self.maximum
        return outside

    def expectation(self, _now: datetime) -> Expectation:
        """See `Check`."""
        limits = {"min_value": self.minimum, "max_value": self.maximum}
        return "ExpectColumnValuesToBeBetween", {"column": self.column, **limits}


@dataclass(frozen=True)
class Past:
    """The moment, day or year does not lie after the moment of judging."""

    column: str
    unit: Literal["time", "day", "year"]

    def broken(self, rows: Any, now: datetime) -> Any:
        """See `Check`."""
        limit = {"time": now, "day": now.date(), "year": now.year}[self.unit]
        return rows[self.column] > ibis.literal(limit)

    def expectation(self, now: datetime) -> Expectation:
        """See `Check`."""
        limit = {"time": now, "day": now.date(), "year": now.year}[self.unit]
        return "ExpectColumnValuesToBeBetween", {"column": self.column, "max_value": limit}


@dataclass(frozen=True)
class NotBefore:
    """`later` is not before `earlier`, where both are known."""

    later: str
    earlier: str

    def broken(self, rows: Any, _now: datetime) -> Any:
        """See `Check`."""
        return rows[self.later] < rows[self.earlier]

    def expectation(self, _now: datetime) -> Expectation:
        """See `Check`."""
        return "ExpectColumnPairValuesAToBeGreaterThanB", {
            "column_A": self.later,
            "column_B": self.earlier,
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        }


@dataclass(frozen=True)
class Same:
    """Both columns hold the same value, where both are known."""

    column: str
    other: str

    def broken(self, rows: Any, _now: datetime) -> Any:
        """See `Check`."""
        return rows[self.column] != rows[self.other]

    def expectation(self, _now: datetime) -> Expectation:
        """See `Check`."""
        return "ExpectColumnPairValuesToBeEqual", {
            "column_A": self.column,
            "column_B": self.other,
            "ignore_row_if": "either_value_is_missing",
        }


def holds(column: str) -> OneOf:
    """Return the check that a flag is true."""
    return OneOf(column, (True,))
