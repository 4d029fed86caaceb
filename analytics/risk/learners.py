"""Who teaches: families that a random field check was made of and answered, with what was known of them."""

from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.eligibility import VERDICTS
from analytics.eligibility.verdicts import SEPARATOR
from analytics.marts.common import with_district
from analytics.marts.groups import GROUPS, with_groups
from analytics.prediction.features import COLUMNS, column_of
from analytics.risk.inputs import (
    LEAST_KNOWN,
    OWN,
    Matrix,
    inputs,
    known_columns,
    known_share,
    own_features,
    regency_means,
)
from analytics.store import Warehouse
from validation.errors import TepatError

LEAST_CHECKS = 200
"""Answered random checks of a programme below which nothing is learnt (assumed)."""
NOBODY = ("no_category", "deceased")
"""Eligibility rules that say that a programme is for no member of the family."""
LEAST_OF_EACH = 30
"""Entitled and not entitled families among them at least (assumed)."""


class RiskError(TepatError):
    """The scores cannot be trained or told from these data."""


@dataclass(frozen=True, kw_only=True)
class Learners:
    """The families that teach one programme's scores; arrays of one length, one entry a check.

    Attributes:
        programme: What they were checked for.
        inputs: The columns `analytics.risk.inputs.INPUTS`.
        entitled: What the check found.
        welfare: Consumption that it measured, rupiah a head and month; NaN where it did not.
        weight: 1 / probability of being checked.
        receives: Paid for the programme in the period of the check.
        rows: family_id, village, district, province, period, visited_at, and GROUPS.
        means: Regency means of the features, of all families.
        used: Whether any family has the own feature, by OWN.
        too_little: Checks left out because too little of the record is known.
    """

    programme: str
    inputs: Matrix
    entitled: npt.NDArray[np.bool_]
    welfare: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    receives: npt.NDArray[np.bool_]
    rows: pd.DataFrame
    means: pd.DataFrame
    used: npt.NDArray[np.bool_]
    too_little: int

    def __len__(self) -> int:
        return len(self.entitled)

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Learners":
        """Return some of them."""
        return replace(
            self,
            inputs=self.inputs[chosen],
            entitled=self.entitled[chosen],
            welfare=self.welfare[chosen],
            weight=self.weight[chosen],
            receives=self.receives[chosen],
            rows=self.rows[chosen].reset_index(drop=True),
        )


def learners(warehouse: Warehouse, programme: str, *, poorest: float | None = None) -> Learners:
    """Return the families that teach a programme's scores.

    Args:
        warehouse: The snapshot.
        programme: One that field checks were made for.
        poorest: Take for entitled, instead of what the checker said, the families whose measured consumption is at or
            below this weighted quantile; checks without a measurement are left out.

    Raises:
        RiskError: there are no such checks, or too few of either answer.
    """
    found = checked(warehouse, programme, poorest=poorest)
    _demand_enough(found)
    return found


def checked(warehouse: Warehouse, programme: str, *, poorest: float | None = None) -> Learners:
    """Return the same families, however few they are; see `learners`.

    Raises:
        RiskError: the data set has no field checks.
    """
    tables = {name: warehouse.table(name) for name in warehouse.names("tables")}
    rows = _checked(warehouse, tables, programme)
    if poorest is not None:
        rows = rows[rows["welfare"].notna()].reset_index(drop=True)
        line = weighted_quantile(rows["welfare"], rows["weight"], poorest) if len(rows) else np.nan
        rows["entitled"] = rows["welfare"] <= line
    means, used = surroundings(warehouse, tables)
    own = own_features(rows)
    enough = known_share(own, used) >= LEAST_KNOWN
    return Learners(
        programme=programme,
        inputs=inputs(own, rows["village"], means),
        entitled=rows["entitled"].to_numpy(dtype=bool),
        welfare=rows["welfare"].to_numpy(dtype=float, na_value=np.nan),
        weight=rows["weight"].to_numpy(dtype=float),
        receives=rows["receives"].to_numpy(dtype=bool),
        rows=_described(rows),
        means=means,
        used=used,
        too_little=int((~enough).sum()),
    ).where(enough)


def _described(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows[[f"group {name}" for name in GROUPS]].set_axis(list(GROUPS), axis=1)
    return pd.concat([rows[["family_id", "village", "district", "province", "period", "visited_at"]], groups], axis=1)


def weighted_quantile(values: pd.Series, weight: pd.Series, share: float) -> float:
    """Return the smallest value that at least this share of the weight lies at or below."""
    order = np.argsort(values.to_numpy(), kind="stable")
    running = np.cumsum(weight.to_numpy()[order]) / weight.sum()
    return float(values.to_numpy()[order][np.searchsorted(running, share)])


def _checked(warehouse: Warehouse, tables: dict[str, Any], programme: str) -> pd.DataFrame:
    """Return the random, answered checks: the record, `group …`, district, province, weight, receives."""
    if "audits" not in tables:
        raise RiskError("This data set has no field checks.", next_step="Scores are learnt from checks alone.")
    checks = tables["audits"]
    checks = checks.filter(
        (checks.programme == programme) & checks.entitled.notnull() & (checks.inclusion_probability > 0)
    )
    checks = checks.select(
        "family_id", "period", "visited_at", "entitled", "welfare", weight=1.0 / checks.inclusion_probability
    )
    families = tables["families"].select("family_id", "village", *(column.name for column in COLUMNS))
    rows = with_district(checks.join(families, "family_id"), tables)
    rows = without_category(rows, warehouse, programme)
    groups = with_groups(checks.select("family_id").distinct(), tables, until=warehouse.manifest.data_until)
    rows = rows.join(groups.select("family_id", **{f"group {name}": groups[name] for name in GROUPS}), "family_id")
    frame = warehouse.run(_with_payment(rows, tables, programme).order_by(["period", "family_id"]))
    return frame.assign(province=frame["district"].str.split(".").str[0])


def without_category(rows: Any, warehouse: Warehouse, programme: str) -> Any:
    """Leave out the families that have no member whom the programme is for: that is a rule's answer, not a score's."""
    if VERDICTS not in warehouse.names("derived"):
        return rows
    ruled = warehouse.table(VERDICTS, room="derived")
    listed = ibis.literal(SEPARATOR) + ruled.refused_by + SEPARATOR  # no name may pass for a part of another
    nobody = reduce(or_, (listed.contains(f"{SEPARATOR}{name}{SEPARATOR}") for name in NOBODY))
    out = ruled.filter((ruled.programme == programme) & nobody)
    return rows.anti_join(out, "family_id")


def _with_payment(rows: Any, tables: dict[str, Any], programme: str) -> Any:
    """Add `receives`: paid for the programme in the period of the check."""
    if "payments" not in tables:
        return rows.mutate(receives=False)
    paid = tables["payments"]
    paid = paid.filter((paid.amount > 0) & (paid.programme == programme)).select("family_id", "period").distinct()
    found = rows.left_join(paid.mutate(paid=True), ["family_id", "period"]).drop("family_id_right", "period_right")
    return found.mutate(receives=found.paid.notnull()).drop("paid")


def surroundings(warehouse: Warehouse, tables: dict[str, Any]) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """Return the regency means over all families (index regency), and which own features any family has."""
    families = tables["families"]
    means = warehouse.run(regency_means(families)).set_index("regency").astype(float)
    known = warehouse.run(known_columns(families)).iloc[0]
    return means, np.array([bool(known[column_of(name)]) for name in OWN])


def _demand_enough(found: Learners) -> None:
    entitled = int(found.entitled.sum())
    if len(found) < LEAST_CHECKS or min(entitled, len(found) - entitled) < LEAST_OF_EACH:
        raise RiskError(
            f"There are too few field checks of {found.programme or 'this programme'} to learn from.",
            cause=f"{len(found)} were drawn at random and answered, {entitled} of them found the family entitled; "
            f"{LEAST_CHECKS} are needed, and {LEAST_OF_EACH} of each answer.",
            next_step="Plan more with `tepat audit plan`.",
        )
