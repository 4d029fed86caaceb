"""Writing a pair: on the version that was seen, to what its standing verdicts say, with a line of its history."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from analytics.access_log import append
from analytics.adjudication import reading
from analytics.adjudication.errors import AdjudicationConflict, AdjudicationError
from analytics.adjudication.life import DECIDED, Action, state_of, wanted
from analytics.adjudication.tables import EVENTS, PAIRS
from analytics.cases.reading import kept


def seen(connection: sa.Connection, pair: str, version: int, *, area: str = "") -> dict[str, Any]:
    """Return a row of `duplicate_pairs`, where it is still the version that the officer saw.

    Raises:
        AdjudicationError: there is no such pair in the area, or no such version.
        AdjudicationConflict: somebody acted since; says when and what, but neither who nor how: that would tell a
            verdict of a pair that is still under blind review.
    """
    row = reading.row_of(connection, pair, area=area)
    if version == row["version"]:
        return row
    if not 0 < version < row["version"]:
        raise AdjudicationError(
            f"The pair {pair} has no version {version}.", next_step=f"It is at version {row['version']}."
        )
    done = reading.history(connection, pair).to_dict("records")
    since = [f"{each['action']} on {each['at']:%Y-%m-%d %H:%M} UTC" for each in done if each["version"] > version]
    raise AdjudicationConflict(
        f"Somebody acted on the pair {pair} since you looked at it.",
        cause=f"After version {version}: {'; '.join(since)}.",
        next_step=f"It is at version {row['version']} now. Nothing of yours was changed.",
    )


def write(
    connection: sa.Connection,
    row: dict[str, Any],
    action: Action,
    *,
    officer: str,
    reason: str,
    now: datetime,
    **changes: Any,
) -> int:
    """Bring a pair to what its standing verdicts say, keep that this was done, and return its new version.

    Args:
        connection: In a transaction that holds `storing.REVIEWING`.
        row: Of `duplicate_pairs`, as it was.
        action: What was done.
        officer: By whom.
        reason: Why; may be empty.
        now: When, naive UTC.
        changes: Columns that change besides.
    """
    reviews = reading.standing(connection, row["id"])
    verdicts = [each.verdict for each in reviews if not each.settles]
    settled = next((said for each in reviews if each.settles for said in DECIDED if said == each.verdict), None)
    state = state_of(verdicts, settled=settled)
    outcome = next((said for said, decided in DECIDED.items() if decided == state), None)
    decided_at = (row["decided_at"] if outcome == row["outcome"] else now) if outcome else None
    after = changes | {
        "state": state, "wanted": wanted(state, len(verdicts)), "outcome": outcome, "decided_at": decided_at,
    }  # fmt: skip
    changed = {name: value for name, value in after.items() if value != row[name]}
    version = int(row["version"]) + 1
    event = {
        "pair": row["id"], "version": version, "action": action, "officer": officer, "at": now, "reason": reason,
        "before": kept({name: row[name] for name in changed}), "after": kept(changed),
    }  # fmt: skip
    connection.execute(EVENTS.insert(), event)
    connection.execute(PAIRS.update().where(PAIRS.c.id == row["id"]), changed | {"version": version})
    said: dict[str, str | int] = {"action": action, "version": version, "state": state}
    if action in ("verdict", "settle"):
        said["verdict"] = reviews[-1].verdict
    append(
        connection,
        actor=officer,
        action="review_pair",
        kind="pair",
        ref=row["id"],
        at=now,
        details=said,
    )
    return version
