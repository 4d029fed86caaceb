"""Alerts on publishing itself: refused exports, data that stopped, rows that the gate held back."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from analytics.alerts.catalogue import Entry
from analytics.alerts.ground import Ground, may_be_named
from analytics.alerts.multiplicity import p_of_count
from analytics.alerts.observation import Observation, against
from analytics.disclosure.thresholds import LEAST_DENOMINATOR
from analytics.metrics import quality
from validation.contract import LEVELS

DAY = timedelta(days=1)


def refused(ground: Ground, entry: Entry) -> list[Observation]:
    """Return the age of the last publication in days where a later export was refused: that fires from day 0 on."""
    attempt = ground.store.last_attempt(ground.manifest.dataset.name)
    if attempt is None or attempt.published:
        return []
    days = max((ground.now - ground.manifest.published_at) / DAY, 0.0)
    return [replace(against(entry, days), fires=True, holds=True)]


def age(ground: Ground, entry: Entry) -> list[Observation]:
    """Return the days since the newest moment in the data; final data have no age."""
    if ground.manifest.dataset.final:
        return []
    return [against(entry, max((ground.now - ground.manifest.data_until) / DAY, 0.0))]


def quarantine(ground: Ground, entry: Entry) -> list[Observation]:
    """Return the share of the last batch's rows that a rule held back, for the whole and for regions."""
    if "districts" not in ground.warehouse.names("gate"):
        return []
    kept = ground.warehouse.run(ground.warehouse.table("districts", room="gate"))
    rows = quality.by_district(quality.complete(kept, "districts"))
    found = [_compared(entry, rows[["checked", "failed"]].sum())]
    for level, codes in ground.levels(entry):
        parts = LEVELS.index(level) + 1
        region = rows["district"].map(lambda code, parts=parts: ".".join(code.split(".")[:parts]))
        inside = rows.assign(region=region)[region.isin(codes)]
        sums = inside.groupby("region")[["checked", "failed"]].sum()
        found += [
            _compared(entry, row, area=str(code))
            for code, row in sums.iterrows()
            if may_be_named(int(row["failed"]), int(row["checked"]))
        ]
    return [each for each in found if each.n >= LEAST_DENOMINATOR]


def _compared(entry: Entry, row: "pd.Series[int]", *, area: str = "") -> Observation:
    checked, failed = int(row["checked"]), int(row["failed"])
    if entry.threshold is None:
        raise ValueError(entry.code)
    p = p_of_count(failed, checked, entry.threshold, direction=entry.direction) if area else None
    return against(entry, failed / checked if checked else 0.0, n=checked, area=area, p=p)
