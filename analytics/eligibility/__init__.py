"""The programmes' rules: who is refused by which record, what is not known, and what another threshold would do.

The rules answer and decide nothing: no table of payments or decisions is written here.
"""

from analytics.eligibility.answers import Answer, Benefit, Ruling, answers
from analytics.eligibility.rulebook import Rule, Rulebook, RuleError, rulebook
from analytics.eligibility.verdicts import VERDICTS, verdicts
from analytics.eligibility.what_if import Comparison, WhatIfError, compare

__all__ = [
    "VERDICTS",
    "Answer",
    "Benefit",
    "Comparison",
    "Rule",
    "RuleError",
    "Rulebook",
    "Ruling",
    "WhatIfError",
    "answers",
    "compare",
    "rulebook",
    "verdicts",
]
