"""Keeping what was judged: an alert opens once, stays while it holds, is told again only when it got worse, and closes.

All of an evaluation is one transaction, its message included: both are kept, or neither.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from analytics.alerts.evaluating import Evaluation
from analytics.alerts.observation import SEVERITIES, Observation
from analytics.alerts.tables import ALERTS, JUDGED

JUDGING: Final = 7_337_008
"""Lock of PostgreSQL that one evaluation holds while it is kept: two at once would both open an alert."""
Cause = tuple[str, str, str]
"""Code, programme, area."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What an evaluation changed: rows of the table of alerts."""

    opened: tuple[dict[str, Any], ...] = ()
    worse: tuple[dict[str, Any], ...] = ()
    closed: tuple[dict[str, Any], ...] = ()

    @property
    def news(self) -> tuple[dict[str, Any], ...]:
        """What is to be told: the worst first."""
        rows = (*self.opened, *self.worse)
        return tuple(sorted(rows, key=lambda row: (-SEVERITIES.index(row["severity"]), row["code"], row["area"])))


def keep(connection: sa.Connection, evaluation: Evaluation) -> Changes:
    """Bring the alerts of a data set up to an evaluation and return what changed; the same one again changes nothing.

    Args:
        connection: Of `Database.writing(lock=JUDGING)`.
        evaluation: Of an older snapshot than the one that was judged last, it is left out.
    """
    last = sa.select(JUDGED.c.snapshot).where(JUDGED.c.dataset == evaluation.dataset)
    before = connection.execute(last).scalar()
    if before is not None and before > evaluation.snapshot:
        return Changes()
    standing = sa.select(ALERTS).where(ALERTS.c.dataset == evaluation.dataset, ALERTS.c.closed_at.is_(None))
    open_: dict[Cause, dict[str, Any]] = {
        (row.code, row.programme, row.area): dict(row._mapping) for row in connection.execute(standing)
    }
    opened, worse, seen = [], [], set()
    for code, observations in evaluation.found.items():
        for each in observations:
            cause = (code, each.programme, each.area)
            known = open_.get(cause)
            if known is None and each.fires:
                opened.append(_open(connection, evaluation, code, each))
            elif known is not None and (each.fires or each.holds):
                seen.add(cause)
                row, is_worse = _refresh(connection, evaluation, known, each)
                worse += [row] if is_worse else []
    gone = [row for cause, row in open_.items() if cause not in seen and cause[0] not in evaluation.failed]
    _close(connection, evaluation, gone)
    _judged(connection, evaluation, is_first=before is None)
    return Changes(opened=tuple(opened), worse=tuple(worse), closed=tuple(gone))


def _open(connection: sa.Connection, evaluation: Evaluation, code: str, each: Observation) -> dict[str, Any]:
    row = {
        "dataset": evaluation.dataset, "code": code, "programme": each.programme, "area": each.area,
        "told": each.severity, "opened_at": evaluation.at,
    } | _figures(evaluation, each)  # fmt: skip
    (number,) = connection.execute(ALERTS.insert(), row).inserted_primary_key or (0,)
    return row | {"id": number}


def _refresh(
    connection: sa.Connection, evaluation: Evaluation, known: dict[str, Any], each: Observation
) -> tuple[dict[str, Any], bool]:
    """Write the newest figures; where it is worse than was told, who acknowledged it acknowledged something else."""
    row = known | _figures(evaluation, each)
    is_worse = each.fires and SEVERITIES.index(each.severity) > SEVERITIES.index(known["told"])
    if is_worse:
        row |= {"told": each.severity, "acknowledged_by": None, "acknowledged_at": None, "acknowledged_reason": None}
    connection.execute(ALERTS.update().where(ALERTS.c.id == known["id"]).values(row))
    return row, is_worse


def _figures(evaluation: Evaluation, each: Observation) -> dict[str, Any]:
    return {
        "severity": each.severity, "value": each.value, "low": _known(each.low), "high": _known(each.high),
        "n": each.n, "threshold": each.threshold, "excess": each.excess, "snapshot": evaluation.snapshot,
        "judged_at": evaluation.at,
    }  # fmt: skip


def _known(end: float) -> float | None:
    return None if math.isnan(end) else end


def _close(connection: sa.Connection, evaluation: Evaluation, gone: Sequence[dict[str, Any]]) -> None:
    numbers = [row["id"] for row in gone]
    if numbers:
        connection.execute(ALERTS.update().where(ALERTS.c.id.in_(numbers)).values(closed_at=evaluation.at))


def _judged(connection: sa.Connection, evaluation: Evaluation, *, is_first: bool) -> None:
    row = {"snapshot": evaluation.snapshot, "at": evaluation.at, "failed": list(evaluation.failed)}
    if is_first:
        connection.execute(JUDGED.insert(), row | {"dataset": evaluation.dataset})
    else:
        connection.execute(JUDGED.update().where(JUDGED.c.dataset == evaluation.dataset).values(row))
