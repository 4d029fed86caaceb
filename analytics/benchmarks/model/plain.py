"""The same work by XGBoost's own calls, as its documentation shows them: no code of Tepat, what it is measured by."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xgboost


class Rows(xgboost.DataIter):
    """Batches of a Parquet file."""

    def __init__(self, path: Path, names: Sequence[str], label: str, *, rows: int, cache: str | None) -> None:
        super().__init__(cache_prefix=cache)
        self._path, self._rows = path, rows
        self._names, self._label = list(names), label
        self.reset()

    def reset(self) -> None:
        """Start anew."""
        columns = [*self._names, self._label]
        self._batches: Any = pq.ParquetFile(self._path).iter_batches(self._rows, columns=columns)

    def next(self, input_data: Any) -> bool:
        """Hand over one batch."""
        batch = next(self._batches, None)
        if batch is None:
            return False
        label = batch[self._label].to_numpy(zero_copy_only=False).astype(np.float32)
        input_data(data=cells(batch, self._names), label=label, feature_names=self._names)
        return True


def cells(batch: pa.RecordBatch, names: Sequence[str]) -> np.ndarray:
    """Return columns as one matrix."""
    found = np.empty((len(batch), len(names)), dtype=np.float32)
    for position, name in enumerate(names):
        found[:, position] = batch[name].to_numpy(zero_copy_only=False)
    return found


def train(
    path: Path, names: Sequence[str], label: str, parameters: dict[str, Any], *, rounds: int, rows: int,
    cache: Path | None, to: Path,
) -> None:  # fmt: skip
    """Train from batches, in memory or with a cache on disk, and save the model."""
    data: xgboost.DMatrix
    if cache is None:
        data = xgboost.QuantileDMatrix(Rows(path, names, label, rows=rows, cache=None))
    else:
        cache.mkdir()
        data = xgboost.ExtMemQuantileDMatrix(Rows(path, names, label, rows=rows, cache=str(cache / "page")))
    xgboost.train(parameters, data, num_boost_round=rounds).save_model(to)


def score(path: Path, names: Sequence[str], model: Path, *, rows: int, to: Path) -> None:
    """Write the probability of every row."""
    booster = xgboost.Booster(model_file=model)
    schema = pa.schema([("entitled", pa.float64())])
    with pq.ParquetWriter(to, schema, compression="zstd") as writer:
        for batch in pq.ParquetFile(path).iter_batches(rows, columns=list(names)):
            found = booster.inplace_predict(cells(batch, names)).astype(np.float64)
            writer.write_table(pa.table({"entitled": found}, schema=schema))


def explain(path: Path, names: Sequence[str], model: Path, chosen: np.ndarray, *, rows: int) -> np.ndarray:
    """Return the exact contributions of every input to the margin, for the rows chosen."""
    booster = xgboost.Booster(model_file=model)
    parts, first = [], 0
    for batch in pq.ParquetFile(path).iter_batches(rows, columns=list(names)):
        flagged = cells(batch, names)[chosen[first : first + len(batch)]]
        parts.append(booster.predict(xgboost.DMatrix(flagged, feature_names=list(names)), pred_contribs=True))
        first += len(batch)
    return np.concatenate(parts)
