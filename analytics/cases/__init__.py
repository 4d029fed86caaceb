"""Cases: families to look at again, from the flag to a recommendation that two officers stand for.

A case ends in a recommendation. Nothing here pays, stops or decides, and nothing here writes a snapshot: cases live in
the register. Until the finding is recorded nobody who works on a case is told why it was opened: a share of the cases
is random, so that what a finding is worth can be measured.
"""

from analytics.cases.case import Case, Flag
from analytics.cases.cases import Cases, open_cases
from analytics.cases.errors import CaseConflict, CaseError
from analytics.cases.life import ACTIONS, FINDINGS, OUTCOMES, SIDES, STATES
from analytics.cases.queue import NOBODY, Page

__all__ = [
    "ACTIONS",
    "FINDINGS",
    "NOBODY",
    "OUTCOMES",
    "SIDES",
    "STATES",
    "Case",
    "CaseConflict",
    "CaseError",
    "Cases",
    "Flag",
    "Page",
    "open_cases",
]
