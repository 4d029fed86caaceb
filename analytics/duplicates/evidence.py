"""Evidence of candidate pairs: what faces and records say of each, and how an altered record is weighed."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.duplicates.candidates import (
    Candidates,
    Faces,
    Searched,
    alike_anywhere,
    alike_within,
    joined,
    sharing,
)
from analytics.linkage.altered import altered_start
from analytics.linkage.evidence import record_evidence, score_pairs
from analytics.linkage.fusion import Shares, estimate_shares, fuse, log10_odds
from analytics.linkage.model import RecordModel
from analytics.linkage.training import train

Rows = NDArray[np.int64]

FLOOR = 0.005
"""Posterior that a pair must be able to reach to be looked at at all (assumed): far below any line of review."""
SLACK = 0.5
"""log10 that a rare village or an equal sex adds to a record's weight beside the field's average (assumed)."""
LEAST_RECORD = 3.0
"""Least log10 likelihood ratio of records that are looked at whatever the faces say: with faces that are three orders of
magnitude likelier of one person, and a prior of 1e-7, they come to 0.1 (assumed)."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Candidate pairs with their evidence.

    Attributes:
        pairs: `row_a` < `row_b` (rows of people), `face`, `kept`, `altered` (log10 likelihood ratios, empty = not
            compared), `kept_evidence` and `altered_evidence` (fields, as `record_evidence` gives them).
        shares: Estimated frequency of duplicates.
        kept, altered: Models of the records; None = no records.
        searched: How the search among all faces went.
    """

    pairs: pl.DataFrame
    shares: Shares
    kept: RecordModel | None
    altered: RecordModel | None
    searched: Searched


@dataclass(frozen=True, kw_only=True)
class Records:
    """Records of the people and the two models that weigh them.

    Attributes:
        table: As `records.require_records` wants them.
        people: Pseudonyms of everybody who is compared, in the order of the rows.
        kept, altered: Models.
        seed: Of the estimation.
    """

    table: pl.DataFrame
    people: pl.Series
    kept: RecordModel
    altered: RecordModel
    seed: int

    @classmethod
    def learnt(cls, table: pl.DataFrame, *, people: pl.Series, seed: int) -> "Records":
        """Learn the model of kept records from the records alone, and begin that of altered ones."""
        kept = train(table, seed=seed)
        return cls(table=table, people=people, kept=kept, altered=altered_start(kept), seed=seed)

    def candidates(self) -> pl.DataFrame:
        """Return `row_a`, `row_b` of the pairs whose records look like one person's."""
        found = record_evidence(self.table, self.kept, least=LEAST_RECORD)
        return self._rows(found).select("row_a", "row_b")

    def scored(self, pairs: pl.DataFrame, *, model: RecordModel, name: str) -> pl.DataFrame:
        """Return the pairs with `NAME` and `NAME_evidence`, empty where either has no record."""
        known = pl.Series(self.people.is_in(self.table["person_id"].implode()))
        both = known.gather(pairs["row_a"]) & known.gather(pairs["row_b"])
        asked = self._ids(pairs.filter(both))
        said = self._rows(score_pairs(self.table, asked, model)) if len(asked) else None
        if said is None:
            return pairs.with_columns(pl.lit(None, dtype=pl.Float64).alias(name))
        columns = said.select("row_a", "row_b", pl.col("log10_lr").alias(name), pl.col("evidence").alias(f"{name}_evidence"))
        return pairs.join(columns, on=["row_a", "row_b"], how="left", maintain_order="left")

    def learn_altered(self, pairs: pl.DataFrame, weight: NDArray[np.float64]) -> RecordModel:
        """Learn altered records from pairs that faces and records together say are one person's."""
        known = self._ids(pairs).with_columns(weight=pl.Series(weight))
        return train(self.table, seed=self.seed, known=known.filter(pl.col("weight") > FLOOR))

    def _ids(self, pairs: pl.DataFrame) -> pl.DataFrame:
        return pairs.select(a=self.people.gather(pairs["row_a"]), b=self.people.gather(pairs["row_b"]))

    def _rows(self, said: pl.DataFrame) -> pl.DataFrame:
        place = pl.DataFrame({"id": self.people}).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
        for side in "ab":
            rows = place.rename({"id": side, "row": f"row_{side}"})
            said = said.join(rows, on=side, how="left", maintain_order="left")
        return said


def gather_evidence(
    people: pl.DataFrame,
    *,
    records: Records | None,
    faces: Faces | None,
    duplicates: float | None,
) -> Evidence:
    """Find the candidates and weigh them.

    Args:
        people: `person_id` (rising), `village` (text).
        records: Their records; None = faces alone.
        faces: Their faces; None = records alone.
        duplicates: Share of the people who are a second record, where it is known; None = estimated.
    """
    shares = Shares() if duplicates is None else Shares(duplicates=duplicates)
    searched = Searched("none", 1.0)
    parts: list[Candidates] = []
    if faces is not None:
        parts, searched = _by_face(people, faces, records=records, shares=shares)
    pairs = pl.DataFrame({"row_a": [], "row_b": []}, schema={"row_a": pl.Int64, "row_b": pl.Int64})
    if parts:
        near = joined(parts)
        pairs = pl.DataFrame({"row_a": near.a, "row_b": near.b})
    if records is not None:
        pairs = pl.concat([pairs, records.candidates()]).unique(["row_a", "row_b"]).sort("row_a", "row_b")
    face = np.full(len(pairs), np.nan)
    if faces is not None:
        face = faces.log10_lr(pairs["row_a"].to_numpy(), pairs["row_b"].to_numpy())
    pairs = pairs.with_columns(face=pl.Series(face).fill_nan(None))
    if records is None:
        empty = [pl.lit(None, dtype=pl.Float64).alias(name) for name in ("kept", "altered")]
        return _estimated(pairs.with_columns(empty), people, shares, duplicates, None, None, searched)
    pairs = records.scored(pairs, model=records.kept, name="kept")
    altered = records.altered
    if faces is not None:
        start = records.scored(pairs, model=altered, name="altered")
        fused = fuse(**_columns(start), people=len(people), shares=shares)
        both = np.flatnonzero(~np.isnan(fused.altered) & ~np.isnan(face))
        weight = (fused.probability * fused.altered)[both]
        altered = records.learn_altered(pairs.select("row_a", "row_b")[both], weight)
    pairs = records.scored(pairs, model=altered, name="altered")
    return _estimated(pairs, people, shares, duplicates, records.kept, altered, searched)


def _columns(pairs: pl.DataFrame) -> dict[str, NDArray[np.float64]]:
    return {name: pairs[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("face", "kept", "altered")}


def _estimated(
    pairs: pl.DataFrame,
    people: pl.DataFrame,
    shares: Shares,
    duplicates: float | None,
    kept: RecordModel | None,
    altered: RecordModel | None,
    searched: Searched,
) -> Evidence:
    estimated = estimate_shares(**_columns(pairs), people=len(people), start=shares, duplicates=duplicates)
    return Evidence(pairs=pairs, shares=estimated, kept=kept, altered=altered, searched=searched)


def _by_face(
    people: pl.DataFrame, faces: Faces, *, records: Records | None, shares: Shares
) -> tuple[list[Candidates], Searched]:
    """Return the pairs whose faces are alike enough for what their records can add."""
    needed = log10_odds(FLOOR) - shares.prior(len(people))
    if records is None:
        anywhere, searched = alike_anywhere(faces, least=needed)
        return [anywhere], searched
    needed -= np.log10(shares.altered) + SLACK
    place = people["village"].cast(pl.Categorical).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    birth = people.join(records.table.select("person_id", "birth_date"), on="person_id", how="left", maintain_order="left")
    date = birth["birth_date"].cast(pl.Int32).cast(pl.Int64).fill_null(-1).to_numpy()
    weigh = records.altered
    same_place, other_place = _weight(weigh, "place", first=True), _weight(weigh, "place", first=False)
    same_birth, other_birth = _weight(weigh, "birth", first=True), _weight(weigh, "birth", first=False)
    least = np.array([needed - same_birth - other_place, needed - same_birth - same_place])
    anywhere, searched = alike_anywhere(faces, least=needed - other_birth - other_place)
    return [
        sharing(faces, date, least=least, level=place),
        alike_within(faces, place, least=needed - other_birth - same_place),
        anywhere,
    ], searched


def _weight(model: RecordModel, field: str, *, first: bool) -> float:
    """Return the weight of a field's strongest level, or of having no agreement at all; 0 where it is not compared."""
    levels = next((known.levels for known in model.fields if known.name == field), ())
    return (levels[0] if first else levels[-1]).log10_lr if levels else 0.0
