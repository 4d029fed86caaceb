"""Families: card number, village, and cross-checks that come with their source and date."""

from typing import Any

from validation.checks import holds
from validation.contract import CROSS_CHECKS, FAMILIES
from validation.rules import Rule
from validation.suites.identity import number_rules
from validation.suites.places import district_rule, village_rule
from validation.suites.suite import Tables, table_suite
from validation.text import Text


def _facts(rows: Any, _tables: Tables) -> Any:
    sourced = {
        f"__sourced_{name}": rows[name].isnull() | (rows[f"{name}_source"].notnull() & rows[f"{name}_date"].notnull())
        for name in CROSS_CHECKS
    }
    return rows.mutate(**sourced)


SUITE = table_suite(
    FAMILIES,
    owner="dtsen",
    facts=_facts,
    rules=(
        *number_rules("families", "family_id", Text("No. KK", "the KK number")),
        village_rule("families", "dtsen"),
        district_rule("families", "dtsen"),
        *(
            Rule(
                id=f"families.{name}.sourced",
                table="families",
                says=Text(
                    f"{name} disertai sumber dan tanggalnya: tanpa itu keluarga tidak dapat menyanggahnya",
                    f"{name} comes with its source and date: without them a family cannot contest it",
                ),
                check=holds(f"__sourced_{name}"),
                severity="warn",
                owner="portal",
            )
            for name in CROSS_CHECKS
        ),
    ),
)
