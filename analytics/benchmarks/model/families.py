"""Synthetic families of any number whose truth is known: the poorer own less, and chance has its part."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.risk.inputs import FALLING, INPUTS, RISING

NAMES = INPUTS[:40]
"""Inputs of the benchmark, with the directions that they have in the model."""
LABEL, RECEIVES, DISTRICT = "entitled", "receives", "district"
BATCH_ROWS = 200_000
EMPTY = 0.05
"""Share of the cells that are empty (assumed)."""
POOR = 0.35
"""Share that is entitled (assumed)."""
WHOLE_NUMBERS = ("size", "head_age", "highest_school", "head_school")
DISTRICTS = 25


def write_families(path: Path, rows: int, *, seed: int = 20120401) -> None:
    """Write families a batch at a time; memory holds one.

    Columns: NAMES (float32, empty = NaN), entitled, receives, district. A latent welfare moves every input that has a
    direction, each with its own strength; half of what makes a family entitled is welfare, half is not in the record.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = np.random.default_rng(seed)
    strength, level = shape.uniform(0.2, 1.2, len(NAMES)), shape.normal(0, 1, len(NAMES))
    fields = [pa.field(name, pa.float32()) for name in NAMES]
    schema = pa.schema([*fields, (LABEL, pa.bool_()), (RECEIVES, pa.bool_()), (DISTRICT, pa.string())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for first in range(0, rows, BATCH_ROWS):
            rng = np.random.default_rng([seed, first])
            writer.write_table(_batch(rng, min(BATCH_ROWS, rows - first), strength, level, schema))


def _batch(
    rng: np.random.Generator, count: int, strength: np.ndarray, level: np.ndarray, schema: pa.Schema
) -> pa.Table:
    welfare = rng.standard_normal(count, dtype=np.float32)
    columns = {}
    for position, name in enumerate(NAMES):
        sign = 1 if name in FALLING else -1 if name in RISING else 0
        noise = rng.standard_normal(count, dtype=np.float32)
        value = (sign * strength[position]) * welfare + noise
        if sign and name != "floor_area" and name not in WHOLE_NUMBERS:
            value = value > level[position]
        elif name in WHOLE_NUMBERS:
            value = np.round(3 + 2 * value)
        value = value.astype(np.float32)
        value[rng.random(count, dtype=np.float32) < EMPTY] = np.nan
        columns[name] = value
    poor = (welfare + rng.standard_normal(count)) / np.sqrt(2)
    entitled = poor < LINE
    columns[LABEL] = entitled
    columns[RECEIVES] = rng.random(count) < np.where(entitled, 0.7, 0.15)
    columns[DISTRICT] = np.char.add("35.10.", np.char.zfill(rng.integers(1, DISTRICTS + 1, count).astype(str), 2))
    return pa.table(columns, schema=schema)


LINE = -0.3853204664
"""Of the standard normal at POOR."""
