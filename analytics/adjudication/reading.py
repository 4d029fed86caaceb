"""Reading pairs, their standing verdicts and their history, on a connection."""

from typing import Any

import pandas as pd
import sqlalchemy as sa

from analytics.access.areas import inside
from analytics.adjudication.errors import AdjudicationError
from analytics.adjudication.pair import Review
from analytics.adjudication.tables import EVENTS, PAIRS, REVIEWS
from analytics.register import Database
from analytics.register.database import frame_of


def lies_in(area: str) -> sa.ColumnElement[bool]:
    """Return the condition that both people of a pair live in an area: a pair across its border shows the other's."""
    return inside(area, PAIRS.c.district_a, PAIRS.c.district_b)


def row_of(connection: sa.Connection, pair: str, *, area: str = "") -> dict[str, Any]:
    """Return a row of `duplicate_pairs`.

    Raises:
        AdjudicationError: there is none of this id in the area; one outside it is not told from one that never was.
    """
    query = sa.select(PAIRS).where(PAIRS.c.id == pair, lies_in(area))
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise AdjudicationError(
            f"There is no pair {pair}.", next_step="`tepat faces pairs` counts those that there are."
        )
    return dict(row)


def standing(connection: sa.Connection, pair: str) -> tuple[Review, ...]:
    """Return the verdicts on a pair that stand, oldest first."""
    columns = [REVIEWS.c[name] for name in Review.__dataclass_fields__]
    query = sa.select(*columns).where(REVIEWS.c.pair == pair, REVIEWS.c.undone_at.is_(None)).order_by(REVIEWS.c.id)
    return tuple(Review(**row) for row in connection.execute(query).mappings())


def history(connection: sa.Connection, pair: str) -> pd.DataFrame:
    """Return what was done about a pair, oldest first: the columns of `duplicate_events` but its id."""
    columns = [column for column in EVENTS.c if column.name != "pair"]
    return frame_of(connection, sa.select(*columns).where(EVENTS.c.pair == pair).order_by(EVENTS.c.version))


def reviewed(database: Database, reviewer: str, *, dataset: str, rows: int, area: str = "") -> pd.DataFrame:
    """Return a reviewer's last verdicts that stand; see `Adjudication.reviewed`."""
    settled = sa.select(REVIEWS.c.id).where(
        REVIEWS.c.pair == PAIRS.c.id, REVIEWS.c.settles, REVIEWS.c.undone_at.is_(None)
    )
    undoable = sa.and_(PAIRS.c.opened_at.is_(None), sa.or_(REVIEWS.c.settles, ~sa.exists(settled.correlate(PAIRS))))
    names = ("pair", "verdict", "note", "at", "settles")
    query = sa.select(*(REVIEWS.c[name] for name in names), PAIRS.c.version, undoable.label("undoable"))
    query = query.join(PAIRS, PAIRS.c.id == REVIEWS.c.pair)
    query = query.where(PAIRS.c.dataset == dataset, REVIEWS.c.reviewer == reviewer, REVIEWS.c.undone_at.is_(None))
    query = query.where(lies_in(area))
    return database.frame(query.order_by(REVIEWS.c.id.desc()).limit(rows)).astype({"undoable": bool})


def undecided(database: Database, dataset: str, *, area: str = "") -> pd.DataFrame:
    """Return the pairs that wait for a supervisor; see `Adjudication.undecided`."""
    last = sa.func.max(REVIEWS.c.at).label("at")
    columns = [PAIRS.c.id.label("pair"), *(PAIRS.c[name] for name in ("district_a", "district_b", "version"))]
    query = sa.select(*columns, last).join(REVIEWS, REVIEWS.c.pair == PAIRS.c.id)
    query = query.where(PAIRS.c.dataset == dataset, PAIRS.c.state == "undecided", REVIEWS.c.undone_at.is_(None))
    query = query.where(lies_in(area))
    return database.frame(query.group_by(*(column for column in PAIRS.c if column.name in {
        "id", "district_a", "district_b", "version",
    })).order_by(last, PAIRS.c.id))  # fmt: skip
