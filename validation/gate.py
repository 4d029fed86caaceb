"""The gate: each staged row is accepted, or quarantined with the rules that it breaks; too many, and nothing passes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from validation.contract import CONTRACT, Table
from validation.errors import GateError
from validation.rules import FORM, ROW, Rule, Tables, rules_of

RESULT_COLUMNS = ["table", "rule", "says_id", "says_en", "checked", "failed"]
NEVER = ibis.literal(value=False)
QUARANTINE_COLUMNS = ["table", "rule", "file", "row"]


@dataclass(frozen=True)
class Verdict:
    """What the gate found.

    Attributes:
        results: One row a table and rule: table, rule, says_id, says_en, checked (rows), failed (rows).
        quarantine: One row a broken rule of a rejected row: table, rule, file, row (number in the file).
        accepted: Rows let in, by table.
        rejected: Rows kept out, by table.
    """

    results: pd.DataFrame
    quarantine: pd.DataFrame
    accepted: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)


def judge(
    staged: dict[str, Path],
    accepted: Callable[[str], Path],
    *,
    files: dict[str, str],
    now: datetime,
    quarantine_limit: float,
    on_table: Callable[[str], None] = lambda _name: None,
) -> Verdict:
    """Judge every staged table and write its accepted rows.

    Args:
        staged: Parquet files of shaped rows (contract columns, `__row`, `__form`), by table.
        accepted: Gives the Parquet path that a table's accepted rows are written to.
        files: Source file of each table, for the quarantine.
        now: Moment of ingestion, naive UTC; nothing may lie after it.
        quarantine_limit: Share of rejected rows of a table above which nothing passes.
        on_table: Called with a table's name before it is judged.

    Raises:
        GateError: a table lost more rows than the limit allows.
    """
    connection = ibis.duckdb.connect()
    tables: Tables = {}
    results: list[dict[str, Any]] = []
    quarantine: list[pd.DataFrame] = []
    verdict = Verdict(pd.DataFrame(), pd.DataFrame())
    for table in (t for t in CONTRACT.values() if t.name in staged):
        on_table(table.name)
        rows = connection.read_parquet(str(staged[table.name]), table_name=f"staged_{table.name}")
        rules = [rule for rule in rules_of(table) if all(need in staged for need in rule.needs)]
        flagged, counts = _judge_table(rows, rules, tables, now)
        total = int(counts["__rows"])
        results += [
            {"table": table.name, "rule": rule.id, "says_id": rule.says.id, "says_en": rule.says.en,
             "checked": total, "failed": int(counts[f"r{i}"])}
            for i, rule in enumerate(rules)
        ]  # fmt: skip
        bad = int(counts["__bad"])
        if bad:
            quarantine.append(_rejects(flagged, rules, table.name, files.get(table.name, "")))
        _write_accepted(flagged, table, accepted(table.name))
        tables[table.name] = connection.read_parquet(str(accepted(table.name)), table_name=f"accepted_{table.name}")
        verdict.accepted[table.name] = total - bad
        verdict.rejected[table.name] = bad
    found = Verdict(
        pd.DataFrame(results, columns=RESULT_COLUMNS),
        pd.concat(quarantine, ignore_index=True) if quarantine else pd.DataFrame(columns=QUARANTINE_COLUMNS),
        verdict.accepted,
        verdict.rejected,
    )
    refuse_if_too_many(found, files=files, limit=quarantine_limit)
    return found


def refuse_if_too_many(verdict: Verdict, *, files: dict[str, str], limit: float) -> None:
    """Raise when a table lost a larger share of its rows than `limit`, or all of them.

    Raises:
        GateError: names the table, the share, and the rule that most rows broke.
    """
    for table, rejected in verdict.rejected.items():
        total = rejected + verdict.accepted[table]
        if total and (rejected / total > limit or rejected == total):
            worst = verdict.results[verdict.results["table"] == table].nlargest(1, "failed").iloc[0]
            rows = verdict.quarantine.loc[
                (verdict.quarantine["table"] == table) & (verdict.quarantine["rule"] == worst["rule"]), "row"
            ]
            raise GateError(
                f"{files.get(table, table)}: {rejected} of {total} rows may not be counted, more than the limit of "
                f"{limit:.0%}.",
                cause=f"Most break the rule “{worst['says_en']}” ({worst['rule']}), rows {rows.min()} to {rows.max()}.",
                next_step="Correct the export; nothing was published, the last good snapshot stays in use.",
            )


def _judge_table(rows: Any, rules: list[Rule], tables: Tables, now: datetime) -> tuple[Any, dict[str, Any]]:
    """Add one flag a rule (`r0`, `r1`, …) and `__bad`, and count them in the same pass."""
    flags = {f"r{i}": rule.broken(rows, tables, now).fill_null(NEVER) for i, rule in enumerate(rules)}
    flagged = rows.mutate(**flags)
    flagged = flagged.mutate(__bad=reduce(or_, (flagged[name] for name in flags))).cache()
    counts = flagged.aggregate(
        __rows=flagged.count(), **{name: flagged[name].ifelse(1, 0).sum().coalesce(0) for name in [*flags, "__bad"]}
    )
    return flagged, counts.to_pyarrow().to_pylist()[0]


def _rejects(flagged: Any, rules: list[Rule], table: str, file: str) -> pd.DataFrame:
    bad = flagged.filter(flagged["__bad"]).select(ROW, *(f"r{i}" for i in range(len(rules)))).to_pyarrow().to_pandas()
    parts = [
        pd.DataFrame({"table": table, "rule": rule.id, "file": file, "row": bad.loc[bad[f"r{i}"], ROW]})
        for i, rule in enumerate(rules)
        if bad[f"r{i}"].any()
    ]
    return pd.concat(parts, ignore_index=True).sort_values(["row", "rule"], ignore_index=True)


def _write_accepted(flagged: Any, table: Table, path: Path) -> None:
    good = flagged.filter(~flagged["__bad"]).drop(FORM)
    order = [name for name in ("village", "stratum") if name in table] + list(table.key)
    good.order_by(order).select([column.name for column in table.columns]).to_parquet(path, compression="zstd")
