"""Who is reached, from poorest to richest, and the floor that arithmetic sets under both errors."""

from dataclasses import dataclass

import pandas as pd

from analytics.estimation import Floor, cgh_index, concentration_coefficient, concentration_curve, floor
from analytics.metrics.filters import Filters, apply
from analytics.metrics.measure import measure
from analytics.metrics.registry import METRICS
from analytics.store import Warehouse


@dataclass(frozen=True, kw_only=True)
class Incidence:
    """Coverage by decile of measured welfare, and how the rupiah are spread.

    Attributes:
        coverage: decile, value, low, high, n: share of each decile that receives.
        curve: people, amount: cumulative shares, poorest first.
        coefficient: Concentration coefficient of the rupiah; negative = the poor get more than their share.
        cgh: Coady–Grosh–Hoddinott index: rupiah to the poorest 40 % over their share of people.
    """

    coverage: pd.DataFrame
    curve: pd.DataFrame
    coefficient: float
    cgh: float


def incidence(warehouse: Warehouse, filters: Filters) -> Incidence | None:
    """Return the incidence of one programme by decile of measured welfare, or None without any measured welfare.

    Checks of unknown welfare belong to no decile.
    """
    if "targeting_cells" not in warehouse.names("marts"):
        return None
    rows = apply(warehouse.mart("targeting_cells"), "targeting_cells", filters)
    rows = rows.filter(rows.decile.notnull())
    weight = rows.persons if filters.unit == "persons" else rows.weight
    groups = rows.group_by("decile").aggregate(
        people=weight.sum(), receivers=rows.receives.ifelse(weight, 0.0).sum(), amount=rows.amount.sum()
    )
    cells = warehouse.run(groups.order_by("decile"))
    if cells.empty or not cells["amount"].sum():
        return None
    coverage = measure(warehouse, METRICS["coverage"], filters, by=["decile"])
    return Incidence(
        coverage=coverage[coverage["decile"].notna()].reset_index(drop=True),
        curve=concentration_curve(cells),
        coefficient=concentration_coefficient(cells),
        cgh=cgh_index(cells),
    )


def floors(warehouse: Warehouse, filters: Filters) -> Floor | None:
    """Return the least inclusion and exclusion error that a programme of this size allows, None without an estimate."""
    shares = [measure(warehouse, METRICS[name], filters)["value"] for name in ("coverage", "entitled_share")]
    if any(share.isna().all() for share in shares):
        return None
    coverage, entitled = (float(share.iloc[0]) for share in shares)
    return floor(coverage, entitled)
