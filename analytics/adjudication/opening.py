"""From confirmed pairs to cases: the families of both, side receives, in each programme that they receive."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from analytics.adjudication.life import GRACE
from analytics.adjudication.reading import lies_in
from analytics.adjudication.storing import REVIEWING
from analytics.adjudication.tables import PAIRS
from analytics.adjudication.writing import write
from analytics.cases.cases import OPENING
from analytics.cases.opening import NEEDED, Opened, add_flags, log_opened
from analytics.register import Database
from analytics.register.database import wait_for

SIDE = "receives"
"""Side of the cases ("perlu diperiksa"): who receives is looked at again."""
DIGITS = 4
"""Of a probability that is kept as evidence."""


def open_cases(
    database: Database,
    receives: Callable[[], pd.DataFrame],
    *,
    dataset: str,
    snapshot: str,
    officer: str,
    reason: str,
    now: datetime,
    area: str = "",
) -> Opened:
    """Open cases of confirmed pairs, in one transaction with the pairs' own rows; see `Adjudication.open_cases`."""
    is_due = (
        PAIRS.c.dataset == dataset,
        lies_in(area),
        PAIRS.c.state == "confirmed",
        PAIRS.c.decided_at <= now.replace(tzinfo=None) - GRACE,
        PAIRS.c.opened_at.is_(None),
        sa.or_(PAIRS.c.looked_in.is_(None), PAIRS.c.looked_in != snapshot),
    )
    due = sa.select(PAIRS).where(*is_due)
    with database.reading() as connection:
        if connection.execute(due.limit(1)).first() is None:
            return Opened(cases=0, joined=0, known=0, by_kind={})
    programmes: dict[str, list[str]] = {}
    for family, programme in receives()[["family_id", "programme"]].drop_duplicates().itertuples(index=False):
        programmes.setdefault(family, []).append(programme)
    with database.writing(lock=OPENING) as connection:
        # An opening waits for no reviewer that waits for it: they hold the second lock alone.
        wait_for(connection, REVIEWING)
        rows = [dict(row) for row in connection.execute(due.order_by(PAIRS.c.id)).mappings()]
        flags = {row["id"]: _flags(row, programmes) for row in rows}
        every = pd.DataFrame([flag for own in flags.values() for flag in own], columns=list(NEEDED))
        opened = add_flags(
            connection, every, dataset=dataset, snapshot=snapshot, officer=officer, reason=reason, now=now
        )
        at = now.replace(tzinfo=None)
        connection.execute(PAIRS.update().where(*is_due).values(looked_in=snapshot))
        for row in rows:
            if flags[row["id"]]:
                write(connection, row, "cases", officer=officer, reason=reason, now=at, opened_at=at)
        log_opened(connection, opened, dataset=dataset, snapshot=snapshot, officer=officer, now=now)
    return opened


def _flags(row: Mapping[str, Any], programmes: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Return the flags of a pair's families: how both agree and what that weighs, and no value of a record."""
    evidence = {
        "pair": row["id"],
        "run": row["run"],
        "named": row["named"],
        "probability": round(row["probability"], DIGITS),
        "fields": row["evidence"],
    }
    sides = {row[f"family_{side}"]: side for side in ("b", "a")}
    return [
        {
            "family_id": family, "programme": programme, "side": SIDE, "kind": "duplicate", "ref": row["id"],
            "village": row[f"village_{side}"], "district": row[f"district_{side}"], "evidence": evidence,
            "probability": None,
        }
        for family, side in sides.items() for programme in programmes.get(family, ())
    ]  # fmt: skip
