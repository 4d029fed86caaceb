"""Opening cases from flags: the same flag twice opens nothing, and flags on one family join its open case."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
import sqlalchemy as sa

from analytics.access_log import append
from analytics.cases.case import KINDS
from analytics.cases.errors import CaseError
from analytics.cases.life import DAYS, SIDES, day_of
from analytics.cases.tables import CASES, EVENTS, FLAGS
from analytics.cases.wording import require_plain
from analytics.register.database import frame_of, records

LETTERS = "ACDEFHJKLMNPQRTUVWXY"
"""Letters that are not taken for a digit or for each other in handwriting, as in the codes of visits."""
ID_PARTS = (5, 5)
"""Letters of a case's id, in two groups. They are random: a number that counts would tell in which order cases were
opened, and so which are of the random draw. Two of a million cases share an id once in 20 registers; then the opening
fails as a whole and is tried again."""
FAMILY = ["family_id", "programme", "side"]
FLAG = [*FAMILY, "kind", "ref"]
NEEDED = (*FLAG, "village", "district", "evidence", "probability")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What came of flags.

    Attributes:
        cases: Cases opened.
        joined: Flags that joined a case opened before.
        known: Flags that were in already, and opened nothing.
        by_kind: Flags that are new, by kind.
    """

    cases: int
    joined: int
    known: int
    by_kind: dict[str, int]


def add_flags(
    connection: sa.Connection,
    flags: pd.DataFrame,
    *,
    dataset: str,
    snapshot: str,
    officer: str,
    reason: str,
    now: datetime,
) -> Opened:
    """Keep the flags that are new and open cases for the families that have none; see `Cases.open`."""
    _require_flags(flags)
    flags = flags.drop_duplicates(FLAG)
    known = frame_of(connection, sa.select(*(FLAGS.c[name] for name in FLAG)).where(FLAGS.c.dataset == dataset))
    new = flags[~pd.MultiIndex.from_frame(flags[FLAG]).isin(pd.MultiIndex.from_frame(known[FLAG]))]
    running = sa.select(CASES.c.id.label("case"), *(CASES.c[name] for name in FAMILY))
    running = running.where(CASES.c.dataset == dataset, CASES.c.closed_at.is_(None))
    new = new.merge(frame_of(connection, running), on=FAMILY, how="left")
    joins = new["case"].notna()
    fresh = new[~joins].drop_duplicates(FAMILY)
    fresh = fresh.assign(case=[_new_id() for _ in range(len(fresh))])
    mine = new[~joins].drop(columns="case").merge(fresh[[*FAMILY, "case"]], on=FAMILY)
    new = pd.concat([new[joins], mine], ignore_index=True)
    at = now.replace(tzinfo=None)
    if len(fresh):
        own = fresh[["case", *FAMILY, "village", "district"]].rename(columns={"case": "id"})
        due = day_of(now) + timedelta(days=DAYS["open"])
        rows = records(own.sort_values("id"))
        both = {"dataset": dataset, "state": "open", "version": 1, "opened_at": at, "due_on": due}
        connection.execute(CASES.insert(), [row | both for row in rows])
        event = {"version": 1, "action": "open", "officer": officer, "at": at, "reason": reason,
                 "before": {}, "after": {"state": "open"}}  # fmt: skip
        connection.execute(EVENTS.insert(), [event | {"case": row["id"]} for row in rows])
    if len(new):
        kept = records(new[[*FLAG, "case", "evidence"]])
        more = {"dataset": dataset, "snapshot": snapshot, "flagged_at": at}
        connection.execute(FLAGS.insert(), [row | more for row in kept])
        _note_probabilities(connection, new[new["kind"] == "random"])
    return Opened(
        cases=len(fresh),
        joined=int(joins.sum()),
        known=len(flags) - len(new),
        by_kind={str(kind): int(count) for kind, count in new["kind"].value_counts().sort_index().items()},
    )


def log_opened(
    connection: sa.Connection, opened: Opened, *, dataset: str, snapshot: str, officer: str, now: datetime
) -> None:
    """Append to the access log what was opened, if anything, once all else of the transaction is written."""
    if opened.cases or opened.joined:
        append(
            connection, actor=officer, action="open_cases", kind="dataset", ref=dataset, at=now,
            details={"snapshot": snapshot, "cases": opened.cases, "joined": opened.joined},
        )  # fmt: skip


def _note_probabilities(connection: sa.Connection, drawn: pd.DataFrame) -> None:
    """Say with which probability a case was drawn; a case that a former draw opened keeps its own."""
    if drawn.empty:
        return
    update = CASES.update().where(CASES.c.id == sa.bindparam("drawn"), CASES.c.inclusion_probability.is_(None))
    own = records(drawn[["case", "probability"]].rename(columns={"case": "drawn", "probability": "chance"}))
    connection.execute(update.values(inclusion_probability=sa.bindparam("chance")), own)


def _require_flags(flags: pd.DataFrame) -> None:
    missing = [name for name in NEEDED if name not in flags.columns]
    if missing:
        raise CaseError(f"The flags have no column {missing[0]}.", next_step=f"They need: {', '.join(NEEDED)}.")
    for name, known in (("kind", KINDS), ("side", SIDES)):
        unknown = sorted(set(flags[name]) - set(known))
        if unknown:
            raise CaseError(f"There is no {name} {unknown[0]!r} of flags.", next_step=f"Known: {', '.join(known)}.")
    texts = flags[[*FLAG, "village", "district"]]
    if texts.isna().any(axis=None) or (texts == "").any(axis=None):
        raise CaseError("A flag does not say its family, programme, place or what flagged it.")
    random = flags["kind"] == "random"
    chance = pd.to_numeric(flags["probability"])
    if not chance[random].between(0, 1, inclusive="right").all() or chance[~random].notna().any():
        raise CaseError(
            "A flag's probability cannot be used.",
            cause="A random flag has one above 0 and at most 1; another has none.",
        )
    for evidence in flags["evidence"]:
        if not isinstance(evidence, Mapping):
            raise CaseError("A flag's evidence is not a mapping.")
        require_plain(evidence)


def _new_id() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(size)) for size in ID_PARTS)
