"""What the screening says of the shown snapshot: counts kept by snapshot and scope, and visits for officers alone."""

from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from analytics.disclosure import LEAST_DENOMINATOR
from analytics.objections.known_pairs import known_pairs
from analytics.objections.screening import Screened, screen
from analytics.objections.screening.evaluation import Evaluation, against_field_checks
from analytics.objections.screening.recommendation import Recommendation, recommendations
from analytics.objections.screening_report import counts
from analytics.objections.visit_order import current_scores, ordered
from analytics.settings import settings
from analytics.store import Warehouse
from dashboard.reader import Reader, Seen

IGNORED: Final = ("programme", "channel", "since", "until", "periods")
"""Filters that the screening leaves out: it judges every objection of an area."""
VISITS: Final = 10
"""Visits listed, the first in order; the file that `tepat objections screen` writes has all."""


@dataclass(frozen=True)
class Found:
    """Counts of an area: `screening_report.counts`, and what the screening is worth beside field checks."""

    counts: pd.DataFrame
    worth: Evaluation

    @property
    def enough(self) -> bool:
        """Return whether enough objections have a field check under them for any share."""
        return self.worth.answered >= LEAST_DENOMINATOR


def load(reader: Reader) -> Found | None:
    """Return the counts of the reader's area, None where the data set has no objections there."""
    if "objections" not in reader.warehouse.names("tables"):
        return None
    found = _found(reader.seen, reader.filters.area, _warehouse=_within(reader))
    return found if len(found.counts) else None


def visits(reader: Reader) -> list[Recommendation]:
    """Return the first visits of the reader's area, for who works on cases; nothing for others.

    They name families by pseudonym, so no cache holds them.
    """
    if not reader.access.may("work_cases"):
        return []
    warehouse = _within(reader)
    screened = _screened(warehouse)
    open_visits = ordered(screened, current_scores(warehouse, settings())).limit(VISITS)
    first = warehouse.run(open_visits.select("objection_id"))["objection_id"].tolist()
    if not first:
        return []
    rows = screened.rows.filter(screened.rows.objection_id.isin(first))
    told = recommendations(warehouse, screened.of(rows), most=VISITS)
    return sorted(told, key=lambda one: first.index(one.objection_id))


def _within(reader: Reader) -> Warehouse:
    return reader.warehouse.within(reader.filters.area)


def _screened(warehouse: Warehouse) -> Screened:
    return screen(warehouse, pairs=known_pairs(settings(), warehouse.manifest.dataset.name))


@st.cache_data(ttl="1h", max_entries=200, show_spinner=False)
def _found(seen: Seen, area: str, _warehouse: Warehouse) -> Found:
    del seen, area  # the key
    screened = _screened(_warehouse)
    return Found(counts(_warehouse, screened), against_field_checks(_warehouse, screened))
