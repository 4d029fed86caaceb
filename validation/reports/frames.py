"""Judged rows as pandas holds them: what the two engines compare means the same in both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from validation.errors import GateError
from validation.gate.rows import BITS

SEED = 20_260_101
"""Of the sample: the same file gives the same rows."""
BATCH = 65_536
"""Rows held at once while a sample is drawn."""


def bits(rules: int) -> list[str]:
    """Return the columns that hold the gate's bits of so many rules."""
    return [f"__broken{start // BITS}" for start in range(0, rules, BITS)]


def judged_frame(path: Path, columns: Sequence[str], *, most_rows: int | None) -> tuple[pd.DataFrame, int]:
    """Read columns of judged rows, or of a simple random sample of `most_rows` of them.

    Returns:
        The frame, and the number of rows in the file.

    Raises:
        GateError: names the columns that the file lacks.
    """
    with pq.ParquetFile(path) as file:
        missing = sorted(set(columns) - set(file.schema_arrow.names))
        if missing:
            raise GateError(
                f"The judged table {path.stem} lacks columns that its rules look at: {', '.join(missing)}.",
                next_step="Nothing was published; the facts of the suite and its rules do not fit each other.",
            )
        rows = file.metadata.num_rows
        if most_rows is None or rows <= most_rows:
            table = file.read(columns=list(columns))
        else:
            table = _sample(file, columns, np.random.default_rng(SEED).choice(rows, most_rows, replace=False))
    return pd.DataFrame({name: _series(table[name]) for name in columns}), rows


def _sample(file: Any, columns: Sequence[str], chosen: Any) -> pa.Table:
    chosen = np.sort(chosen)
    parts, start = [], 0
    for batch in file.iter_batches(batch_size=BATCH, columns=list(columns)):
        end = start + batch.num_rows
        inside = chosen[np.searchsorted(chosen, start) : np.searchsorted(chosen, end)]
        parts.append(batch.take(pa.array(inside - start)))
        start = end
    return pa.Table.from_batches(parts)


def _series(column: Any) -> Any:
    """Return a column without a value changing: nothing is rounded, and a moment of the year 9999 stays one."""
    kind = column.type
    if pa.types.is_date(kind):
        column = column.cast(pa.timestamp("us"))
    if pa.types.is_timestamp(column.type):
        return _cast(column, pa.timestamp("ns")).to_pandas()  # compared at once; other units value by value
    if pa.types.is_integer(kind) and column.null_count:
        exact = _cast(column, pa.float64())
        return exact.to_pandas() if exact is not column else column.to_pandas(types_mapper=_NULLABLE.get)
    return column.to_pandas()


_NULLABLE = {pa.int64(): pd.Int64Dtype()}


def _cast(column: Any, kind: pa.DataType) -> Any:
    """Cast a column, or return it as it is where a value does not fit."""
    try:
        return column.cast(kind)
    except pa.ArrowInvalid:
        return column
