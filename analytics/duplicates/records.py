"""The records of the people who are compared, and the models that weigh them."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.linkage.altered import altered_start
from analytics.linkage.evidence import record_evidence, score_pairs
from analytics.linkage.model import RecordModel
from analytics.linkage.training import RANDOM_PAIRS, train

LEAST = 3.0
"""Least log10 likelihood ratio of records that are looked at whatever the faces say: with faces that are a thousand
times likelier of one person, and a prior of 1e-7, they come to a posterior of 0.1 (assumed)."""
LEAST_WEIGHT = 0.01
"""Probability of an altered record below which a pair teaches nothing (assumed)."""
FIELDS = pl.List(pl.Struct({"field": pl.String, "level": pl.String, "log10_lr": pl.Float64}))
NOTHING = pl.DataFrame(schema={"row_a": pl.Int64, "row_b": pl.Int64, "log10_lr": pl.Float64, "evidence": FIELDS})


@dataclass(frozen=True, kw_only=True)
class Records:
    """Records of people.

    Attributes:
        table: As `require_records` wants them.
        people: Pseudonyms of everybody who is compared, rising; pairs are rows of it.
        kept: Model of records that duplicates keep.
        altered: Model of records that were altered.
        seed: Of the estimation.
        random_pairs: Pairs of strangers that agreement by chance is counted in.
    """

    table: pl.DataFrame
    people: pl.Series
    kept: RecordModel
    altered: RecordModel
    seed: int
    random_pairs: int = RANDOM_PAIRS

    @classmethod
    def learnt(
        cls, table: pl.DataFrame, *, people: pl.Series, seed: int, random_pairs: int = RANDOM_PAIRS
    ) -> "Records":
        """Learn the model of kept records from the records alone, and begin that of altered ones.

        Raises:
            LinkageError: the records cannot be compared, or are too few.
        """
        kept = train(table, seed=seed, random_pairs=random_pairs)
        start = altered_start(kept)
        return cls(table=table, people=people, kept=kept, altered=start, seed=seed, random_pairs=random_pairs)

    def candidates(self) -> pl.DataFrame:
        """Return `row_a`, `row_b` of the pairs whose records look like one person's."""
        return self._rows(record_evidence(self.table, self.kept, least=LEAST)).select("row_a", "row_b")

    def taught(self, pairs: pl.DataFrame, weight: NDArray[np.float64]) -> "Records":
        """Learn altered records from pairs that faces and records together say are one person's.

        Args:
            pairs: `row_a`, `row_b`.
            weight: Probability that both are one person, and the record was altered.
        """
        known = self._ids(pairs).with_columns(weight=pl.Series(weight)).filter(pl.col("weight") >= LEAST_WEIGHT)
        if not len(known):
            return self
        altered = train(self.table, seed=self.seed, known=known, random_pairs=self.random_pairs)
        return replace(self, altered=altered)

    def weighed(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Return the pairs with `kept` and `altered` (log10 likelihood ratios) and the fields of each in `…_evidence`.

        Args:
            pairs: `row_a` < `row_b`, and any other columns. Where either has no record the new ones are empty.
        """
        recorded = self.people.is_in(self.table["person_id"].implode())
        both = recorded.gather(pairs["row_a"]) & recorded.gather(pairs["row_b"])
        asked = self._ids(pairs.filter(both))
        for name, model in (("kept", self.kept), ("altered", self.altered)):
            said = self._rows(score_pairs(self.table, asked, model)) if len(asked) else NOTHING
            columns = said.select(
                "row_a", "row_b", pl.col("log10_lr").alias(name), pl.col("evidence").alias(f"{name}_evidence")
            )
            pairs = pairs.join(columns, on=["row_a", "row_b"], how="left", maintain_order="left")
        return pairs

    def birth_days(self) -> NDArray[np.int64]:
        """Return a code of everybody's day of birth, -1 = not known."""
        frame = pl.DataFrame({"person_id": self.people})
        dates = frame.join(
            self.table.select("person_id", "birth_date"), on="person_id", how="left", maintain_order="left"
        )
        # Ranks, because days before 1970 are negative numbers.
        return dates["birth_date"].rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()

    def _ids(self, pairs: pl.DataFrame) -> pl.DataFrame:
        return pairs.select(a=self.people.gather(pairs["row_a"]), b=self.people.gather(pairs["row_b"]))

    def _rows(self, said: pl.DataFrame) -> pl.DataFrame:
        place = pl.DataFrame({"id": self.people}).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
        for side in "ab":
            rows = place.rename({"id": side, "row": f"row_{side}"})
            said = said.join(rows, on=side, how="left", maintain_order="left")
        return said
