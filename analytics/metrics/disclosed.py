"""The disclosure step: what of a result leaves, the same for pages, downloads, briefs and reports (see `divided`).

It stands inside `measure` and `series`. The answer to a question does not depend on what was asked before, so that no
order of questions, no second session and no second reader of the same scope learns more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.disclosure.pooling import depth
from analytics.metrics.divided import Division, Told, names, spoken_of, told
from analytics.metrics.filters import Filters, unapplied
from analytics.metrics.metric import RESULT, Metric
from analytics.store import Warehouse
from validation.contract import LEVELS

MOST_DIVISIONS: Final = 3
"""Dimensions, days counted as one and regions not, that one question may divide a count by (assumed): beyond, tables
are many and cells few, and together tables of many dimensions bound more than each alone."""
EMPTIED: Final = [name for name in RESULT if name not in {"reason", "method"}]
STEPS: Final = {"day": "D", "week": "W", "month": "M"}
"""Step of a series to the name of its span in pandas."""
_FILTERED: Final = {"programme": "programme", "channel": "channel", "periods": "period", "rule": "rule"}


def disclosed(
    warehouse: Warehouse,
    metric: Metric,
    filters: Filters,
    found: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    grain: str = "",
) -> pd.DataFrame:
    """Return the result with the rows emptied that may not leave; their reason is "withheld".

    Estimates from field checks pass as they are: they rest on intervals and a least number of checks of their own.

    Args:
        warehouse: The snapshot.
        metric: What was measured.
        filters: What was counted.
        found: `by`, the columns of `RESULT` (others are kept as they are), and `when` for a series.
        by: Dimensions or region levels of the groups.
        grain: Step of a series: day, week, month or period.
    """
    if metric.kind == "sample" or found.empty:
        return found
    skipped = unapplied(metric.mart, filters)
    area = filters.area if "area" not in skipped else filters.area.rpartition(".")[0]
    since = filters.since if "since" not in skipped else None
    until = filters.until if "until" not in skipped else None
    filtered = {column: _given(filters, name) for name, column in _FILTERED.items() if name not in skipped}
    filtered = {column: values for column, values in filtered.items() if values}
    programme = spoken_of(metric, filters.programme)
    if programme:
        filtered.pop("programme", None)
    grouped = [name for name in by if name not in LEVELS] + (["period"] if grain == "period" else [])
    timed = bool(since or until or (grain and grain != "period"))
    dimensions = names([*filtered, *grouped])
    if len(dimensions) + timed > MOST_DIVISIONS:
        return withhold(found, np.ones(len(found), dtype=bool))
    known = told(warehouse, metric, Division(dimensions=dimensions, timed=timed, programme=programme))
    question = _Question(
        known=known, area=area, filtered=filtered, grouped=grouped, level=_lowest(by), grain=grain,
        since=since, until=until, timed=timed,
    )  # fmt: skip
    added = question.absent(found)
    whole = pd.concat([found, added[~question.shown(added)]], ignore_index=True) if len(added) else found
    keys = [*(["when"] if grain else []), *by]
    whole = whole.sort_values(keys, kind="stable", ignore_index=True) if len(whole) > len(found) else whole
    return withhold(whole, ~question.shown(whole))


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What is asked, and what is known of its division."""

    known: Told
    area: str
    filtered: dict[str, frozenset[Any]]
    grouped: list[str]
    level: str
    grain: str
    since: date | None
    until: date | None
    timed: bool

    def shown(self, rows: pd.DataFrame) -> Any:
        """Say which rows may leave."""
        fits = all(_fits(self.known.rare.get(name, frozenset()), each) for name, each in self.filtered.items())
        shown = np.full(len(rows), fits)
        for name in self.grouped:
            pool = self.known.rare.get(name, frozenset())
            values = rows[self._column(name)]
            shown &= ~np.array([(None if pd.isna(value) else value) in pool for value in values], dtype=bool)
        codes = [str(code) for code in rows[self.level]] if self.level else [self.area] * len(rows)
        shown &= np.array([self.known.region(code) for code in codes], dtype=bool)
        if self.timed:
            spans = _spans(rows, self.grain, self.since, self.until)
            shown &= np.array([_told(self.known, *each) for each in zip(codes, spans, strict=True)], dtype=bool)
        return shown

    def absent(self, found: pd.DataFrame) -> pd.DataFrame:
        """Return the groups that the result lacks: of a withheld one not even that nobody is in it may be told."""
        columns: dict[str, list[Any]] = {}
        if self.level:
            size = LEVELS.index(self.level) + 1
            columns[self.level] = sorted(
                code for code in self.known.regions if depth(code) == size and f"{code}.".startswith(self._inside())
            )
        for name in self.grouped:
            kept = self.filtered.get(name)
            columns[self._column(name)] = [
                value for value in self.known.values.get(name, ()) if kept is None or value in kept
            ]
        if self.grain in STEPS and self.known.days:
            first = max(self.known.first, self.since) if self.since else self.known.first
            last = self.known.first + timedelta(days=self.known.days - 1)
            last = min(last, self.until) if self.until else last
            start = pd.Timestamp(first).to_period(STEPS[self.grain]).start_time
            frequency = {"day": "D", "week": "W-MON", "month": "MS"}[self.grain]
            columns["when"] = list(pd.date_range(start, last, freq=frequency))
        if not columns:
            return found.iloc[:0]
        every = pd.MultiIndex.from_product(list(columns.values()), names=list(columns))
        there = pd.MultiIndex.from_frame(found[list(columns)].astype(object).where(found[list(columns)].notna(), None))
        missing: pd.DataFrame = every[~every.isin(there)].to_frame(index=False)
        return missing.assign(reason="", method="count").reindex(columns=found.columns)

    def _inside(self) -> str:
        return f"{self.area}." if self.area else ""

    def _column(self, name: str) -> str:
        return "when" if name == "period" and self.grain == "period" else name


def _lowest(by: Sequence[str]) -> str:
    return next((level for level in reversed(LEVELS) if level in by), "")


def withhold(found: pd.DataFrame, hidden: Any) -> pd.DataFrame:
    """Return a result without the numbers of the rows that are hidden."""
    if not hidden.any():
        return found
    emptied = found.copy()
    numbers = [name for name in EMPTIED if name in found]
    emptied[numbers] = emptied[numbers].astype(float)
    emptied.loc[hidden, numbers] = float("nan")
    emptied.loc[hidden, "reason"] = "withheld"
    return emptied


def _given(filters: Filters, name: str) -> frozenset[Any]:
    value = getattr(filters, name)
    return frozenset(value if isinstance(value, tuple) else [value] if value else [])


def _fits(pool: frozenset[Any], asked: frozenset[Any]) -> bool:
    """Say whether values that are added up hold all of a pool or none of it."""
    return not pool & asked or pool <= asked


def _told(known: Told, code: str, span: tuple[date | None, date | None]) -> bool:
    return known.between(code, *span)


def _spans(
    found: pd.DataFrame, grain: str, since: date | None, until: date | None
) -> list[tuple[date | None, date | None]]:
    """Return from which day to before which day each row counts."""
    after = until + timedelta(days=1) if until else None
    if grain in {"", "period"}:
        return [(since, after)] * len(found)
    step = {"day": pd.DateOffset(days=1), "week": pd.DateOffset(days=7), "month": pd.DateOffset(months=1)}[grain]
    starts = pd.to_datetime(found["when"])
    begins, ends = [each.date() for each in starts], [each.date() for each in starts + step]
    return [
        (max(begin, since) if since else begin, min(end, after) if after else end)
        for begin, end in zip(begins, ends, strict=True)
    ]
