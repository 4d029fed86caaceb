"""A handful of families, records and objections, each with one thing about it, screened on an engine of their own."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest

from analytics.eligibility import rulebook
from analytics.objections.screening import Screened, Thresholds, screen_tables
from validation.contract import CONTRACT

DAY = dt.date(2026, 6, 30)
FILED = pd.Timestamp("2026-05-01 09:00").to_pydatetime()
RECENT = dt.date(2025, 6, 1)
FAMILY: dict[str, Any] = {
    "village": "35.10.01.2001", "decile": 2, "vehicle": False, "land": 0.0, "power": 900, "wage": 1_000_000,
    "state_employment": False,
} | {f"{name}_source": "Register" for name in ("vehicle", "land", "power", "wage", "state_employment")} | {
    f"{name}_date": RECENT for name in ("vehicle", "land", "power", "wage", "state_employment")
}  # fmt: skip
OBJECTION: dict[str, Any] = {
    "kind": "sanggah", "programme": "BPNT", "filed_by": "self", "channel": "portal", "grounds": "income_lost",
    "filed_at": FILED, "outcome": "pending",
}  # fmt: skip


def table(name: str, rows: list[dict[str, Any]]) -> Any:
    schema = CONTRACT[name].schema
    return ibis.memtable(pa.Table.from_pylist([{field: row.get(field) for field in schema.names} for row in rows],
                         schema=schema.remove_metadata()))  # fmt: skip


Screen = Callable[..., pd.DataFrame]


def world(
    *objections: dict[str, Any],
    families: dict[str, dict[str, Any]] | None = None,
    decisions: list[dict[str, Any]] | None = None,
    payments: list[dict[str, Any]] | None = None,
    registrations: list[dict[str, Any]] | None = None,
    persons: list[dict[str, Any]] | None = None,
    leave_out: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the contract's tables; a family that an objection names is there by itself, with one living member."""
    rows = [OBJECTION | {"objection_id": f"o{at}", "family_id": "a"} | one for at, one in enumerate(objections)]
    known = {row["family_id"]: {} for row in rows} | (families or {})
    members = [
        {"person_id": f"p-{name}", "family_id": name, "sex": "female", "birth_year": 1980, "relation": "head",
         "school": "none", "pregnant": False, "disability": False, "deceased": False}
        for name in known
    ]  # fmt: skip
    tables = {
        "families": [FAMILY | {"family_id": name} | own for name, own in known.items()],
        "persons": members if persons is None else persons,
        "objections": rows,
        "decisions": decisions or [],
        "payments": payments or [],
        "registrations": registrations or [],
    }
    return {name: table(name, found) for name, found in tables.items() if name not in leave_out}


def screened(*objections: dict[str, Any], pairs: pd.DataFrame | None = None, limits: Thresholds | None = None,
             **rest: Any) -> Screened:  # fmt: skip
    return screen_tables(world(*objections, **rest), rulebook(), day=DAY, pairs=pairs, limits=limits)


def rows_of(found: Screened) -> pd.DataFrame:
    return found.rows.to_pyarrow().to_pandas().set_index("objection_id").sort_index()


@pytest.fixture
def screen() -> Screen:
    """Screen objections and return the rows by objection_id."""
    return lambda *objections, **rest: rows_of(screened(*objections, **rest))


def decided(outcome: str, at: dt.datetime, family: str = "a", programme: str = "BPNT") -> dict[str, Any]:
    return {"family_id": family, "programme": programme, "outcome": outcome, "rule": f"{at:%y%m}", "decided_at": at}


def paid(at: dt.datetime, family: str = "a", period: str = "2026-Q1") -> dict[str, Any]:
    return {"family_id": family, "programme": "BPNT", "component": "sembako", "period": period, "amount": 600_000,
            "paid_at": at}  # fmt: skip
