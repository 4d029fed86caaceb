"""Face checks: each belongs to a registration, in its time."""

from typing import Any

import ibis

from validation.checks import NotBefore
from validation.contract import VERIFICATIONS
from validation.rules import Rule
from validation.suites.suite import Tables, table_suite
from validation.text import Text


def _facts(rows: Any, tables: Tables) -> Any:
    if "registrations" not in tables:
        return rows
    made = tables["registrations"]
    made = made.select(__application=made.registration_id, __earliest=made.submitted_at - ibis.interval(days=1))
    return rows.left_join(made, rows.registration_id == made["__application"]).drop("__application")


SUITE = table_suite(
    VERIFICATIONS,
    owner="portal",
    facts=_facts,
    rules=(
        Rule(
            id="verifications.checked_at.order",
            table="verifications",
            says=Text(
                "checked_at paling awal sehari sebelum pendaftaran dikirim",
                "checked_at is at most a day before the registration was submitted",
            ),
            check=NotBefore("checked_at", "__earliest"),
            owner="portal",
            needs=("registrations",),
        ),
    ),
)
