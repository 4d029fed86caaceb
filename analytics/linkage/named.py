"""Named cases: twins, siblings and small children, of whom a likeness is no wonder and proves nothing.

Face and record are not independent for them: they share parents, home and often the day of birth. Their pairs go to a
person with the case's name, and are never called probable.
"""

import polars as pl

CHILD_AGE = 10
"""Years below which faces of different children match each other (BIOMETRICS.md: babies do; the age is assumed)."""
GENERATION = 20
"""Years between births from which on two of one family are rather parent and child than siblings (assumed)."""
OTHER_NAME = ("different", "part", "similar")
"""Levels of the name at which the given name is another; siblings may share a family name."""


def named_cases(pairs: pl.DataFrame, *, year: int) -> pl.Series:
    """Name pairs.

    Args:
        pairs: `family_a`, `family_b`, `village_a`, `village_b` (text), `birth_a`, `birth_b` (days, may be empty),
            `year_a`, `year_b` (years of birth, may be empty), `name` (level of the name's agreement, empty = not
            compared).
        year: Year of the snapshot.

    Returns:
        child, twin, sibling, or empty text, in this order of precedence: a child's face says least.
    """
    other_name = pl.col("name").is_null() | pl.col("name").is_in(OTHER_NAME)
    same_birth = (pl.col("birth_a") == pl.col("birth_b")).fill_null(value=False)
    family = (pl.col("family_a") == pl.col("family_b")).fill_null(value=False)
    village = (pl.col("village_a") == pl.col("village_b")).fill_null(value=False)
    young = (year - pl.max_horizontal("year_a", "year_b") <= CHILD_AGE).fill_null(value=False)
    near_age = ((pl.col("year_a") - pl.col("year_b")).abs() < GENERATION).fill_null(value=False)
    case = (
        pl.when(young)
        .then(pl.lit("child"))
        .when(same_birth & (family | village) & other_name)
        .then(pl.lit("twin"))
        .when(family & near_age & other_name)
        .then(pl.lit("sibling"))
        .otherwise(pl.lit(""))
    )
    return pairs.select(case.alias("named"))["named"]
