"""Alerts on what the random field checks estimate: an interval wholly past a threshold, by programme."""

from collections.abc import Iterator

import pandas as pd

from analytics.alerts.catalogue import Entry
from analytics.alerts.ground import Ground
from analytics.alerts.multiplicity import p_of_interval
from analytics.alerts.observation import Observation, against
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.declared import declared
from analytics.metrics.precision import group_gaps
from analytics.metrics.scope import scope

SMALL_FAMILY = "small_family"
"""Group of families of one or two members."""


def estimate(ground: Ground, entry: Entry) -> list[Observation]:
    """Return an error of each programme, for the whole and for regions, from the latest periods."""
    found = []
    for filters in _programmes(ground):
        metric = METRICS[entry.metric]
        found += [_compared(entry, row, filters) for row in _known(measure(ground.warehouse, metric, filters))]
        for level, codes in ground.levels(entry):
            rows = measure(ground.warehouse, metric, filters, by=[level])
            found += [
                _compared(entry, row, filters, area=str(row[level])) for row in _known(rows[rows[level].isin(codes)])
            ]
    return found


def declared_figure(ground: Ground, entry: Entry) -> list[Observation]:
    """Return an error of each programme for which a figure was declared, against that figure."""
    found = []
    for filters in _programmes(ground):
        context = ground.manifest.dataset.context
        figures = declared(context, metric=entry.metric, programme=filters.programme) if context else []
        if figures:
            rows = _known(measure(ground.warehouse, METRICS[entry.metric], filters))
            found += [_compared(entry, row, filters, threshold=figures[-1].after) for row in rows]
    return found


def gap(ground: Ground, entry: Entry) -> list[Observation]:
    """Return by how much an error of small families exceeds that of all others, of each programme."""
    found = []
    for filters in _programmes(ground):
        rows = group_gaps(ground.warehouse, METRICS[entry.metric], filters, by=SMALL_FAMILY)
        for _, row in rows[(rows[SMALL_FAMILY] == "yes") & rows["gap"].notna()].iterrows():
            value, low, high = (float(row[name]) for name in ("gap", "gap_low", "gap_high"))
            found.append(against(entry, value, low=low, high=high, n=int(row["n"]), programme=filters.programme))
    return found


def _programmes(ground: Ground) -> Iterator[Filters]:
    """Give the filters of each programme, as the page of targeting opens with them."""
    if "targeting_cells" not in ground.warehouse.names("marts"):
        return
    known = scope(ground.warehouse)
    for programme in known.programmes:
        yield Filters(programme=programme, periods=known.recent_periods)


def _known(rows: pd.DataFrame) -> list["pd.Series[float]"]:
    return [row for _, row in rows[rows["value"].notna() & rows["low"].notna()].iterrows()]


def _compared(
    entry: Entry, row: "pd.Series[float]", filters: Filters, *, area: str = "", threshold: float | None = None
) -> Observation:
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    limit = entry.threshold if threshold is None else threshold
    if limit is None:
        raise ValueError(entry.code)
    p = p_of_interval(value, low, high, limit, direction=entry.direction) if area else None
    return against(
        entry, value, threshold=limit, low=low, high=high, n=int(row["n"]), area=area, programme=filters.programme, p=p
    )
