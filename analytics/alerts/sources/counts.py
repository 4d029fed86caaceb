"""Alerts on what is counted in full: shares of registry entries, and signals of their trends."""

import math

import pandas as pd

from analytics.alerts.catalogue import Entry
from analytics.alerts.ground import Ground, may_be_named
from analytics.alerts.multiplicity import p_of_count
from analytics.alerts.observation import FAR, Observation, against
from analytics.disclosure.thresholds import LEAST_DENOMINATOR
from analytics.estimation.control import NEAR
from analytics.metrics import METRICS, measure
from analytics.metrics.trends import trend


def share(ground: Ground, entry: Entry) -> list[Observation]:
    """Return a share for the whole, and for each region that may be named."""
    metric, warehouse = METRICS[entry.metric], ground.warehouse
    whole = measure(warehouse, metric)
    found = [_compared(entry, row) for row in _known(whole)]
    for level, codes in ground.levels(entry) if found else []:
        rows = measure(warehouse, metric, by=[level]).rename(columns={level: "code"})
        found += [
            _compared(entry, row, area=str(row["code"]))
            for row in _known(rows[rows["code"].isin(codes)])
            if may_be_named(int(row["numerator"]), int(row["denominator"]))
        ]
    return found


def part_of(ground: Ground, entry: Entry) -> list[Observation]:
    """Return the rows under one metric as a share of those under another, for the whole; nothing where withheld."""
    part, whole = (measure(ground.warehouse, METRICS[name]) for name in (entry.metric, entry.of))
    if part.empty or whole.empty or not whole["value"].iloc[0] >= LEAST_DENOMINATOR:
        return []
    n, rows = int(whole["value"].iloc[0]), float(part["numerator"].iloc[0])
    return [] if math.isnan(rows) else [against(entry, rows / n, n=n)]


def trend_signal(ground: Ground, entry: Entry) -> list[Observation]:
    """Return the last settled point of a trend, past its limit or not; nothing while the limits are provisional or
    where the point is withheld.

    The figure is compared by its distance from the mean, the limit's distance being 1. A steady series fires in
    1.4–2.1 % of weeks (20 and 52 weeks, simulated), one of 25 steady districts in every third: none of them is judged.
    """
    found = trend(ground.warehouse, METRICS[entry.metric], grain=entry.grain or "week")
    settled = found.points[found.points["settled"].astype(bool)]
    if found.provisional or settled.empty:
        return []
    last = settled.iloc[-1]
    value, centre = float(last["value"]), float(last["centre"])
    reach = float(last["upper"]) - centre
    if not reach > 0 or math.isnan(value):
        return []
    excess = min(abs(value - centre) / reach, FAR)
    fires = last["signal"] != ""
    limit = float(last["upper"] if value > centre else last["lower"])
    return [
        Observation(value=value, threshold=limit, fires=fires, holds=fires or excess > NEAR, excess=excess),
    ]


def _known(rows: pd.DataFrame) -> list["pd.Series[float]"]:
    return [row for _, row in rows[rows["value"].notna()].iterrows()]


def _compared(entry: Entry, row: "pd.Series[float]", *, area: str = "") -> Observation:
    count, n = int(row["numerator"]), int(row["denominator"])
    if entry.threshold is None:
        raise ValueError(entry.code)
    p = p_of_count(count, n, entry.threshold, direction=entry.direction) if area else None
    return against(entry, float(row["value"]), n=n, area=area, p=p)
