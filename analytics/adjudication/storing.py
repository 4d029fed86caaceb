"""Keeping what a search found: new pairs are added, and what people decided is never touched by a later run."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from analytics.adjudication.errors import AdjudicationError
from analytics.adjudication.life import REVIEWERS
from analytics.adjudication.tables import PAIRS, RUNS
from analytics.linkage.findings import BANDS, NAMED, PAIR_COLUMNS, Findings, SearchRun
from analytics.register import Database
from analytics.register.database import frame_of, records

REVIEWING = 7_337_003
"""Lock of PostgreSQL that all that writes pairs holds: two at once would hand out one pair too often."""
LETTERS = "ACDEFHJKLMNPQRTUVWXY"
"""Letters that are not taken for a digit or for each other, as in the ids of cases; random, so that an id tells nothing
of the pair's rank. Two of a million share one once in 20 registers; then the storing fails as a whole and is tried
again."""
ID_PARTS = (5, 5)
CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""What a field or a level of evidence is: a code, never a value of a record."""
SCORES = ("face", "record")
"""Columns that may be empty."""
TENTHS = 10


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What came of findings.

    Attributes:
        run: Id of the run.
        new: Pairs added.
        refreshed: Pairs known and not decided: they carry the new evidence.
        decided: Pairs known and decided: they stay as they are; a dismissed one does not come back.
        distinct: Pairs that are only counted.
    """

    run: str
    new: int
    refreshed: int
    decided: int
    distinct: int


def store_findings(database: Database, findings: Findings, *, now: datetime | None = None) -> Stored:
    """Keep a run and its pairs. Storing the same findings again changes nothing.

    A pair that was found before gets the new evidence as long as people have not decided it. What they decided stays,
    whatever a later run says of it: two people looked at both records, and a likelihood ratio did not.
    A pair in the band distinct is only counted by its run; where it was open before it waits, and is not handed out.

    Raises:
        AdjudicationError: a column is missing, or holds what it may not; then nothing is kept.
    """
    pairs, run = findings.pairs, findings.run
    _require_pairs(pairs)
    at = (now or datetime.now(UTC)).replace(tzinfo=None, microsecond=0)
    key = ["a", "b"]
    with database.writing(lock=REVIEWING) as connection:
        known_query = sa.select(PAIRS.c.a, PAIRS.c.b, PAIRS.c.id, PAIRS.c.outcome).where(PAIRS.c.dataset == run.dataset)
        known = frame_of(connection, known_query)
        merged = _plain(pairs).merge(known, on=key, how="left")
        is_known, is_decided = merged["id"].notna(), merged["outcome"].notna()
        fresh = merged[~is_known & (merged["band"] != "distinct")].drop(columns=["id", "outcome"])
        waiting = merged[is_known & ~is_decided].drop(columns="outcome")
        id_ = _keep_run(connection, run, pairs)
        if len(fresh):
            connection.execute(PAIRS.insert(), [row | _new(run.dataset, id_, at) for row in records(fresh)])
        if len(waiting):
            names = [name for name in PAIR_COLUMNS if name not in key]
            update = PAIRS.update().where(PAIRS.c.id == sa.bindparam("known"))
            update = update.values({name: sa.bindparam(f"new_{name}") for name in [*names, "priority", "run"]})
            rows = waiting.assign(run=id_).rename(columns=lambda name: "known" if name == "id" else f"new_{name}")
            connection.execute(update, records(rows.drop(columns=["new_a", "new_b"])))
    return Stored(
        run=id_,
        new=len(fresh),
        refreshed=len(waiting),
        decided=int(is_decided.sum()),
        distinct=int((pairs["band"] == "distinct").sum()),
    )


def _keep_run(connection: sa.Connection, run: SearchRun, pairs: pd.DataFrame) -> str:
    row = asdict(run) | {"at": run.at.replace(tzinfo=None), "settings": dict(run.settings)}
    said = json.dumps(row, sort_keys=True, default=str)
    id_ = hashlib.sha256(said.encode()).hexdigest()[:12]
    if connection.execute(sa.select(RUNS.c.id).where(RUNS.c.id == id_)).first() is None:
        bands = {band: int((pairs["band"] == band).sum()) for band in BANDS}
        connection.execute(RUNS.insert(), row | bands | {"id": id_})
    return id_


def _new(dataset: str, run: str, at: datetime) -> dict[str, Any]:
    return {
        "id": "-".join("".join(secrets.choice(LETTERS) for _ in range(size)) for size in ID_PARTS),
        "dataset": dataset, "run": run, "found_at": at, "lot": secrets.randbelow(2**32) / 2**32, "state": "open",
        "wanted": REVIEWERS, "version": 1,
    }  # fmt: skip


def _plain(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the columns as the table keeps them: empty text for what is not known, None for no score."""
    kept = pairs[list(PAIR_COLUMNS)].reset_index(drop=True)
    texts = [name for name in PAIR_COLUMNS if name.rpartition("_")[0] in {"channel", "agent"}]
    kept = kept.assign(**{name: kept[name].fillna("") for name in [*texts, "named"]})
    numbers = {name: pd.to_numeric(kept[name]).astype("float64") for name in (*SCORES, "prior", "probability")}
    evidence = [
        [
            {"field": str(each["field"]), "level": str(each["level"]), "log10_lr": float(each["log10_lr"])}
            for each in row
        ]
        for row in kept["evidence"]
    ]
    priority = (TENTHS * numbers["probability"]).astype("int64")
    return kept.assign(
        **numbers,
        cluster=kept["cluster"].astype("int64"),
        evidence=pd.Series(evidence, dtype=object),
        priority=priority,
    )


def _require_pairs(pairs: pd.DataFrame) -> None:
    missing = [name for name in PAIR_COLUMNS if name not in pairs.columns]
    if missing:
        raise AdjudicationError(
            f"The pairs have no column {missing[0]}.", next_step=f"They need: {', '.join(PAIR_COLUMNS)}."
        )
    texts = pairs[["a", "b", *(f"{name}_{side}" for name in ("family", "village", "district") for side in "ab")]]
    if texts.isna().any(axis=None) or (texts == "").any(axis=None):
        raise AdjudicationError("A pair does not say its people, their families or where they live.")
    if not (pairs["a"] < pairs["b"]).all():
        raise AdjudicationError("A pair is in the wrong order.", cause="a must stand before b, as text.")
    if pairs.duplicated(["a", "b"]).any():
        raise AdjudicationError("A pair stands twice in the findings.")
    unknown = sorted({*pairs["band"]} - {*BANDS}) + sorted({*pairs["named"].fillna("")} - {*NAMED, ""})
    if unknown:
        raise AdjudicationError(f"There is no band or named case {unknown[0]!r}.")
    probability = pd.to_numeric(pairs["probability"])
    if not (probability.between(0, 1).all() and np.isfinite(pd.to_numeric(pairs["prior"])).all()):
        raise AdjudicationError("A pair's probability is not in [0, 1], or its prior is not a number.")
    for evidence in pairs["evidence"]:
        for each in evidence:
            _require_evidence(each)


def _require_evidence(each: Mapping[str, Any]) -> None:
    said = {*each} == {"field", "level", "log10_lr"}
    if not (said and CODE.fullmatch(str(each["field"])) and CODE.fullmatch(str(each["level"]))):
        raise AdjudicationError(
            "Evidence of a pair is more than codes and weights.",
            cause="Each has a field and a level in small letters, digits and _ or -, at most 40, and log10_lr.",
            next_step="Leave out what a record says: only how both agree is kept.",
        )
    if not np.isfinite(each["log10_lr"]):
        raise AdjudicationError(f"The weight of the field {each['field']} is not a number.")
