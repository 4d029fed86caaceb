"""The gate: each staged row is let in, or kept out with the rules that it breaks; too many, and nothing passes.

`judge` reads staged Parquet files and writes the rows that may be published. It runs in one pass over each table on
DuckDB, in bounded memory; `validation.reports` runs the same rules through Great Expectations.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

import pandas as pd

from validation.gate.computed import SHARES_SCHEMA, History, judge_computed
from validation.gate.rows import Room, connect, judge_rows
from validation.gate.verdict import ANY, DISTRICT_COLUMNS, FINDING_COLUMNS, RESULT_COLUMNS, Verdict, refuse
from validation.limits import Limits

__all__ = [
    "ANY",
    "DISTRICT_COLUMNS",
    "FINDING_COLUMNS",
    "RESULT_COLUMNS",
    "SHARES_SCHEMA",
    "History",
    "Limits",
    "Room",
    "Verdict",
    "judge",
    "refuse",
]

MEMORY = "1GB"
"""Memory of the engine before it goes to disk."""


def judge(
    room: Room,
    *,
    files: Mapping[str, str],
    now: datetime,
    limits: Limits,
    history: History,
    newest: Callable[[Mapping[str, Any]], datetime | None] = lambda _tables: None,
    on_table: Callable[[str], None] = lambda _name: None,
    memory: str = MEMORY,
) -> tuple[Verdict, pd.DataFrame]:
    """Judge what is staged, row by row, then as a whole.

    Args:
        room: Files in and out.
        files: Source file of each table.
        now: Moment of ingestion, naive UTC.
        limits: Thresholds.
        history: What volume and shares of categories are compared with.
        newest: Gives the newest moment in the tables where the data are expected to go on, else None.
        on_table: Called with a table's name before it is judged.
        memory: Memory of the engine, as DuckDB writes it.

    Returns:
        What was found, and the rows of each category for the next comparison. The caller decides with `refuse`.

    Raises:
        GateError: a staged file does not follow the contract.
    """
    connection = connect(room.scratch, memory=memory)
    with closing(connection.con):
        verdict, tables = judge_rows(connection, room, files=files, now=now, limits=limits, on_table=on_table)
        computed, shares = judge_computed(
            connection,
            tables,
            judged=room.judged,
            staged=list(room.staged),
            history=history,
            newest=newest(tables),
            now=now,
            limits=limits,
        )
    return verdict.and_then(computed), shares
