"""Evidence of candidate pairs: what faces and records say of each, weighed for kept and for altered records."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.duplicates.candidates import Candidates, Faces, Searched, alike_anywhere, alike_within, joined, sharing
from analytics.duplicates.records import Records
from analytics.linkage.fusion import Shares, estimate_shares, fuse, log10_odds
from analytics.linkage.model import RecordModel

FLOOR = 0.005
"""Posterior that a pair must be able to reach to be looked at at all (assumed): far below any line of review."""
SLACK = 0.5
"""log10 that a rare village or an equal sex adds to a record's weight beside the field's average (assumed)."""
EVIDENCE = ("face", "kept", "altered")
"""Columns of log10 likelihood ratios: of the faces, and of the records if they are of either kind."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Candidate pairs with their evidence.

    Attributes:
        pairs: `row_a` < `row_b` (rows of people), those of `EVIDENCE` (empty = not compared), `kept_evidence` and
            `altered_evidence` (fields, as `record_evidence` gives them; empty lists = not compared).
        shares: Estimated frequency of duplicates.
        records: The records with both models; None = faces alone.
        faces: The faces; None = records alone.
        searched: How the search among all faces went.
    """

    pairs: pl.DataFrame
    shares: Shares
    records: Records | None
    faces: Faces | None
    searched: Searched

    def weighed(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Return other pairs with the same evidence, by the same models."""
        return _weighed(pairs, records=self.records, faces=self.faces)


def gather_evidence(
    people: pl.DataFrame,
    *,
    records: Records | None,
    faces: Faces | None,
    duplicates: float | None = None,
    work: Path | None = None,
) -> Evidence:
    """Find the candidates and weigh them.

    Args:
        people: `person_id` (rising), `village` (text).
        records: Their records, with a model of kept ones and one to begin with of altered ones.
        faces: Their faces.
        duplicates: Share of the people who are a second record, where it is known; None = estimated.
        work: Folder in which a search of faces that was killed goes on; None = it starts over.
    """
    shares = Shares() if duplicates is None else Shares(duplicates=duplicates)
    searched = Searched("none", 1.0)
    parts = [pl.DataFrame(schema={"row_a": pl.Int64, "row_b": pl.Int64})]
    if faces is not None:
        found, searched = _by_face(people, faces, records=records, shares=shares, work=work)
        near = joined(found)
        parts.append(pl.DataFrame({"row_a": near.a, "row_b": near.b}))
    if records is not None:
        parts.append(records.candidates())
    pairs = pl.concat(parts).unique(["row_a", "row_b"]).sort("row_a", "row_b")
    if records is not None and faces is not None:
        # Records alone do not know altered ones: these are learnt from pairs that the faces bring up.
        start = _weighed(pairs, records=records, faces=faces)
        fused = fuse(**numbers(start), people=len(people), shares=shares)
        weight = np.where(start["face"].is_null(), 0.0, fused.probability * np.nan_to_num(fused.altered))
        records = records.taught(pairs, weight)
    pairs = _weighed(pairs, records=records, faces=faces)
    shares = estimate_shares(**numbers(pairs), people=len(people), start=shares, duplicates=duplicates)
    return Evidence(pairs=pairs, shares=shares, records=records, faces=faces, searched=searched)


def numbers(pairs: pl.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Return the columns of `EVIDENCE` as `fuse` takes them: NaN = not compared."""
    return {name: pairs[name].fill_null(np.nan).to_numpy() for name in EVIDENCE}


def _weighed(pairs: pl.DataFrame, *, records: Records | None, faces: Faces | None) -> pl.DataFrame:
    face = np.full(len(pairs), np.nan)
    if faces is not None:
        face = faces.log10_lr(pairs["row_a"].to_numpy(), pairs["row_b"].to_numpy())
    found = pairs.select("row_a", "row_b", face=pl.Series(face).fill_nan(None))
    if records is not None:
        return records.weighed(found)
    nothing = [pl.lit(None, dtype=pl.Float64).alias(name) for name in EVIDENCE[1:]]
    return found.with_columns(nothing)


def _by_face(
    people: pl.DataFrame, faces: Faces, *, records: Records | None, shares: Shares, work: Path | None
) -> tuple[list[Candidates], Searched]:
    """Return the pairs whose faces are alike enough for what their records can add."""
    needed = log10_odds(FLOOR) - shares.prior(len(people))
    if records is None:
        anywhere, searched = alike_anywhere(faces, least=needed, work=work)
        return [anywhere], searched
    needed -= np.log10(shares.altered) + SLACK
    place = people["village"].cast(pl.Categorical).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    birth, other_birth = _weights(records.altered, "birth")
    village, other_village = _weights(records.altered, "place")
    least = np.array([needed - birth - other_village, needed - birth - village])
    exact = joined(
        [
            sharing(faces, records.birth_days(), place=place, least=least),
            alike_within(faces, place, least=needed - other_birth - village),
        ]
    )
    anywhere, searched = alike_anywhere(faces, least=needed - other_birth - other_village, exact=exact, work=work)
    return [exact, anywhere], searched


def _weights(model: RecordModel, field: str) -> tuple[float, float]:
    """Return the weights of a field's strongest and weakest level; 0 where the records do not have it."""
    levels = next((known.levels for known in model.fields if known.name == field), ())
    return (levels[0].log10_lr, levels[-1].log10_lr) if levels else (0.0, 0.0)
