"""How long usul and sanggah wait: the curve, steps, open cases by age, and what will be open."""

from itertools import pairwise

import numpy as np
import pandas as pd

from analytics.disclosure import hidden_in_list
from dashboard import objections
from dashboard.charts.bars import bars
from dashboard.charts.chart import Chart, rows_of, withholding
from dashboard.charts.ended_curve import ended_curve
from dashboard.charts.estimates import estimates
from dashboard.charts.forecast import forecast as forecast_chart
from dashboard.reader import Reader

AGE_BOUNDS = (7, 14)
"""Upper ends of the first age bands in days; the next ends at the limit, and one at twice the limit."""
WEEKS_SHOWN = 26
LEAST = 30
"""Fewest cases under a curve."""


def curve(reader: Reader) -> Chart | None:
    """Share that has ended by day."""
    found = objections.curve(reader)
    if found is None or found.cases < LEAST:
        return None
    data = pd.DataFrame(
        {
            "day": found.days["day"],
            "ended": 1 - found.days["survival"],
            "low": 1 - found.days["high"],
            "high": 1 - found.days["low"],
            "at_risk": found.days["at_risk"],
        }
    )
    enough = data[data["at_risk"] >= LEAST]  # beyond, the curve stands on a few cases
    median = found.quantile(0.5).value
    return ended_curve(
        enough,
        words=reader.words,
        measure=reader.words("objections.ended"),
        window=objections.window(),
        median=None if np.isnan(median) else median,
    )


def steps(reader: Reader) -> Chart | None:
    """Median days of every step."""
    found = objections.durations(reader)
    if found.empty:
        return None
    words = reader.words
    basis = [
        words("objections.few")
        if row["reason"]
        else words("objections.step_basis", most=words.number(row["most"]), share=words.percent(row["in_time"]))
        for _, row in found.iterrows()
    ]
    data = pd.DataFrame(
        {
            "name": [words(f"objections.step_{step}") for step in found["group"]],
            "value": found["median"],
            "low": found["median_low"],
            "high": found["median_high"].replace(np.inf, np.nan),
            "basis": basis,
        }
    )
    return estimates(
        data,
        words=words,
        measure=words("objections.median_days"),
        category_label=words("objections.by_step"),
        unit="number",
    )


def ages(reader: Reader) -> Chart | None:
    """Open cases by age, against the limit."""
    found = objections.ages(reader)
    if found.empty:
        return None
    words, limit = reader.words, objections.window()
    bounds = [-1, *(bound for bound in AGE_BOUNDS if bound < limit), limit, 2 * limit]
    names = [words("codes.days", age=f"{low + 1}–{high}") for low, high in pairwise(bounds)]
    names.append(words("objections.older", days=words.number(bounds[-1])))
    bands = pd.cut(found.index.to_series(), [*bounds, np.inf], labels=names)
    values = found.groupby(bands.to_numpy(), observed=False).sum().reindex(names, fill_value=0)
    hidden = hidden_in_list(values)
    chart = bars(
        pd.DataFrame({"name": names, "value": values.astype(float).mask(hidden).to_numpy()}),
        words=words,
        measure=reader.label("open_objections"),
        category_label=words("codes.age"),
        limit_after=names[-3],
        limit_label=words("objections.limit", days=words.number(limit)),
    )
    return withholding(chart, hidden.map({True: "withheld", False: ""}), words=words)


def forecast(reader: Reader) -> Chart | None:
    """Open cases by week, and at the present pace."""
    found = objections.backlog(reader)
    if found is None:
        return None
    was = found.weeks[["week", "open"]].rename(columns={"open": "value"}).tail(WEEKS_SHOWN)
    data = pd.concat([was, found.ahead.rename(columns={"value": "ahead"})], ignore_index=True)
    # A week's count is that of its end, the Sunday.
    data["when"] = data["week"] + pd.Timedelta(days=6)
    return forecast_chart(data.drop(columns="week"), words=reader.words, measure=reader.words("objections.open_at_end"))


def pace(reader: Reader) -> str:
    """Return how many come and end a week; empty where the snapshot does not tell."""
    found = objections.backlog(reader)
    if found is None:
        return ""
    words = reader.words
    return words(
        "objections.pace",
        came=words.number(found.came, decimals=1),
        ended=words.number(found.ended, decimals=1),
        errors=words.number(found.errors),
    )


def durations(reader: Reader, *, by: str) -> pd.DataFrame:
    """Return days by groups, named, without those that have too few cases."""
    found = objections.durations(reader, by=by)
    found = found[found["reason"] == ""]
    words = reader.words
    return pd.DataFrame(
        {
            "name": [objections.group_name(reader, by, code) for code in found["group"]],
            "cases": found["cases"],
            "overdue": found["overdue"],
            "median": [_days(reader, *row) for row in found[["median", "median_low", "median_high"]].to_numpy()],
            "most": [words.number(days) for days in found["most"]],
            "in_time": [
                f"{words.percent(row.in_time)} ({words.interval(row.in_time_low, row.in_time_high)})"
                for row in rows_of(found)
            ],
        }
    )


def _days(reader: Reader, value: float, low: float, high: float) -> str:
    words = reader.words
    end = words("objections.no_end") if np.isinf(high) else words.number(high)
    return words("objections.days_interval", value=words.number(value), low=words.number(low), high=end)
