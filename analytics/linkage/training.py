"""How often each level of agreement is seen: u among random pairs, m by expectation maximisation or from known pairs.

Method: Fellegi and Sunter (1969). u is counted in random pairs, of whom next to none are one person. m is estimated by
EM (Winkler 1988) over the pairs that blocking makes, each weighed with all its fields and with how probable a duplicate
is; a field's share is taken among the pairs that two others agree on. Splink's own EM leaves open how many
pairs of a block are one person, and with a field or two left beside the block this is not determined: at 370,000 people
it took nearly all pairs of one name and village for one person with two birth dates.

Duplicates that were made to escape the blocks are unlike those in them: for these m is counted in pairs that other
evidence, the face, says are one person.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from analytics.linkage.blocking import RULES, count_pairs, require_bounded
from analytics.linkage.engine import compare, count_levels
from analytics.linkage.errors import LinkageError
from analytics.linkage.fields import FIELDS, definition
from analytics.linkage.model import FieldParameters, LevelParameters, RecordModel
from analytics.linkage.records import comparable, require_records

RANDOM_PAIRS = 2_000_000
"""Pairs that u is counted in: an equal birth date (5e-5) is seen a hundred times."""
LEAST_PEOPLE = 50
DUPLICATES = 0.005
"""Duplicates a person that estimation starts with (assumed); it ends with those that it finds."""
LEAST_RATIO = 4.0
"""Smallest log10 likelihood ratio of pairs that estimation looks at: the others weigh next to nothing."""
ROUNDS, STILL = 50, 1e-5
"""Most rounds of EM, and the change of m at which it ends."""
SAME_NAME = ("equal", "order", "sound", "close")
NEVER_SEEN = 0.01
"""Share that a level has among pairs of one person though EM saw none (assumed): what was not seen can happen."""
RARE_SLIP = 1e-3
"""Least share of people whose NIK is at odds with their own record (assumed)."""
WOMEN = 40
"""Added to the day of birth in a woman's NIK."""

Counts = Mapping[str, Mapping[str, float]]
Shares = NDArray[np.float64]
Levels = NDArray[np.int64]


def train(
    records: pl.DataFrame, *, seed: int, known: pl.DataFrame | None = None, random_pairs: int = RANDOM_PAIRS
) -> RecordModel:
    """Estimate a model of record evidence.

    Args:
        records: As `records.require_records` wants them.
        seed: Of the random pairs.
        known: Pairs that other evidence speaks of: `a`, `b` (person_id) and `weight`, the probability that both are one
            person. m is then the weighted share of each level, one more counted at each (Laplace); None = by EM. A
            field that no pair tells about keeps the typical shares of `fields.py`.
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
        require_bounded(count_pairs(table))
        return _with(start, m=_by_em(table, start))
    if "weight" not in known.columns:
        raise LinkageError("The known pairs cannot be used.", cause="They lack weight.")
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
        definition=definition(),
        trained="em",
        people=len(table),
        seed=seed,
        random_pairs=0,
        known_weight=0,
        fields=fields,
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
    """Estimate m among the pairs that blocking makes."""
    found = compare(table, start, rules=RULES, least=LEAST_RATIO)
    fields = {field.name: [level.code for level in field.levels] for field in start.fields}
    if not found.height or not {"name", "birth", "place"} <= set(fields):
        return {}
    level = {
        name: found[f"{name}_level"]
        .replace_strict(codes, range(len(codes)), default=-1, return_dtype=pl.Int64)
        .to_numpy()
        for name, codes in fields.items()
    }
    m = {field.name: np.array([x.m for x in field.levels]) for field in start.fields}
    rest = found["log10_lr"].to_numpy() - sum(_log10_m(m[name], level[name]) for name in fields)
    same_birth = (found["birth_level"] == "equal").to_numpy()
    same_name = found["name_level"].is_in(SAME_NAME).to_numpy()
    same_place = (found["place_level"] == "village").to_numpy()
    chosen = dict.fromkeys(fields, same_birth & same_name)
    chosen |= {"name": same_birth & same_place, "birth": same_name & same_place}
    pairs = len(table) * (len(table) - 1) / 2
    duplicates = DUPLICATES * len(table)
    for _ in range(ROUNDS):
        ratio = rest + sum(_log10_m(m[name], level[name]) for name in fields)
        one = expit(np.log(10) * (ratio + np.log10(duplicates / (pairs - duplicates))))
        former, m = m, {
            name: _m_of(level[name], np.where(chosen[name], one, 0.0), m[name]) for name in fields
        }  # fmt: skip
        duplicates = min(max(float(one.sum()), 1.0), len(table) / 2)
        if max(float(np.abs(m[name] - former[name]).max()) for name in fields) < STILL:
            break
    return {name: dict(zip(codes, m[name].tolist(), strict=True)) for name, codes in fields.items()}


def _log10_m(m: Shares, level: Levels) -> Shares:
    """Return log10 m of each pair's level, 0 where the field says nothing."""
    return np.where(level < 0, 0.0, np.log10(m)[level])


def _m_of(level: Levels, weight: Shares, typical: Shares) -> Shares:
    """Return the weighted share of each level; where next to nothing is known, what it was."""
    known = level >= 0
    seen = np.bincount(level[known], weights=weight[known], minlength=len(typical))
    if seen.sum() < 1:
        return typical
    share: Shares = np.maximum(seen / seen.sum(), NEVER_SEEN)
    made: Shares = share / share.sum()
    return made


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
