"""The suites: one a table of the contract, and those of what the gate computes about the data."""

from validation.limits import Limits
from validation.rules import Rule
from validation.suites import (
    agents,
    audits,
    decisions,
    families,
    objections,
    payments,
    persons,
    photos,
    regions,
    registrations,
    verifications,
)
from validation.suites.computed import computed_suites
from validation.suites.suite import Suite, Tables

__all__ = ["SUITES", "Suite", "Tables", "all_rules", "computed_suites"]

SUITES: dict[str, Suite] = {
    module.SUITE.name: module.SUITE
    for module in (
        regions,
        families,
        agents,
        persons,
        registrations,
        verifications,
        decisions,
        objections,
        payments,
        audits,
        photos,
    )
}
"""In an order in which each comes after the tables that it refers to."""


def all_rules(limits: Limits | None = None) -> list[Rule]:
    """Return every rule of the gate."""
    suites = [*SUITES.values(), *computed_suites(limits or Limits()).values()]
    return [rule for suite in suites for rule in suite.rules]
