"""From evidence to findings: posteriors, the line from which on a person looks, bands, named cases, clusters."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from analytics.biometrics.evidence.operating_point import cut_by_posterior
from analytics.duplicates.evidence import Evidence, numbers
from analytics.linkage.clusters import consistent_clusters, pairs_within
from analytics.linkage.findings import PAIR_COLUMNS
from analytics.linkage.fusion import Fused, fuse, log10_odds
from analytics.linkage.named import named_cases

LEAST_WORTH = 0.05
"""Posterior below which a pair is not shown, whatever target and budget allow: twenty reviews for one duplicate
(assumed)."""
LEAST_TOLD = 0.01
"""Posterior below which a pair is not even told of as distinct (assumed)."""
PROBABLE = 0.95
"""Posterior from which on a pair is probable (assumed). It decides nothing: a person looks at it as at the others."""
SURE = 1e-12
"""What a posterior may lack of 1 to have odds."""
SIDES = ("family", "village", "district", "channel", "agent")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Pairs and the line.

    Attributes:
        pairs: `PAIR_COLUMNS`, likeliest first.
        line: Least posterior that is shown.
        expected_false: Pairs of different people expected among those shown.
    """

    pairs: pd.DataFrame
    line: float
    expected_false: float


def judge(evidence: Evidence, people: pl.DataFrame, *, target: float, budget: int, year: int) -> Judged:
    """Judge pairs by their evidence.

    Args:
        evidence: Candidates with their evidence.
        people: `person_id` (rising), `family_id`, `village`, `district`, `channel`, `agent_id`, `birth_year`.
        target: Highest false-positive identification rate, in (0, 1).
        budget: Most pairs that people look at.
        year: Year of the snapshot, for ages.

    Raises:
        FaceError: target or budget out of range.
    """
    fused = fuse(**numbers(evidence.pairs), people=len(people), shares=evidence.shares)
    cut, _ = cut_by_posterior(fused.probability, people=len(people), target=target, budget=budget)
    line = max(cut, LEAST_WORTH)
    over_line = log10_odds(min(line, 1 - SURE))
    told = np.flatnonzero(fused.probability >= min(LEAST_TOLD, line))
    told = told[np.argsort(-fused.probability[told], kind="stable")]
    pairs = _with_people(evidence.pairs[told], people, evidence)
    probability = fused.probability[told]
    shown = probability >= line
    named = named_cases(pairs, year=year)
    likely = (probability >= PROBABLE) & (named == "").to_numpy()
    band = np.where(~shown, "distinct", np.where(likely, "probable", "review"))
    findings = pairs.with_columns(
        record=pl.Series(fused.record[told]).fill_nan(None),
        prior=pl.lit(fused.prior),
        probability=pl.Series(probability),
        band=pl.Series(band),
        named=named,
        cluster=pl.Series(_clusters(evidence, pairs, fused, told, shown=shown, over=over_line, people=len(people))),
        evidence=pl.Series(_fields(pairs, fused, told), dtype=pl.Object),
    )
    frame = pd.DataFrame({name: findings[name].to_list() for name in PAIR_COLUMNS})
    return Judged(pairs=frame, line=line, expected_false=float((1 - probability[shown]).sum()))


def _with_people(pairs: pl.DataFrame, people: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """Add who the people are, their births, and how their names agree."""
    known = people.rename({"agent_id": "agent", "family_id": "family"})
    births = pl.Series([None], dtype=pl.Date).new_from_index(0, len(people))
    if evidence.records is not None:
        dates = evidence.records.table.select("person_id", "birth_date")
        births = people.join(dates, on="person_id", how="left", maintain_order="left")["birth_date"]
    columns: dict[str, pl.Series] = {}
    for side in "ab":
        row = pairs[f"row_{side}"]
        columns[side] = known["person_id"].gather(row)
        columns |= {f"{name}_{side}": known[name].gather(row) for name in SIDES}
        columns[f"birth_{side}"] = births.gather(row)
        columns[f"year_{side}"] = known["birth_year"].gather(row)
    found = pairs.with_columns(**columns)
    if "kept_evidence" not in pairs.columns:
        return found.with_columns(name=pl.lit(None, dtype=pl.String))
    of_name = pl.element().filter(pl.element().struct.field("field") == "name").struct.field("level")
    return found.with_columns(name=pl.col("kept_evidence").list.eval(of_name).list.first())


def _clusters(
    evidence: Evidence,
    pairs: pl.DataFrame,
    fused: Fused,
    told: NDArray[np.int64],
    *,
    shown: NDArray[np.bool_],
    over: float,
    people: int,
) -> NDArray[np.int64]:
    """Number the clusters of the shown pairs; each other pair has a number of its own."""
    a, b = pairs["row_a"].to_numpy()[shown], pairs["row_b"].to_numpy()[shown]
    voice = fused.odds[told][shown] - over
    missing = pairs_within(a, b)
    inner = evidence.weighed(pl.DataFrame({"row_a": missing[0], "row_b": missing[1]}))
    against = fuse(**numbers(inner), people=people, shares=evidence.shares)
    pair = zip(missing[0].tolist(), missing[1].tolist(), strict=True)
    known = dict(zip(pair, (against.odds - over).tolist(), strict=True))
    clusters = np.zeros(len(pairs), dtype=np.int64)
    clusters[shown] = consistent_clusters(a, b, voice=voice, inner=known)
    clusters[~shown] = clusters.max(initial=0) + 1 + np.arange(int((~shown).sum()))
    return clusters


def _fields(pairs: pl.DataFrame, fused: Fused, told: NDArray[np.int64]) -> list[list[dict[str, object]]]:
    """Return what each field adds, and what the kind of duplicate does, so that all add up to the record's evidence."""
    if "kept_evidence" not in pairs.columns:
        return [[] for _ in range(len(pairs))]
    found: list[list[dict[str, object]]] = []
    rows = zip(pairs["kept_evidence"], pairs["altered_evidence"], fused.record[told], fused.altered[told], strict=True)
    for kept, altered, record, is_altered in rows:
        if np.isnan(record):
            found.append([])
            continue
        kind, fields = ("altered", altered) if is_altered > 1 / 2 else ("kept", kept)
        said = [dict(field) for field in fields]
        rest = float(record) - sum(float(field["log10_lr"]) for field in said)
        found.append([*said, {"field": "kind", "level": kind, "log10_lr": rest}])
    return found
