"""Figures of the access log: entries a day with natural limits, and counts by action and by actor."""

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.estimation import xmr
from dashboard.charts.chart import Chart
from dashboard.charts.trend import trend
from dashboard.log_search import Found, action_name
from dashboard.reader import Reader

LAST_DAYS = 60
"""Days that are shown and enter the limits."""
LEAST_DAYS = 2
"""One day makes no course."""


def is_course(found: Found) -> bool:
    """Return whether the entries found lie on more than one day."""
    return len(found.days) >= LEAST_DAYS


def daily(reader: Reader, *, days: tuple[tuple[date, int], ...]) -> Chart:
    """An XmR chart of entries a day, today's hollow: it still fills up."""
    today = datetime.now(ZoneInfo(reader.manifest.dataset.timezone)).date()
    every = pd.date_range(days[0][0], max(today, days[-1][0]), freq="D").date[-LAST_DAYS:]
    counts = dict(days)
    values = [float(counts.get(day, 0)) for day in every]
    settled = [day < today for day in every]
    limits = xmr(values, settled=settled, floor=0.0)
    points = limits.points[["value", "centre", "lower", "upper", "signal"]].assign(when=every, settled=settled)
    return trend(points, words=reader.words, measure=reader.words("log.entries"), provisional=limits.provisional)


def counted(reader: Reader, found: Found, by: Literal["action", "actor"]) -> pd.DataFrame:
    """Return the entries of each action or actor, most first, with the day of the last: by, entries, last."""
    words = reader.words
    rows = found.tally.groupby(by, as_index=False).agg(entries=("entries", "sum"), last=("day", "max"))
    rows = rows.sort_values(["entries", by], ascending=[False, True], ignore_index=True)
    names = [action_name(words, str(code)) for code in rows[by]] if by == "action" else rows[by]
    return rows.assign(**{by: names, "last": [words.day(day) for day in rows["last"]]})
