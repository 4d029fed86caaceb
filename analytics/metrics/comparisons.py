"""Regions side by side: estimates with intervals, and a funnel that says which differ by more than chance."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics.estimation import funnel_limits
from analytics.metrics.filters import VILLAGE_DEPTH, Filters
from analytics.metrics.measure import measure
from analytics.metrics.metric import Metric
from analytics.store import Warehouse
from validation.contract import LEVELS


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The regions of one level.

    Attributes:
        regions: One row a region, those without data and those withheld (reason "withheld", no number) included:
            code, name, the result columns, position (within, beyond95, beyond998 or empty) and side (high, low or
            empty).
        limits: The funnel's curve: denominator, low95, high95, low998, high998.
        centre: The whole area's share, around which the funnel stands; NaN when nothing can be compared.
        phi: Over-dispersion factor.
    """

    regions: pd.DataFrame
    limits: pd.DataFrame
    centre: float
    phi: float


def places(warehouse: Warehouse, *, level: str, area: str = "") -> pd.DataFrame:
    """Return the regions of a level inside an area: code, name, parent."""
    rows = warehouse.mart("places")
    rows = rows.filter(rows.level == level)
    if area:
        rows = rows.filter((rows.code == area) | rows.code.startswith(f"{area}."))
    return warehouse.run(rows.select("code", "name", "parent").order_by("code"))


def place_names(warehouse: Warehouse) -> dict[str, str]:
    """Return the name of every region by its code."""
    found = warehouse.run(warehouse.mart("places").select("code", "name"))
    return dict(zip(found["code"], found["name"], strict=True))


def level_below(warehouse: Warehouse, area: str) -> str:
    """Return the level that an area is compared by: its children, or the first level that has more than one region."""
    if area:
        return LEVELS[min(area.count(".") + 1, VILLAGE_DEPTH)]
    return next((level for level in LEVELS if len(places(warehouse, level=level)) > 1), LEVELS[-1])


def compare(warehouse: Warehouse, metric: Metric, filters: Filters, *, level: str) -> Comparison:
    """Return a share for every region of `level` inside the filters' area, and its funnel."""
    measured = measure(warehouse, metric, filters, by=[level]).rename(columns={level: "code"})
    every = places(warehouse, level=level, area=filters.area)[["code", "name"]]
    regions = every.merge(measured, on="code", how="left")
    regions["reason"] = regions["reason"].fillna("no_data")
    regions["n"] = regions["n"].fillna(0).where(regions["reason"] != "withheld")
    known = regions["value"].notna()
    whole = measure(warehouse, metric, filters)["value"]
    if known.sum() < 2 or whole.isna().all() or metric.unit != "share":
        empty = pd.DataFrame(columns=["denominator", "low95", "high95", "low998", "high998"])
        return Comparison(
            regions=regions.assign(position="", side=""), limits=empty, centre=float("nan"), phi=float("nan")
        )
    errors: Any = regions.loc[known, "se"].to_numpy(dtype=float) if metric.kind == "sample" else None
    funnel = funnel_limits(
        regions.loc[known, "value"].to_numpy(dtype=float),
        regions.loc[known, "n"].to_numpy(dtype=float),
        standard_errors=errors,
        centre=float(whole.iloc[0]) if 0 < whole.iloc[0] < 1 else None,
    )
    placed = funnel.units.set_index(regions.index[known])
    regions["denominator_effective"] = placed["denominator"].reindex(regions.index)
    for name in ("position", "side"):
        regions[name] = placed[name].reindex(regions.index).fillna("")
    return Comparison(regions=regions, limits=funnel.curve, centre=funnel.centre, phi=funnel.phi)
