"""The queue: what is due first, a page at a time, without a word about why a case was opened."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from analytics.cases.errors import CaseError
from analytics.cases.life import SIDES, STATES
from analytics.cases.tables import CASES

NOBODY = "-"
"""Stands for: assigned to nobody."""
MOST_ROWS = 500
"""Of a page."""
COLUMNS = (
    "id", "programme", "family_id", "village", "district", "side", "state", "opened_at", "due_on", "assignee",
    "version", "finding", "outcome", "closed_at",
)  # fmt: skip
"""What a row of the queue shows; nothing that tells a random case from a flagged one."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A part of the queue.

    Attributes:
        rows: id, programme, family_id, village, district, side, state, opened_at, due_on, assignee, version, finding,
            outcome, closed_at.
        total: Cases that the filters leave, on all pages.
    """

    rows: pd.DataFrame
    total: int


def queue_query(*, dataset: str, area: str, state: str, assignee: str, side: str, programme: str) -> sa.Select[Any]:
    """Return the query of the cases that the filters leave, deadline first, closed ones by the latest.

    Raises:
        CaseError: there is no such state or side.
    """
    for name, value, known in (("state", state, STATES), ("side", side, SIDES)):
        if value and value not in known:
            raise CaseError(f"There is no {name} {value!r}.", next_step=f"There are: {', '.join(known)}.")
    query = sa.select(*(CASES.c[name] for name in COLUMNS))
    query = query.where(CASES.c.state == state if state else CASES.c.state != "closed")
    for name, value in (("dataset", dataset), ("side", side), ("programme", programme)):
        query = query.where(CASES.c[name] == value) if value else query
    if area:
        inside = CASES.c.village.startswith(f"{area}.", autoescape=True)
        query = query.where(sa.or_(CASES.c.village == area, CASES.c.district == area, inside))
    if assignee == NOBODY:
        query = query.where(CASES.c.assignee.is_(None))
    elif assignee:
        query = query.where(CASES.c.assignee == assignee)
    return query.order_by(CASES.c.due_on.asc().nulls_last(), CASES.c.closed_at.desc(), CASES.c.id)


def on_page(query: sa.Select[Any], *, page: int, rows: int) -> sa.Select[Any]:
    """Return the query of one page, 1 = the first.

    Raises:
        CaseError: there is no such page, or it would hold too many rows.
    """
    if page < 1 or not 1 <= rows <= MOST_ROWS:
        raise CaseError(
            f"There is no page {page} of {rows} rows.", next_step=f"Pages begin at 1 and hold 1 to {MOST_ROWS} rows."
        )
    return query.limit(rows).offset((page - 1) * rows)
