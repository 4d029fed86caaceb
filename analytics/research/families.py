"""The families of a snapshot as rows: quasi-identifiers at their finest level, sensitive columns, nothing else."""

from dataclasses import dataclass
from typing import Any, Final

import ibis
import pandas as pd

from analytics.eligibility import VERDICTS
from analytics.marts.common import is_first, with_district
from analytics.marts.groups import NOT_REGISTERED
from analytics.research.columns import AGES, SIZES, UNKNOWN, Sensitive, bands, sensitive
from analytics.research.errors import ResearchError
from analytics.store import Warehouse

YES_NO: Final = {True: "yes", False: "no"}


@dataclass(frozen=True, kw_only=True)
class Families:
    """One row a family.

    Attributes:
        rows: Quasi-identifiers (`columns.QUASI`) and sensitive columns as text, never empty; no pseudonym.
        sensitive: The sensitive columns.
        periods: Programme to the period that `receives_…` speaks of.
    """

    rows: pd.DataFrame
    sensitive: tuple[Sensitive, ...]
    periods: dict[str, str]


def families(warehouse: Warehouse) -> Families:
    """Return the families of a warehouse, in no order.

    Raises:
        ResearchError: it has none.
    """
    found = warehouse.table("families")
    tables = {name: warehouse.table(name) for name in warehouse.names("tables")}
    rows = with_district(
        found.select(
            "family_id", "village", "size", "head_sex", "disability", "decile",
            age=warehouse.manifest.day.year - found.head_birth_year,
        ),
        tables,
    )  # fmt: skip
    rows = _with_channel(rows, tables)
    periods = _latest_periods(warehouse, tables)
    for programme, period in periods.items():
        paid = tables["payments"]
        paid = paid.filter((paid.programme == programme) & (paid.period == period) & (paid.amount > 0))
        rows = _joined(rows, f"receives_{programme.lower()}", paid.select("family_id").distinct(), "yes", "no")
    judged = _judged(warehouse)
    for programme in judged:
        said = warehouse.table(VERDICTS, room="derived")
        said = said.filter(said.programme == programme).select("family_id", found="verdict")
        rows = _joined(rows, f"verdict_{programme.lower()}", said, said.found, UNKNOWN)
    frame = warehouse.run(rows.drop("family_id", "village"))
    if frame.empty:
        raise ResearchError("There are no families to export.", next_step="Choose another data set or area.")
    return Families(rows=_as_text(frame), sensitive=sensitive(tuple(periods), judged), periods=periods)


def _with_channel(rows: Any, tables: dict[str, Any]) -> Any:
    """Add the channel of the family's first registration."""
    if "registrations" not in tables:
        return rows.mutate(channel=ibis.literal(NOT_REGISTERED))
    made = tables["registrations"]
    made = made.mutate(first=is_first(made, ["family_id"], ["submitted_at", "registration_id"]))
    made = made.filter(made["first"]).select("family_id", "channel")
    joined = rows.left_join(made, "family_id").drop("family_id_right")
    return joined.mutate(channel=joined.channel.coalesce(NOT_REGISTERED))


def _joined(rows: Any, name: str, there: Any, value: Any, otherwise: str) -> Any:
    """Add a column: `value` where the family is `there`, else another."""
    there = there.select("family_id", **{name: value if not isinstance(value, str) else ibis.literal(value)})
    joined = rows.left_join(there, "family_id").drop("family_id_right")
    return joined.mutate(**{name: joined[name].coalesce(otherwise)})


def _latest_periods(warehouse: Warehouse, tables: dict[str, Any]) -> dict[str, str]:
    if "payments" not in tables:
        return {}
    paid = tables["payments"].filter(tables["payments"].amount > 0)
    latest = warehouse.run(paid.group_by("programme").aggregate(period=paid.period.max()).order_by("programme"))
    return dict(zip(latest["programme"], latest["period"], strict=True))


def _judged(warehouse: Warehouse) -> tuple[str, ...]:
    if VERDICTS not in warehouse.names("derived"):
        return ()
    said = warehouse.table(VERDICTS, room="derived")
    return tuple(warehouse.run(said.select("programme").distinct().order_by("programme"))["programme"])


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    flags = frame["disability"].map(YES_NO)
    decile = frame["decile"].map(lambda value: UNKNOWN if pd.isna(value) else str(int(value)))
    kept = frame.drop(columns=["district", "age"]).assign(
        region=frame["district"], size=bands(frame["size"], SIZES), head_age=bands(frame["age"], AGES),
        disability=flags, decile=decile,
    )  # fmt: skip
    return kept.fillna(UNKNOWN).astype("str")
