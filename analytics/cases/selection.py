"""Which families to open a case for: what rules, scores and objections flag in a snapshot, and a share left to chance.

Where only flags say who is visited, nobody learns what they miss, nor how often they are wrong. The random share is
drawn from all families of a side, flagged or not, so that each has the same known probability. Reads the snapshot and
writes nothing.
"""

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.audits.planning import require_random_share
from analytics.cases.errors import CaseError
from analytics.cases.life import SIDES
from analytics.eligibility import VERDICTS
from analytics.eligibility.verdicts import SEPARATOR
from analytics.marts.common import with_district
from analytics.risk.learners import without_category
from analytics.risk.saved import current
from analytics.risk.scoring import scores_path
from analytics.settings import Settings
from analytics.store import Warehouse

RANDOM_SHARE = 0.25
"""Share of the picks of a side that is left to chance (assumed)."""
CHECKED = ("accept", "field_check")
"""Screenings after which an objection waits for a visit."""
UNIT = ["family_id", "programme"]
COLUMNS = [*UNIT, "side", "kind", "ref", "village", "district", "evidence", "probability"]
DIGITS = 3
"""Of a score that is kept as evidence."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Scores of a snapshot's families by a model: family_id, programme, entitled (probability, may be empty)."""

    model: str
    rows: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What was chosen.

    Attributes:
        flags: What `Cases.open` takes; in no order that tells anything.
        sides: One row a side: side, families (family and programme, all that may be drawn), flagged (of them, by rule,
            score or objection), random (drawn), probability (of each to be drawn).
    """

    flags: pd.DataFrame
    sides: pd.DataFrame


def choose(
    warehouse: Warehouse,
    *,
    rules: int,
    scores: Scores | None = None,
    top: int = 0,
    random_share: float = RANDOM_SHARE,
    seed: int | None = None,
) -> Chosen:
    """Choose the families of a snapshot to open a case for.

    Args:
        warehouse: The snapshot.
        rules: Most receivers that are flagged by the rules: those whom most rules refuse, among equals by lot.
        scores: None = no score flags anybody.
        top: Families of each side with the highest score: of the receivers by 1 - entitled, of the others by entitled.
        random_share: Share of a side's picks that is left to chance, from `LEAST_RANDOM_SHARE` to below 1.
        seed: Of the lot; None = by the snapshot, so that choosing twice chooses the same.

    Raises:
        AuditError: the random share is too low.
        CaseError: the data set has no payments, or the share leaves no room for flags.
    """
    require_random_share(random_share)
    if random_share == 1:
        raise CaseError("A random share of 1 leaves no room for flags.", next_step="Draw with `tepat audit draw`.")
    snapshot = warehouse.manifest.snapshot
    seed = seed_of(snapshot) if seed is None else seed
    rng = np.random.default_rng(seed)
    families = candidates(warehouse)
    flagged = pd.concat(
        [
            _by_rules(warehouse, families, most=rules, rng=rng),
            _by_scores(families, scores, top=top),
            _by_objections(warehouse, families),
        ],
        ignore_index=True,
    )
    drawn, sides = [], []
    for side in SIDES:
        pool = families[families["side"] == side]
        count = len(flagged.loc[flagged["side"] == side, UNIT].drop_duplicates())
        picks = min(math.ceil(round(count * random_share / (1 - random_share), 9)), len(pool))
        found = systematic(pool, picks, rng=rng)
        chance = picks / len(pool) if len(pool) else 0.0
        ref = f"{snapshot}/{seed}/{side}/{picks}"
        drawn.append(_flags(found, "random", [ref] * picks, [{"probability": chance}] * picks, probability=chance))
        sides.append({"side": side, "families": len(pool), "flagged": count, "random": picks, "probability": chance})
    flags = pd.concat([flagged, *drawn], ignore_index=True)
    return Chosen(flags=flags.iloc[rng.permutation(len(flags))].reset_index(drop=True), sides=pd.DataFrame(sides))


def candidates(warehouse: Warehouse) -> pd.DataFrame:
    """Return whom a case may be about, in order of programme and family.

    Returns:
        family_id, programme, village, district, side (receives: was paid for the programme in its latest period with
        payments; missed: was not, and has a member whom the programme is for, as far as is known).

    Raises:
        CaseError: the data set has no payments.
    """
    if "payments" not in warehouse.names("tables"):
        raise CaseError(
            f"The data set {warehouse.manifest.dataset.name} has no payments.",
            cause="Without them nobody knows who receives.",
            next_step="Ingest an export with the table payments.",
        )
    tables = {name: warehouse.table(name) for name in ("families", "regions")}
    families = with_district(tables["families"].select("family_id", "village"), tables)
    everybody = warehouse.run(families)[["family_id", "village", "district"]]
    payments = warehouse.table("payments")
    payments = payments.filter(payments.amount > 0)
    paid = warehouse.run(payments.select("family_id", "programme", "period").distinct())
    parts = []
    for programme, own in paid.groupby("programme"):
        receivers = own.loc[own["period"] == own["period"].max(), "family_id"]
        reached = warehouse.run(without_category(families.select("family_id"), warehouse, str(programme)))["family_id"]
        receives = everybody["family_id"].isin(receivers)
        part = everybody.assign(programme=programme, side=np.where(receives, *SIDES))
        parts.append(part[receives | everybody["family_id"].isin(reached)])
    columns = ["family_id", "programme", "village", "district", "side"]
    found = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
    return found[columns].sort_values(["programme", "family_id"], ignore_index=True)


def systematic(pool: pd.DataFrame, picks: int, *, rng: np.random.Generator) -> pd.DataFrame:
    """Draw families at equal steps through the districts, in random order inside each, from a random start.

    Every family is drawn with probability picks / len(pool), and every district gives its share of the picks, rounded
    up or down (Cochran 1977, ch. 8; the list in order of district stratifies by itself).
    """
    if not picks:
        return pool.iloc[:0]
    ordered = pool.assign(luck=rng.random(len(pool))).sort_values(["district", "luck"]).drop(columns="luck")
    places = np.floor((np.arange(picks) + rng.random()) * len(pool) / picks).astype(np.int64)
    return ordered.iloc[np.minimum(places, len(pool) - 1)]


def scores_of(settings: Settings, warehouse: Warehouse) -> Scores:
    """Return the scores of a snapshot by the current model.

    Raises:
        ModelError: there is no model.
        CaseError: the model has not scored this snapshot.
    """
    manifest = current(settings.home, warehouse.manifest.dataset.name)
    path = scores_path(settings, manifest, warehouse.manifest.snapshot)
    if not path.is_file():
        raise CaseError(
            f"The model {manifest.id} has not scored the snapshot {warehouse.manifest.snapshot}.",
            next_step="Run `tepat score` first.",
        )
    return Scores(model=manifest.id, rows=pd.read_parquet(path, columns=[*UNIT, "entitled"]))


def seed_of(snapshot: str) -> int:
    """Return the seed that a snapshot has by itself."""
    return int.from_bytes(hashlib.sha256(snapshot.encode()).digest()[:4])


def _by_rules(warehouse: Warehouse, families: pd.DataFrame, *, most: int, rng: np.random.Generator) -> pd.DataFrame:
    """Flag receivers whom a rule refuses, once a rule."""
    if VERDICTS not in warehouse.names("derived"):
        return pd.DataFrame(columns=COLUMNS)
    ruled = warehouse.table(VERDICTS, room="derived")
    refused = warehouse.run(ruled.filter(ruled.verdict == "not_entitled").select(*UNIT, "refused_by"))
    rows = families[families["side"] == "receives"].merge(refused, on=UNIT)
    rows = rows.assign(ref=rows["refused_by"].str.split(SEPARATOR), luck=rng.random(len(rows)))
    rows = rows.assign(count=rows["ref"].str.len()).sort_values(["count", "luck"], ascending=False).head(most)
    rows = rows.explode("ref", ignore_index=True)
    evidence: dict[str, Any] = {"rulebook": warehouse.manifest.rules_version}
    return _flags(rows, "rule", rows["ref"].tolist(), [evidence] * len(rows))


def _by_scores(families: pd.DataFrame, scores: Scores | None, *, top: int) -> pd.DataFrame:
    """Flag the highest scores of each side."""
    if scores is None or not top:
        return pd.DataFrame(columns=COLUMNS)
    rows = families.merge(scores.rows, on=UNIT).dropna(subset="entitled")
    rows["score"] = np.where(rows["side"] == "receives", 1 - rows["entitled"], rows["entitled"])
    rows = rows.sort_values(["score", *UNIT], ascending=[False, True, True])
    rows["rank"] = rows.groupby("side").cumcount() + 1
    rows = rows[rows["rank"] <= top]
    evidence = [
        {"score": round(float(score), DIGITS), "rank": int(rank)}
        for score, rank in zip(rows["score"], rows["rank"], strict=True)
    ]
    return _flags(rows, "score", [scores.model] * len(rows), evidence)


def _by_objections(warehouse: Warehouse, families: pd.DataFrame) -> pd.DataFrame:
    """Flag whom a sanggah is about that was taken up and is still to be checked; without a programme, in each."""
    if "objections" not in warehouse.names("tables"):
        return pd.DataFrame(columns=COLUMNS)
    filed = warehouse.table("objections")
    filed = filed.filter((filed.kind == "sanggah") & (filed.outcome == "pending") & filed.screening.isin(CHECKED))
    pending = warehouse.run(filed.select("objection_id", *UNIT, "screening"))
    named = families.merge(pending[pending["programme"].notna()], on=UNIT)
    other = families.merge(pending[pending["programme"].isna()].drop(columns="programme"), on="family_id")
    rows = pd.concat([named, other], ignore_index=True)
    evidence = [{"screening": screening} for screening in rows["screening"]]
    return _flags(rows, "objection", rows["objection_id"].tolist(), evidence)


def _flags(
    rows: pd.DataFrame,
    kind: str,
    refs: list[str],
    evidence: list[dict[str, Any]],
    *,
    probability: float | None = None,
) -> pd.DataFrame:
    chance = pd.Series([probability] * len(rows), index=rows.index, dtype="float64")
    kept = rows[[*UNIT, "side", "village", "district"]]
    said = pd.Series(evidence, index=rows.index, dtype=object)
    return kept.assign(kind=kind, ref=refs, evidence=said, probability=chance)[COLUMNS]
