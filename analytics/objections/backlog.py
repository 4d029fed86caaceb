"""What will be open in the next weeks at the present pace, with intervals that held on past weeks.

The forecast runs off what is open now by the rates at which cases of each age ended in the last quarter, adds as many
new ones a week as came in the last quarter, and runs those off too (the chain ladder of insurers, by week). A quarter,
because announcements come once a quarter and each brings a wave.

The interval is not the model's own: the same forecast is made for every past week from what was known then, and the
interval is as wide as those errors were (split conformal prediction, Vovk, Gammerman & Shafer 2005; errors relative to
the root of the forecast). It needs no assumption on the shape of waves, and it is wide where waves were not foreseen.
Held-out weeks, 80 and 95 % intervals, one to four weeks ahead: .80–.91 and .93–.99 over 24 simulated offices with and
without waves (`tests/analytics/objections/test_backlog.py`).
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np
import pandas as pd

from analytics.disclosure import SMALLEST
from analytics.estimation.inputs import FloatArray
from analytics.metrics.filters import Filters, apply
from analytics.objections.told import may_be_told
from analytics.store import Warehouse

MART: Final = "objection_weeks"
PACE: Final = 13
"""Weeks that the present pace is taken from."""
AHEAD: Final = 4
"""Weeks ahead: about the objection window."""
LEVELS: Final = (0.8, 0.95)
FIRST: Final = 4
"""Weeks of data before the first forecast that is judged."""
LEAST_ERRORS: Final = 19
"""Past errors without which no interval is given: fewer cannot bound 95 %."""
OWN_WEIGHT: Final = 5.0
"""Cases of the average rate that each age's rate is mixed with, so that ages with few cases end at the average."""


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What was open, and what will be.

    Attributes:
        weeks: One row a whole week: week (its Monday), open (at its end; NaN for 1 to 9, which are not shown).
        ahead: One row a coming week: week, value, low80, high80, low95, high95 (empty without enough past weeks).
        came: New ones a week at the present pace.
        ended: Ends a week at the present pace.
        errors: Past forecasts that the intervals rest on.
    """

    weeks: pd.DataFrame
    ahead: pd.DataFrame
    came: float
    ended: float
    errors: int


def backlog(warehouse: Warehouse, filters: Filters | None = None) -> Backlog | None:
    """Return the weeks so far and the next ones.

    None where the snapshot has no whole week of cases, or where what is open now, or came or ended in the weeks of the
    present pace, are 1 to 9: the forecast would tell them.
    """
    if MART not in warehouse.names("marts") or not may_be_told(warehouse, filters):
        return None
    rows = apply(warehouse.mart(MART), MART, filters or Filters())
    counts = warehouse.run(rows.group_by("came", "ended").aggregate(objections=rows.objections.sum()))
    if counts.empty:
        return None
    came = pd.to_datetime(counts["came"])
    first = came.min()
    day = pd.Timestamp(warehouse.manifest.day)
    count = (day - first).days // 7
    if count < 1:
        return None
    start = ((came - first).dt.days // 7).to_numpy()
    ended = pd.to_datetime(counts["ended"])
    end = ((ended - first).dt.days // 7).fillna(count).to_numpy().astype(int)
    cases = np.zeros((count, count + 1))
    inside = start < count
    np.add.at(
        cases,
        (start[inside], np.clip(end, start, count)[inside]),
        counts["objections"].to_numpy(dtype=float)[inside],
    )
    found = projected(cases, first=first)
    weeks, pace = found.weeks, min(count, PACE)
    now = (weeks["open"].iloc[-1], found.came * pace, found.ended * pace)
    if any(_few(round(number)) for number in now):
        return None
    return replace(found, weeks=weeks[["week"]].assign(open=weeks["open"].mask(weeks["open"].map(_few))))


def projected(cases: FloatArray, *, first: pd.Timestamp) -> Backlog:
    """Return the weeks and the forecast of one office.

    Args:
        cases: Row: week that cases came in; column: week that they ended in, the last column for those still open.
        first: Monday of the first week.
    """
    count = len(cases)
    open_ = np.array([_open(cases, week).sum() for week in range(count)])
    forecasts = np.array([_forecast(cases, week) for week in range(count)])
    ahead = pd.DataFrame({"week": [first + timedelta(weeks=count + step) for step in range(AHEAD)]})
    ahead["value"] = forecasts[-1]
    for level in LEVELS:
        reach = np.array([_reach(open_, forecasts, step, count - 1, level) for step in range(AHEAD)])
        name = f"{level * 100:.0f}"
        ahead[f"low{name}"] = np.maximum(forecasts[-1] - reach, 0.0)
        ahead[f"high{name}"] = forecasts[-1] + reach
    errors = max(count - 1 - AHEAD - FIRST + 1, 0)
    pace = slice(max(count - PACE, 0), count)
    came, ended = cases.sum(axis=1), cases[:, :count].sum(axis=0)
    weeks = pd.DataFrame(
        {
            "week": [first + timedelta(weeks=week) for week in range(count)],
            "came": came,
            "ended": ended,
            "open": open_,
        }
    )
    return Backlog(
        weeks=weeks, ahead=ahead, came=float(came[pace].mean()), ended=float(ended[pace].mean()), errors=errors
    )


def held_out(cases: FloatArray, *, level: float) -> list[tuple[int, bool]]:
    """Return for every past week whose forecast had an interval: the weeks ahead (1 …), and whether it held.

    Each interval is made from what was known in its week alone.
    """
    count = len(cases)
    open_ = np.array([_open(cases, week).sum() for week in range(count)])
    forecasts = np.array([_forecast(cases, week) for week in range(count)])
    found = []
    for step in range(AHEAD):
        for week in range(FIRST, count - step - 1):
            reach = _reach(open_, forecasts, step, week, level)
            if np.isfinite(reach):
                found.append((step + 1, bool(abs(open_[week + step + 1] - forecasts[week, step]) <= reach)))
    return found


def _few(number: float) -> bool:
    return 0 < number < SMALLEST


def _open(cases: FloatArray, week: int) -> FloatArray:
    """Return what is open at the end of a week, by the week that it came in."""
    found: FloatArray = cases[: week + 1, week + 1 :].sum(axis=1)
    return found


def _forecast(cases: FloatArray, week: int) -> FloatArray:
    """Return what is expected to be open one to `AHEAD` weeks after a week, from what was known at its end."""
    rates = _rates(cases, week)
    came = float(cases[max(week - PACE + 1, 0) : week + 1].sum()) / min(PACE, week + 1)
    waiting = _open(cases, week)[::-1]  # by age: the newest first
    found = np.zeros(AHEAD)
    for step in range(AHEAD):
        aged = waiting * (1 - rates[1 : len(waiting) + 1])
        waiting = np.append(came * (1 - rates[0]), aged)
        found[step] = waiting.sum()
    return found


def _rates(cases: FloatArray, week: int) -> FloatArray:
    """Return the share of the cases of each age in weeks that ended in a week, over the last `PACE` weeks."""
    at_risk, ended = np.zeros(week + 1), np.zeros(week + 1)
    left = cases[:, ::-1].cumsum(axis=1)[:, ::-1]
    for now in range(max(week - PACE + 1, 0), week + 1):
        came = np.arange(now + 1)
        at_risk[now - came] += left[came, now]
        ended[now - came] += cases[came, now]
    average = float(ended.sum() / at_risk.sum()) if at_risk.sum() > 0 else 0.0
    own = (ended + OWN_WEIGHT * average) / (at_risk + OWN_WEIGHT)
    return np.append(own, np.full(AHEAD + 1, average))


def _reach(open_: FloatArray, forecasts: FloatArray, step: int, week: int, level: float) -> float:
    """Return how far an interval made at the end of a week reaches to either side; NaN with too few past errors."""
    past = np.arange(FIRST, week - step)
    if len(past) < LEAST_ERRORS:
        return float("nan")
    errors = np.abs(open_[past + step + 1] - forecasts[past, step]) / np.sqrt(forecasts[past, step] + 1)
    place = int(np.ceil((len(past) + 1) * level))
    return float(np.sort(errors)[place - 1] * np.sqrt(forecasts[week, step] + 1))
