"""Handing out: which pair a reviewer gets next, so that no two have more of it in hand than it still needs."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from analytics.adjudication.life import CLAIM
from analytics.adjudication.reading import lies_in
from analytics.adjudication.tables import CLAIMS, PAIRS, REVEALS, REVIEWS


def next_row(
    connection: sa.Connection, reviewer: str, *, dataset: str, now: datetime, area: str = ""
) -> dict[str, Any] | None:
    """Return the pair that a reviewer has in hand, else the best of those that they may get; None = there is none.

    Where an area is given both people live in it.

    First come those that need the fewest verdicts, so that what was begun is decided; then the likelier by tenths of
    the probability; in a tenth luck decides, so that the order tells no score.
    """
    columns = [PAIRS]
    in_hand = (
        sa.select(*columns)
        .join(CLAIMS, CLAIMS.c.pair == PAIRS.c.id)
        .where(PAIRS.c.dataset == dataset, PAIRS.c.wanted > 0)
        .where(CLAIMS.c.reviewer == reviewer, CLAIMS.c.until > now)
        .order_by(CLAIMS.c.claimed_at, PAIRS.c.id)
    )
    others = live_claims(reviewer, now=now).subquery()
    fresh = (
        sa.select(*columns)
        .outerjoin(others, others.c.pair == PAIRS.c.id)
        .where(PAIRS.c.dataset == dataset, PAIRS.c.wanted > sa.func.coalesce(others.c.claims, 0))
        .where(PAIRS.c.band != "distinct", *(sa.not_(sa.exists(seen)) for seen in seen_by(reviewer)))
        .order_by(PAIRS.c.wanted, PAIRS.c.priority.desc(), PAIRS.c.lot, PAIRS.c.id)
    )
    for query in (in_hand, fresh):
        row = connection.execute(query.where(lies_in(area)).limit(1)).mappings().first()
        if row is not None:
            return dict(row)
    return None


def seen_by(reviewer: str) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return what bars a reviewer from a pair: a verdict of theirs that stands, and having been shown its evidence."""
    judged = sa.select(REVIEWS.c.id).where(
        REVIEWS.c.pair == PAIRS.c.id, REVIEWS.c.reviewer == reviewer, REVIEWS.c.undone_at.is_(None)
    )
    shown = sa.select(REVEALS.c.pair).where(REVEALS.c.pair == PAIRS.c.id, REVEALS.c.viewer == reviewer)
    return judged, shown


def live_claims(reviewer: str, *, now: datetime) -> sa.Select[Any]:
    """Return the query of how many other reviewers have each pair in hand: pair, claims."""
    query = sa.select(CLAIMS.c.pair, sa.func.count().label("claims"))
    return query.where(CLAIMS.c.until > now, CLAIMS.c.reviewer != reviewer).group_by(CLAIMS.c.pair)


def room_for(connection: sa.Connection, row: dict[str, Any], reviewer: str, *, now: datetime) -> bool:
    """Return whether a pair needs a verdict that no other reviewer has it in hand for."""
    query = live_claims(reviewer, now=now).where(CLAIMS.c.pair == row["id"])
    claims = connection.execute(query).mappings().first()
    return int(row["wanted"]) > (claims["claims"] if claims else 0)


def claim(connection: sa.Connection, pair: str, reviewer: str, *, now: datetime) -> datetime:
    """Put a pair in a reviewer's hand and return until when; one that is in hand runs on from when it was given."""
    own = sa.and_(CLAIMS.c.pair == pair, CLAIMS.c.reviewer == reviewer)
    until = now + CLAIM
    held = connection.execute(CLAIMS.update().where(own, CLAIMS.c.until > now).values(until=until)).rowcount
    if not held:
        connection.execute(CLAIMS.delete().where(own))
        connection.execute(CLAIMS.insert(), {"pair": pair, "reviewer": reviewer, "claimed_at": now, "until": until})
    return until
