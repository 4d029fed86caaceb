"""Splink: levels of agreement and weights of pairs, computed by DuckDB in memory.

Nothing is written: the database lies in memory and may not spill to a disk, since it holds names and numbers of people.
"""

import logging
import secrets
from collections.abc import Sequence
from contextlib import closing
from math import log10
from typing import Any

import polars as pl

from analytics.linkage.blocking import Rule
from analytics.linkage.fields import FIELDS, Field
from analytics.linkage.model import RecordModel

UNKNOWN = "unknown"
"""Level of a field that either record does not have."""
WEIGHT = log10(2)
"""Splink's match weights are binary logarithms."""
AT_ONCE = 250_000
"""Pairs whose levels are counted at a time."""
MEMORY = "3GB"
"""Memory that DuckDB may take."""


def compare(
    table: pl.DataFrame,
    model: RecordModel,
    *,
    rules: Sequence[Rule] = (),
    pairs: pl.DataFrame | None = None,
    least: float | None = None,
    memory: str = MEMORY,
) -> pl.DataFrame:
    """Compare the pairs that the rules make, or those that are given.

    Args:
        table: Of `records.comparable`.
        model: Parameters.
        rules: Blocking rules, where `pairs` is None.
        pairs: `row_a` < `row_b`, distinct.
        least: Smallest log10 likelihood ratio that is returned; None = all.
        memory: Memory that DuckDB may take.

    Returns:
        `row_a`, `row_b`, `log10_lr`, and of each field its level (`FIELD_level`) and weight (`FIELD_lr`, log10).
    """
    import duckdb  # noqa: PLC0415 - loads DuckDB

    with closing(duckdb.connect(":memory:")) as connection:
        linker, api = open_linker(connection, table, model, rules=rules, memory=memory)
        if pairs is not None:
            _give(linker, api, pairs)
        threshold = None if least is None else least / WEIGHT
        scored = linker.inference.predict(threshold_match_weight=threshold, warning_mode="never")
        fields = compared(model)
        wanted = ["row_l", "row_r", "match_weight"] + [f"{kind}_{x.name}" for x in fields for kind in ("gamma", "mw")]
        wanted += [f"mw_tf_adj_{x.name}" for x in fields if _has_frequencies(x)]
        found = connection.sql(f"select {', '.join(wanted)} from {scored.physical_name}").pl()  # noqa: S608 - own names
    columns = [pl.col("row_l").alias("row_a"), pl.col("row_r").alias("row_b")]
    columns.append((pl.col("match_weight") * WEIGHT).alias("log10_lr"))
    for field in fields:
        weight = pl.col(f"mw_{field.name}")
        if _has_frequencies(field):
            weight = weight + pl.col(f"mw_tf_adj_{field.name}")
        level = pl.col(f"gamma_{field.name}").replace_strict(_codes(field), return_dtype=pl.String)
        columns += [level.alias(f"{field.name}_level"), (weight * WEIGHT).alias(f"{field.name}_lr")]
    return found.select(columns)


def count_levels(table: pl.DataFrame, model: RecordModel, pairs: pl.DataFrame) -> dict[str, dict[str, float]]:
    """Return how many pairs are at each level of each field, unknown ones left out.

    Args:
        table: Of `records.comparable`.
        model: The fields; its parameters do not matter.
        pairs: `row_a` < `row_b`, `weight`.
    """
    import duckdb  # noqa: PLC0415 - loads DuckDB

    counts = {field.name: {level.code: 0.0 for level in field.levels} for field in compared(model)}
    with closing(duckdb.connect(":memory:")) as connection:
        linker, api = open_linker(connection, table, model)
        for start in range(0, len(pairs), AT_ONCE):
            part = pairs.slice(start, AT_ONCE)
            given = _give(linker, api, part)
            scored = linker.inference.predict(warning_mode="never")
            for field in compared(model):
                rows = connection.sql(
                    f"select gamma_{field.name}, sum(weight) from {scored.physical_name} "  # noqa: S608 - own names
                    f"join {given} on row_l = join_key_l and row_r = join_key_r group by all"
                ).fetchall()
                codes = _codes(field)
                for gamma, weight in rows:
                    if codes[gamma] != UNKNOWN:
                        counts[field.name][codes[gamma]] += float(weight)
            scored.drop_table_from_database_and_remove_from_cache()
    return counts


def compared(model: RecordModel) -> tuple[Field, ...]:
    """Return the fields that a model has parameters for."""
    named = {field.name for field in model.fields}
    return tuple(field for field in FIELDS if field.name in named)


def open_linker(
    connection: Any, table: pl.DataFrame, model: RecordModel, *, rules: Sequence[Rule] = (), memory: str = MEMORY
) -> tuple[Any, Any]:
    """Return Splink's linker over the table, with the model's parameters, and its way to the database."""
    from splink import DuckDBAPI, Linker  # noqa: PLC0415 - loads Splink

    connection.execute("set temp_directory = ''")
    connection.execute(f"set memory_limit = '{memory}'")
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set enable_progress_bar = false")
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    api = DuckDBAPI(connection=connection)
    source = api.register(table.to_arrow(), table_name="records")
    linker = Linker(source, splink_settings(model, rules=rules, dialect=DuckDBAPI.sql_dialect), log_level=None)
    for column, level in _by_frequency(model):
        frequencies = term_frequencies(table[column], average=level)
        linker.table_management.register_term_frequency_lookup(api.register(frequencies.to_arrow()), column)
    return linker, api


def splink_settings(model: RecordModel, *, rules: Sequence[Rule], dialect: Any) -> dict[str, Any]:
    """Return Splink's settings for a dialect; nothing in them is of one backend but the two functions' names.

    Args:
        model: Parameters.
        rules: Blocking rules.
        dialect: Splink's dialect, which names the functions.
    """
    functions = {
        "jaro_winkler": dialect.jaro_winkler_function_name,
        "damerau_levenshtein": dialect.damerau_levenshtein_function_name,
    }
    parameters = {field.name: field.levels for field in model.fields}
    comparisons = []
    for field in compared(model):
        levels: list[dict[str, Any]] = [
            {"sql_condition": field.unknown, "label_for_charts": UNKNOWN, "is_null_level": True}
        ]
        for level, learnt in zip(field.levels, parameters[field.name], strict=True):
            condition = level.condition.format(**functions) if level.condition else "ELSE"
            made = {
                "sql_condition": condition,
                "label_for_charts": level.code,
                "m_probability": learnt.m,
                "u_probability": learnt.u,
            }
            levels.append(made | ({"tf_adjustment_column": level.by_frequency} if level.by_frequency else {}))
        comparisons.append({"output_column_name": field.name, "comparison_levels": levels})
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "row",
        "probability_two_random_records_match": 0.5,  # even odds: what is left is the likelihood ratio
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": " and ".join(f"l.{column} = r.{column}" for column in rule.columns)} for rule in rules
        ],
        "retain_matching_columns": True,  # the levels come with them alone
        "retain_intermediate_calculation_columns": True,
    }


def term_frequencies(values: pl.Series, *, average: float) -> pl.DataFrame:
    """Return how probable it is that another person has a value, as seen beside the pair that shares it.

    Of the n people who have it, two are the pair itself; one more is added at the average probability, so that a value
    of which the records hold this pair alone is rare, but not as rare as never.

    Args:
        values: One a person.
        average: Probability that two random people share a value.

    Returns:
        The values and `tf_VALUES`.
    """
    counted = values.drop_nulls().value_counts(name="n")
    others = pl.max_horizontal(pl.col("n").cast(pl.Float64) - 2, 0)
    share = (others + 1) / (float(len(values)) + 1 / average)
    return counted.select(pl.col(values.name), share.alias(f"tf_{values.name}"))


def _by_frequency(model: RecordModel) -> list[tuple[str, float]]:
    parameters = {field.name: field.levels for field in model.fields}
    return [
        (level.by_frequency, learnt.u)
        for field in compared(model)
        for level, learnt in zip(field.levels, parameters[field.name], strict=True)
        if level.by_frequency
    ]


def _codes(field: Field) -> dict[int, str]:
    """Return the level of each of Splink's numbers: −1 unknown, 0 different, and up."""
    return {-1: UNKNOWN} | {len(field.levels) - 1 - at: level.code for at, level in enumerate(field.levels)}


def _has_frequencies(field: Field) -> bool:
    return any(level.by_frequency for level in field.levels)


def _give(linker: Any, api: Any, pairs: pl.DataFrame) -> str:
    """Let the linker score these pairs next; return the name of their table."""
    name = f"given_{secrets.token_hex(4)}"
    keys = pairs.select(
        pl.lit("0").alias("match_key"), pl.exclude("row_a", "row_b"), join_key_l="row_a", join_key_r="row_b"
    )
    api.duckdb_con.register(name, keys.to_arrow())
    linker.table_management.register_blocked_pairs_for_predict(api.register(name))
    return name
