"""Decisions: after the registration, with a time where there is an outcome, with reasons where refused."""

from typing import Any

from validation.checks import NotBefore, holds
from validation.contract import DECISIONS
from validation.rules import Rule
from validation.suites.suite import Tables, table_suite
from validation.text import Text


def _facts(rows: Any, tables: Tables) -> Any:
    rows = rows.mutate(__timed=(rows.outcome == "pending") == rows.decided_at.isnull())
    if "registrations" not in tables:
        return rows
    made = tables["registrations"]
    first = made.group_by(__registered=made.family_id).aggregate(__registered_at=made.submitted_at.min())
    return rows.left_join(first, rows.family_id == first["__registered"]).drop("__registered")


SUITE = table_suite(
    DECISIONS,
    owner="portal",
    facts=_facts,
    rules=(
        Rule(
            id="decisions.decided_at.order",
            table="decisions",
            says=Text(
                "decided_at tidak sebelum keluarga mendaftar", "decided_at is not before the family was registered"
            ),
            check=NotBefore("decided_at", "__registered_at"),
            owner="portal",
            needs=("registrations",),
        ),
        Rule(
            id="decisions.decided_at.outcome",
            table="decisions",
            says=Text("keputusan punya waktu, yang menunggu tidak", "a decision has its time, a pending one has none"),
            check=holds("__timed"),
            severity="warn",
            owner="portal",
        ),
    ),
)
