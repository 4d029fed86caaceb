"""Adjudication: people decide whether a pair is one person; blind, twice, and a third where two disagree.

A confirmed pair opens cases. Nothing happens to a benefit. Pairs live in the register, by pseudonym; the identity of
the people in them is in `analytics.vault`.
"""

from analytics.adjudication.adjudication import Adjudication, open_adjudication
from analytics.adjudication.agreement import Agreement, cohens_kappa
from analytics.adjudication.errors import AdjudicationConflict, AdjudicationError
from analytics.adjudication.life import OUTCOMES, STATES, VERDICTS
from analytics.adjudication.overview import Overview
from analytics.adjudication.pair import (
    FieldAgreement,
    FieldWeight,
    PairToReview,
    RevealedPair,
    Review,
    Reviewed,
    Side,
)
from analytics.adjudication.storing import Stored, store_findings

__all__ = [
    "OUTCOMES",
    "STATES",
    "VERDICTS",
    "Adjudication",
    "AdjudicationConflict",
    "AdjudicationError",
    "Agreement",
    "FieldAgreement",
    "FieldWeight",
    "Overview",
    "PairToReview",
    "RevealedPair",
    "Review",
    "Reviewed",
    "Side",
    "Stored",
    "cohens_kappa",
    "open_adjudication",
    "store_findings",
]
