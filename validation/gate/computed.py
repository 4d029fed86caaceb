"""Tables that the gate computes about the data: how much, how new, how different from before, how complete where.

Their rows are judged like others, by the suites of `validation.suites.computed`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from validation.contract import CONTRACT, Table
from validation.gate.rows import OUT, count, write_judged
from validation.gate.verdict import Verdict
from validation.limits import Limits
from validation.rules import DISTRICT, ROW, SUBJECT
from validation.suites import Tables, computed_suites

LEAST_ROWS = 100
"""Fewer rows than this tell nothing of a share: .25 is then five standard errors."""
FLOOR = 1e-4
"""Share that stands for an absent category in the population stability index, which has logarithms of it."""
SHARES_SCHEMA = pa.schema(
    [("table", pa.string()), ("column", pa.string()), ("value", pa.string()), ("rows", pa.int64())]
)


@dataclass(frozen=True, kw_only=True)
class History:
    """What the computed tables compare with.

    Attributes:
        rows: Rows of each table in the recent past, newest last.
        shares: Rows a category of the last snapshot: table, column, value, rows; empty without one.
    """

    rows: Mapping[str, Sequence[int]]
    shares: pd.DataFrame


def judge_computed(
    connection: Any,
    tables: Tables,
    *,
    judged: Path,
    staged: Sequence[str],
    history: History,
    newest: datetime | None,
    now: datetime,
    limits: Limits,
) -> tuple[Verdict, pd.DataFrame]:
    """Compute the tables about the data and judge them.

    Args:
        connection: The engine.
        tables: Every table that may be published.
        judged: Folder of the judged rows.
        staged: Names of the tables that came in.
        history: What to compare with.
        newest: The newest moment in data that are expected to go on; None for data that are final.
        now: Moment of ingestion.
        limits: Thresholds.

    Returns:
        What was found, and the categories' rows for the next comparison.
    """
    shares = category_rows(tables)
    frames = {
        "volume": volume({name: int(tables[name].count().to_pyarrow().as_py()) for name in tables}, history.rows),
        "freshness": freshness(newest, now),
        "drift": drift(shares, history.shares),
        "completeness": completeness(connection, judged, staged),
    }
    verdict = Verdict()
    for suite in computed_suites(limits).values():
        frame = frames[suite.name]
        if frame.empty:
            continue
        frame = frame.assign(**{ROW: np.arange(1, len(frame) + 1)})
        if DISTRICT not in frame:
            frame[DISTRICT] = ""
        rules = [replace(rule, severity=limits.severities.get(rule.id, rule.severity)) for rule in suite.rules]
        rows = ibis.memtable(pa.Table.from_pandas(frame, preserve_index=False))
        verdict = verdict.and_then(
            replace(
                count(
                    write_judged(connection, rows, suite.name, rules, folder=judged, now=now),
                    suite.name,
                    rules,
                    file="",
                ),
                accepted={},
                rejected={},
            )
        )
    return verdict, shares


def volume(rows: Mapping[str, int], past: Mapping[str, Sequence[int]]) -> pd.DataFrame:
    """Return one row a table that has a past: subject, rows, usual (median of the past), ratio.

    A table that was there and is not any more has no rows: to leave a file out is the way to lose most of them.
    """
    rows = dict.fromkeys(past, 0) | dict(rows)
    found = [
        {SUBJECT: name, "rows": now, "usual": float(np.median(past[name]))}
        for name, now in rows.items()
        if past.get(name)
    ]
    frame = pd.DataFrame(found, columns=[SUBJECT, "rows", "usual"])
    frame = frame[frame["usual"] > 0].reset_index(drop=True)
    return frame.assign(ratio=frame["rows"] / frame["usual"])


def freshness(newest: datetime | None, now: datetime) -> pd.DataFrame:
    """Return one row, subject and age_days, or none for data that are final."""
    rows = [] if newest is None else [(f"{newest:%Y-%m-%d}", (now - newest).total_seconds() / 86_400)]
    return pd.DataFrame(rows, columns=[SUBJECT, "age_days"])


def category_rows(tables: Tables) -> pd.DataFrame:
    """Return the rows of each category: table, column, value (empty for unknown), rows."""
    parts = []
    for name, table in CONTRACT.items():
        for column in (column.name for column in table.columns if column.domain and name in tables):
            rows = tables[name]
            counted = rows.group_by(value=rows[column].fill_null("")).aggregate(rows=rows.count())
            parts.append(counted.to_pyarrow().to_pandas().assign(table=name, column=column))
    empty = pd.DataFrame(columns=SHARES_SCHEMA.names)
    return pd.concat(parts, ignore_index=True)[SHARES_SCHEMA.names] if parts else empty


def drift(shares: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return one row a column of categories: subject, rows and psi.

    The population stability index is sum((p - q) ln(p / q)) over the categories of now (p) and before (q)
    (Siddiqi, Credit Risk Scorecards, 2006).
    """
    both = shares.merge(before, on=["table", "column", "value"], how="outer", suffixes=("", "_before"))
    found = []
    for (table, column), cells in both.groupby(["table", "column"]):
        now, then = (cells[name].fillna(0).astype(float) for name in ("rows", "rows_before"))
        if min(now.sum(), then.sum()) < LEAST_ROWS:
            continue
        p, q = (np.maximum(rows / rows.sum(), FLOOR) for rows in (now, then))
        found.append((f"{table}.{column}", int(now.sum()), float(((p - q) * np.log(p / q)).sum())))
    return pd.DataFrame(found, columns=[SUBJECT, "rows", "psi"])


def completeness(connection: Any, judged: Path, staged: Sequence[str]) -> pd.DataFrame:
    """Return one row an optional column and district: subject, district, rows, filled, usual (share of all), gap."""
    parts = []
    for name in staged:
        table = CONTRACT[name]
        rows = connection.read_parquet(str(judged / f"{name}.parquet"), table_name=f"complete_{name}")
        counted = _filled(rows.filter(~rows[OUT]), table)
        if not counted.empty:
            parts.append(counted)
    columns = [SUBJECT, DISTRICT, "rows", "filled", "usual", "gap"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _filled(rows: Any, table: Table) -> pd.DataFrame:
    optional = [column.name for column in table.columns if column.optional]
    if not optional:
        return pd.DataFrame()
    counted = (
        rows.group_by(DISTRICT)
        .aggregate(__rows=rows.count(), **{name: rows[name].count() for name in optional})
        .to_pyarrow()
        .to_pandas()
        .dropna(subset=[DISTRICT])
    )
    long = counted.melt([DISTRICT, "__rows"], optional, var_name="column", value_name="cells")
    everywhere = long.groupby("column")[["cells", "__rows"]].transform("sum")
    usual = everywhere["cells"] / everywhere["__rows"]
    filled = long["cells"] / long["__rows"]
    long = long.assign(rows=long["__rows"], filled=filled, usual=usual, gap=usual - filled)
    long[SUBJECT] = table.name + "." + long["column"]
    told: pd.DataFrame = long[long["rows"] >= LEAST_ROWS]
    return told
