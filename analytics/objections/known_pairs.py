"""Pairs of the register as the screening takes them: which families may be one, and which two reviewers confirmed."""

import pandas as pd
import sqlalchemy as sa

from analytics.adjudication.tables import PAIRS
from analytics.objections.screening.duplicates import PAIR_COLUMNS
from analytics.register import has_register
from analytics.register.database import open_database
from analytics.settings import Settings

NOT_DISMISSED = ("open", "third", "undecided", "confirmed")


def known_pairs(settings: Settings, dataset: str) -> pd.DataFrame | None:
    """Return the data set's pairs that nobody dismissed (`PAIR_COLUMNS`); None where there is no register."""
    if not has_register(settings):
        return None
    query = sa.select(PAIRS.c.family_a, PAIRS.c.family_b, (PAIRS.c.state == "confirmed").label("confirmed"))
    query = query.where(PAIRS.c.dataset == dataset, PAIRS.c.state.in_(NOT_DISMISSED))
    database = open_database(settings)
    try:
        found = database.frame(query)
    finally:
        database.close()
    return found[list(PAIR_COLUMNS)].astype({"confirmed": bool})
