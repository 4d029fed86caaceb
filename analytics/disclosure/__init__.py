"""Disclosure control: what leaves, on screens, in files and reports, tells of no few and can be turned back into none.

What readers may ask of metrics is told in blocks of 10 or more (`pooling`, applied by `analytics.metrics.disclosed`).
A single table hides small counts with as many others as it takes (`suppress`, tried by `attack` and `audit`), and
tables for everybody get noise under a budget (`release`, `Budget`). Functions of counts: nothing here reads a snapshot.
"""

from analytics.disclosure.attack import attack, audit
from analytics.disclosure.budget import Budget
from analytics.disclosure.errors import BudgetError, DisclosureError
from analytics.disclosure.lattice import TOTAL, region_tree
from analytics.disclosure.noise import Release, release
from analytics.disclosure.pooling import hidden_in_list
from analytics.disclosure.suppress import published, suppress
from analytics.disclosure.thresholds import LEAST_DENOMINATOR, PROTECTION, SMALLEST

__all__ = [
    "LEAST_DENOMINATOR",
    "PROTECTION",
    "SMALLEST",
    "TOTAL",
    "Budget",
    "BudgetError",
    "DisclosureError",
    "Release",
    "attack",
    "audit",
    "hidden_in_list",
    "published",
    "region_tree",
    "release",
    "suppress",
]
