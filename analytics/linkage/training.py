"""How often each level of agreement is seen: u among random pairs, m by expectation maximisation or from known pairs.

Method: Fellegi and Sunter (1969) as in Splink: u counted in random pairs, of whom next to none are one person; m by EM
within blocks (Winkler 1988), each field in the blocks that do not use it. Duplicates that were made to escape the
blocks are unlike those in them: for these m is counted in pairs that other evidence, the face, says are one person.
"""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import numpy as np
import polars as pl

from analytics.linkage.engine import compared, count_levels, open_linker
from analytics.linkage.errors import LinkageError
from analytics.linkage.fields import FIELDS, definition
from analytics.linkage.model import FieldParameters, LevelParameters, RecordModel
from analytics.linkage.records import comparable, require_records

RANDOM_PAIRS = 2_000_000
"""Pairs that u is counted in: an equal birth date (5e-5) is seen a hundred times."""
LEAST_PEOPLE = 50
BLOCKS = (("birth", "village"), ("name_joined", "village"), ("name_joined", "birth"))
"""Blocks of EM: each field is in one of them at least, and a good part of the pairs is of one person."""
LEAST_BLOCK = 20
"""Pairs of a block below which nothing can be learnt from it (assumed)."""
NEVER_SEEN = 1e-3
"""Share that a level has among pairs of one person though EM saw none (assumed): what was not seen can happen."""
RARE_SLIP = 1e-3
"""Least share of people whose NIK is at odds with their own record (assumed)."""
WOMEN = 40
"""Added to the day of birth in a woman's NIK."""

Counts = Mapping[str, Mapping[str, float]]


def train(
    records: pl.DataFrame, *, seed: int, known: pl.DataFrame | None = None, random_pairs: int = RANDOM_PAIRS
) -> RecordModel:
    """Estimate a model of record evidence.

    Args:
        records: As `records.require_records` wants them.
        seed: Of the random pairs.
        known: Pairs that other evidence speaks of: `a`, `b` (person_id) and `weight`, the probability that both are one
            person. m is then the weighted share of each level, one more counted at each (Laplace); fields that no
            known pair tells about, and all of them where None, are estimated by EM.
        random_pairs: Pairs that u is counted in.

    Returns:
        The model, of the fields that any record has.

    Raises:
        LinkageError: the records or the known pairs cannot be used, or there are fewer than `LEAST_PEOPLE`.
    """
    require_records(records)
    if len(records) < LEAST_PEOPLE:
        raise LinkageError(
            f"{len(records)} people are too few to learn from.",
            cause=f"At least {LEAST_PEOPLE} are needed.",
            next_step="Use a model that was trained on more of them.",
        )
    table = comparable(records)
    start = _start(table, seed=seed)
    drawn = _random_pairs(len(table), random_pairs, seed=seed)
    u = _u(count_levels(table, start, drawn), table)
    start = _with(start, u=u, random_pairs=len(drawn))
    if known is None:
        return _with(start, m=_by_em(table, start))
    rows = pair_rows(table, known).with_columns(weight=known["weight"].cast(pl.Float64))
    if not rows["weight"].is_between(0, 1).all() or rows["weight"].has_nulls():
        raise LinkageError(
            "The weights of known pairs are probabilities.", cause="At least one is empty or not in [0, 1].",
            next_step="Give the posterior probability of the other evidence.",
        )  # fmt: skip
    rows = rows.group_by("row_a", "row_b", maintain_order=True).agg(pl.col("weight").max())
    counts = count_levels(table, start, rows) if len(rows) else {}
    m = {name: _shares(levels, 1.0) for name, levels in counts.items() if sum(levels.values()) > 0}
    return _with(start, m=m, trained="known", known_weight=float(rows["weight"].sum()))


def pair_rows(table: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return `row_a` < `row_b` of pairs of people.

    Args:
        table: Of `records.comparable`.
        pairs: `a` and `b`, person_id.

    Raises:
        LinkageError: a column is missing, a person is not among the records, or both are one row.
    """
    missing = [name for name in ("a", "b") if name not in pairs.columns]
    if missing:
        raise LinkageError("The pairs cannot be used.", cause=f"They lack {', '.join(missing)}.")
    rows = dict(zip(table["person_id"], table["row"], strict=True))
    one, other = (pairs[name].replace_strict(rows, default=None, return_dtype=pl.Int64) for name in ("a", "b"))
    strangers = int((one.is_null() | other.is_null()).sum())
    if strangers:
        raise LinkageError(
            "The pairs are not of these records.",
            cause=f"{strangers} pairs have a person who is not among them.",
            next_step="Give the records of the same snapshot.",
        )
    if (one == other).any():
        raise LinkageError("A pair is of two records.", cause=f"{int((one == other).sum())} pairs are of one.")
    frame = pl.DataFrame({"one": one, "other": other})
    return frame.select(row_a=pl.min_horizontal("one", "other"), row_b=pl.max_horizontal("one", "other"))


def _start(table: pl.DataFrame, *, seed: int) -> RecordModel:
    """Return the fields that can be compared, with shares that are typical."""
    fields = tuple(
        FieldParameters(
            name=field.name,
            levels=tuple(LevelParameters(code=x.code, m=x.typical, u=1 / len(field.levels)) for x in field.levels),
        )
        for field in FIELDS
        if table.select(pl.all_horizontal(pl.col(field.needs).is_not_null()).sum()).item() > 1
    )
    return RecordModel(
        definition=definition(), trained="em", people=len(table), seed=seed, random_pairs=0, known_weight=0, fields=fields
    )


def _random_pairs(people: int, count: int, *, seed: int) -> pl.DataFrame:
    if people * (people - 1) // 2 <= count:
        one, other = np.triu_indices(people, 1)
    else:
        draw = np.random.default_rng(seed).integers(0, people, (2, count + count // 10))
        draw = np.unique(np.sort(draw[:, draw[0] != draw[1]], axis=0), axis=1)
        one, other = draw[0], draw[1]
    return pl.DataFrame({"row_a": one.astype(np.int64), "row_b": other.astype(np.int64), "weight": 1.0})


def _shares(levels: Mapping[str, float], more: float) -> dict[str, float]:
    total = sum(levels.values()) + more * len(levels)
    return {code: (count + more) / total for code, count in levels.items()}


def _u(counts: Counts, table: pl.DataFrame) -> dict[str, dict[str, float]]:
    u = {name: _shares(levels, 0.5) for name, levels in counts.items()}
    if "nik" in u:
        # A slip that the record contradicts, of two people of one birth, sex and district: one of both numbers must be
        # at odds with its own record, and the serials equal by chance. Random pairs hold next to none of it.
        u["nik"]["typing"] = u["nik"]["serial"] * 2 * max(_at_odds(table), RARE_SLIP)
    return u


def _at_odds(table: pl.DataFrame) -> float:
    """Return the share of people whose NIK says another birth date or sex than their record does."""
    day = pl.col("day") + pl.when(pl.col("sex") == "female").then(WOMEN).otherwise(0)
    date = pl.concat_str(*(part.cast(pl.String).str.zfill(2) for part in (day, pl.col("month"), pl.col("year") % 100)))
    share = table.select((pl.col("nik").str.slice(6, 6) != date).mean()).item()
    return float(share or 0)


def _by_em(table: pl.DataFrame, start: RecordModel) -> dict[str, dict[str, float]]:
    """Estimate m in each block with Splink; the median of the blocks that tell."""
    import duckdb  # noqa: PLC0415 - loads DuckDB

    names = {field.name for field in compared(start)}
    with closing(duckdb.connect(":memory:")) as connection:
        linker, _ = open_linker(connection, table, start)
        for columns in BLOCKS:
            size = table.drop_nulls(list(columns)).group_by(columns).len()["len"].cast(pl.Int64)
            if (size * (size - 1) // 2).sum() < LEAST_BLOCK or len(names) < 3:
                continue
            linker.training.estimate_parameters_using_expectation_maximisation(
                " and ".join(f"l.{column} = r.{column}" for column in columns),
                estimate_without_term_frequencies=True,
            )
        learnt = linker.misc.save_model_to_json()
    return {comparison["output_column_name"]: _learnt(comparison) for comparison in learnt["comparisons"]}


def _learnt(comparison: Mapping[str, Any]) -> dict[str, float]:
    levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    shares = {level["label_for_charts"]: max(level.get("m_probability", 0.0), NEVER_SEEN) for level in levels}
    return {code: share / sum(shares.values()) for code, share in shares.items()}


def _with(
    model: RecordModel,
    *,
    m: Counts | None = None,
    u: Counts | None = None,
    **changed: Any,
) -> RecordModel:
    """Return the model with other parameters; a field that is not named keeps its own."""
    fields = tuple(
        FieldParameters(
            name=field.name,
            levels=tuple(
                LevelParameters(
                    code=level.code,
                    m=(m or {}).get(field.name, {}).get(level.code, level.m),
                    u=(u or {}).get(field.name, {}).get(level.code, level.u),
                )
                for level in field.levels
            ),
        )
        for field in model.fields
    )
    return model.model_copy(update={"fields": fields, **changed})
