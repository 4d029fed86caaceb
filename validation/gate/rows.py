"""Judging rows: one pass over each staged table, as many rules as there are, every broken rule of every row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any, Literal

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from validation.contract import CONTRACT, Table
from validation.errors import GateError
from validation.gate.verdict import ANY, DISTRICT_COLUMNS, FINDING_COLUMNS, RESULT_COLUMNS, Verdict
from validation.limits import Limits
from validation.rules import DISTRICT, REPEATED, ROW, SUBJECT, Rule
from validation.suites import SUITES, Tables

BITS = 62
"""Rules held by one whole number of 64 bits, its sign left alone."""
OUT = "__out"
"""True where a judged row may not be counted."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """Where the gate works and what is published already.

    Attributes:
        staged: Parquet files of shaped rows (contract columns, `__row`, facts of shaping), by table.
        accepted: Gives the Parquet path that a table's rows are published from.
        judged: Folder for the judged rows of each table, with their facts: what the reports are made from.
        scratch: Folder for what does not fit into memory.
        published: Parquet files of the tables that are published already and to which the staged rows are added.
        repeats: What a staged row does whose key is published already: it takes the other's place, or is rejected.
    """

    staged: Mapping[str, Path]
    accepted: Callable[[str], Path]
    judged: Path
    scratch: Path
    published: Mapping[str, Path]
    repeats: Literal["replace", "reject"] = "replace"


def connect(scratch: Path, *, memory: str) -> Any:
    """Open the engine of the gate: in memory up to a limit, then on disk in `scratch`."""
    scratch.mkdir(parents=True, exist_ok=True)
    return ibis.duckdb.connect(memory_limit=memory, temp_directory=str(scratch), preserve_insertion_order=False)


def judge_rows(
    connection: Any,
    room: Room,
    *,
    files: Mapping[str, str],
    now: datetime,
    limits: Limits,
    on_table: Callable[[str], None] = lambda _name: None,
) -> tuple[Verdict, Tables]:
    """Judge every staged table and write its accepted rows.

    Args:
        connection: The engine.
        room: Files in and out.
        files: Source file of each table, for the findings.
        now: Moment of ingestion, naive UTC; nothing may lie after it.
        limits: Thresholds.
        on_table: Called with a table's name before it is judged.

    Returns:
        What was found, and every table that may be published.

    Raises:
        GateError: a staged file does not have the contract's columns.
    """
    verdict = Verdict()
    tables: Tables = {
        name: connection.read_parquet(str(path), table_name=f"published_{name}")
        for name, path in room.published.items()
    }
    room.judged.mkdir(parents=True, exist_ok=True)
    for suite in (suite for suite in SUITES.values() if suite.name in room.staged):
        table = CONTRACT[suite.name]
        on_table(suite.name)
        _demand_schema(table, room.staged[suite.name])
        rows = connection.read_parquet(str(room.staged[suite.name]), table_name=f"staged_{suite.name}")
        rules = [
            replace(rule, severity=limits.severities.get(rule.id, rule.severity))
            for rule in suite.rules_with([*tables, suite.name])
        ]
        facts = suite.facts(rows, tables)
        if room.repeats == "reject" and suite.name in tables:
            facts = _reject_published_keys(facts, rows, table, tables[suite.name])
        judged = write_judged(connection, facts, suite.name, rules, folder=room.judged, now=now)
        verdict = verdict.and_then(count(judged, suite.name, rules, file=files.get(suite.name, "")))
        before = tables.get(suite.name)
        _write_accepted(judged, table, before=before, path=room.accepted(suite.name))
        tables[suite.name] = connection.read_parquet(
            str(room.accepted(suite.name)), table_name=f"accepted_{suite.name}"
        )
    return verdict, tables


def write_judged(connection: Any, rows: Any, name: str, rules: Sequence[Rule], *, folder: Path, now: datetime) -> Any:
    """Write the rows with their facts, the rules that each breaks (`__broken0`, …: a bit a rule) and `__out`."""
    path = folder / f"{name}.parquet"
    masks = {}
    for start in range(0, len(rules), BITS):
        bits = [
            rule.check.broken(rows, now).fill_null(ibis.literal(value=False)).ifelse(1 << bit, 0).cast("int64")
            for bit, rule in enumerate(rules[start : start + BITS])
        ]
        masks[f"__broken{start // BITS}"] = reduce(add, bits)
    judged = rows.mutate(**masks)
    judged.mutate(**{OUT: _kept_out(judged, rules)}).to_parquet(path, compression="snappy")
    return connection.read_parquet(str(path), table_name=f"judged_{name}")


def broken(judged: Any, index: int) -> Any:
    """Return the boolean column that is true where a judged row breaks the rule at `index`."""
    return (judged[f"__broken{index // BITS}"] & (1 << index % BITS)) != 0


def _kept_out(judged: Any, rules: Sequence[Rule]) -> Any:
    out = ibis.literal(value=False)
    for start in range(0, len(rules), BITS):
        mask = sum(1 << bit for bit, rule in enumerate(rules[start : start + BITS]) if rule.severity != "warn")
        out |= (judged[f"__broken{start // BITS}"] & mask) != 0
    return out


def count(judged: Any, name: str, rules: Sequence[Rule], *, file: str) -> Verdict:
    """Count the rows that break each rule, by district, and list them."""
    flags = {f"r{index}": broken(judged, index) for index in range(len(rules))} | {"out": judged[OUT]}
    by_district = (
        judged.group_by(district=judged[DISTRICT].fill_null(""))
        .aggregate(rows=judged.count(), **{flag: expression.ifelse(1, 0).sum() for flag, expression in flags.items()})
        .to_pyarrow()
        .to_pandas()
    )
    total, rejected = int(by_district["rows"].sum()), int(by_district["out"].sum())
    results = pd.DataFrame(
        [
            (
                name,
                rule.id,
                rule.severity,
                rule.owner,
                rule.says.id,
                rule.says.en,
                total,
                int(by_district[f"r{i}"].sum()),
            )
            for i, rule in enumerate(rules)
        ],
        columns=RESULT_COLUMNS,
    )
    counted = [(ANY, by_district["out"]), *((rule.id, by_district[f"r{i}"]) for i, rule in enumerate(rules))]
    districts = pd.DataFrame(
        [
            (name, rule, district, int(rows), int(failed))
            for rule, column in counted
            for district, rows, failed in zip(by_district["district"], by_district["rows"], column, strict=True)
            if failed or rule == ANY
        ],
        columns=DISTRICT_COLUMNS,
    )
    findings = _findings(judged, name, rules, results, file=file)
    return Verdict(results, districts, findings, {name: total - rejected}, {name: rejected})


def _findings(judged: Any, name: str, rules: Sequence[Rule], results: pd.DataFrame, *, file: str) -> pd.DataFrame:
    """List every broken rule of every row."""
    hit = [index for index in range(len(rules)) if results["failed"].iloc[index]]
    if not hit:
        return pd.DataFrame(columns=FINDING_COLUMNS)
    any_broken = reduce(
        lambda left, right: left | right, ((judged[f"__broken{n}"] != 0) for n in range((len(rules) - 1) // BITS + 1))
    )
    subject = judged[SUBJECT] if SUBJECT in judged.columns else ibis.literal("")
    bad = judged.filter(any_broken).select(
        row=judged[ROW],
        district=judged[DISTRICT].fill_null(""),
        subject=subject,
        **{f"r{index}": broken(judged, index) for index in hit},
    )
    rows = bad.to_pyarrow().to_pandas()
    parts = [
        rows.loc[rows[f"r{index}"], ["row", "district", "subject"]].assign(
            table=name, rule=rules[index].id, severity=rules[index].severity, file=file
        )
        for index in hit
    ]
    found: pd.DataFrame = pd.concat(parts, ignore_index=True)[FINDING_COLUMNS]
    return found.sort_values(["row", "rule"], ignore_index=True)


def _write_accepted(judged: Any, table: Table, *, before: Any, path: Path) -> None:
    """Write what may be published: the good rows, and those published before whose key is not among them."""
    names = [column.name for column in table.columns]
    good = judged.filter(~judged[OUT]).select(names)
    if before is not None:
        lacking = {name: ibis.literal(None, good[name].type()) for name in names if name not in before.columns}
        before = before.mutate(**lacking) if lacking else before  # published before the contract had the column
        good = good.union(before.anti_join(good, list(table.key)).select(names))
    order = [name for name in ("village", "stratum") if name in table] + list(table.key)
    good.order_by(order).to_parquet(path, compression="zstd")


def _reject_published_keys(facts: Any, rows: Any, table: Table, before: Any) -> Any:
    """Mark a row whose key is published already as a repetition."""
    published = rows.select(ROW, *table.key).semi_join(before, list(table.key))
    return facts.mutate(**{REPEATED: facts[REPEATED] & facts[ROW].notin(published[ROW])})


def _demand_schema(table: Table, path: Path) -> None:
    """Refuse a staged file that lacks a column of the contract or holds it in another type.

    Raises:
        GateError: names the columns.
    """
    found = _kinds(pq.read_schema(path))
    wrong = [name for name, kind in _kinds(table.schema).items() if found.get(name) != kind]
    if wrong:
        raise GateError(
            f"The staged table {table.name} does not follow the contract: {', '.join(wrong)}.",
            cause="The column is missing or of another type.",
            next_step="docs/contract.md lists the columns; nothing was published.",
        )


def _kinds(schema: pa.Schema) -> dict[str, str]:
    """Return each column's type, whether it may be empty left aside."""
    return {name: str(kind).lstrip("!") for name, kind in ibis.Schema.from_pyarrow(schema).items()}
