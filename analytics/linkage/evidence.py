"""Evidence of the records: a likelihood ratio a pair, and what each field adds to it.

A ratio says how much better "one person" explains both records than "two people" does. It holds no prior: how probable
a duplicate is to begin with, and what the faces say, is added in `fusion`.
"""

from collections.abc import Sequence

import polars as pl

from analytics.linkage.blocking import MOST_PAIRS, RULES, Rule, count_pairs, require_bounded
from analytics.linkage.engine import MEMORY, UNKNOWN, compare, compared
from analytics.linkage.model import RecordModel
from analytics.linkage.records import comparable, require_records
from analytics.linkage.training import pair_rows

LEAST = 4.0
"""Smallest log10 likelihood ratio that is kept (assumed): an equal birth date alone, which thousands share, has it."""


def record_evidence(
    records: pl.DataFrame,
    model: RecordModel,
    *,
    rules: Sequence[Rule] = RULES,
    most: int = MOST_PAIRS,
    least: float = LEAST,
    memory: str = MEMORY,
) -> pl.DataFrame:
    """Find the pairs whose records look like one person's.

    Args:
        records: As `records.require_records` wants them.
        model: Of `training.train`.
        rules: Which pairs are compared.
        most: Most pairs that a rule may make.
        least: Smallest log10 likelihood ratio that is kept.
        memory: Memory that DuckDB may take.

    Returns:
        `a`, `b` (person_id, a < b), `log10_lr` and `evidence`: for each field that both records have `field`, `level`
        (see `fields.py`) and `log10_lr`; these add up to the pair's. Ordered by a, b.

    Raises:
        LinkageError: the records cannot be compared, or a rule makes more than `most` pairs.
    """
    require_records(records)
    table = comparable(records)
    require_bounded(count_pairs(table, rules), most=most)
    return _said(compare(table, model, rules=rules, least=least, memory=memory), table, model)


def score_pairs(records: pl.DataFrame, pairs: pl.DataFrame, model: RecordModel) -> pl.DataFrame:
    """Weigh the records of pairs that were found elsewhere, such as near faces.

    Args:
        records: As `records.require_records` wants them: all of them, so that frequencies are those of everybody.
        pairs: `a` and `b`, person_id.
        model: Of `training.train`.

    Returns:
        As `record_evidence`; each pair once.

    Raises:
        LinkageError: the records cannot be compared, or a pair is not of two of them.
    """
    require_records(records)
    table = comparable(records)
    rows = pair_rows(table, pairs).unique(maintain_order=True)
    return _said(compare(table, model, pairs=rows), table, model)


def _said(found: pl.DataFrame, table: pl.DataFrame, model: RecordModel) -> pl.DataFrame:
    """Name the people and gather what the fields say."""
    people = table["person_id"]
    parts = []
    for field in compared(model):
        level = pl.col(f"{field.name}_level")
        part = pl.struct(
            pl.lit(field.name).alias("field"), level.alias("level"), pl.col(f"{field.name}_lr").alias("log10_lr")
        )
        parts.append(pl.when(level != UNKNOWN).then(part))
    ordered = found.sort("row_a", "row_b")
    return ordered.select(
        people.gather(ordered["row_a"]).alias("a"),
        people.gather(ordered["row_b"]).alias("b"),
        "log10_lr",
        evidence=pl.concat_list(parts).list.drop_nulls(),
    )
