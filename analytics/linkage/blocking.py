"""Blocking: which pairs of records are compared at all, and a bound on how many.

A pair is compared where at least one rule's columns are equal. A slip in a NIK leaves one half of it as it was:
`nik_head` (district and birth) or `nik_tail` (birth and serial) is equal, or the birth date of the record is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics.linkage.errors import LinkageError

MOST_PAIRS = 30_000_000
"""Pairs that one rule may make (assumed): about a minute of comparing on two cores."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Records are compared where all `columns` of `records.comparable` are equal and known."""

    name: str
    columns: tuple[str, ...]


RULES = (
    Rule(name="birth date", columns=("birth",)),
    Rule(name="name and village", columns=("name_key", "village")),
    Rule(name="name and birth year", columns=("name_key", "year")),
    Rule(name="NIK but for the serial", columns=("nik_head",)),
    Rule(name="NIK but for the district", columns=("nik_tail",)),
)


def count_pairs(table: pl.DataFrame, rules: Sequence[Rule] = RULES) -> dict[str, int]:
    """Return how many pairs each rule makes on its own; a pair can be in several.

    Args:
        table: Of `records.comparable`.
        rules: The rules.
    """
    size = pl.col("size").cast(pl.Int64)
    counts = {}
    for rule in rules:
        blocks = table.drop_nulls(list(rule.columns)).group_by(rule.columns).agg(size=pl.len())
        counts[rule.name] = int(blocks.select((size * (size - 1) // 2).sum()).item())
    return counts


def require_bounded(counts: dict[str, int], *, most: int = MOST_PAIRS) -> None:
    """Refuse rules that would compare too many pairs.

    Raises:
        LinkageError: a rule makes more than `most` pairs.
    """
    for name, pairs in counts.items():
        if pairs > most:
            raise LinkageError(
                f"The blocking rule “{name}” would compare {pairs:,} pairs.",
                cause=f"At most {most:,} are compared for one rule; one of its values is shared by too many records, "
                "as a default birth date is.",
                next_step="Leave such values empty, or add a column to the rule; nothing was compared.",
            )
