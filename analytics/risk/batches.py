"""Training from batches: XGBoost reads the rows a batch at a time, and memory holds their quantiles alone, or a page.

Up to a stated memory the quantised rows stay there (QuantileDMatrix); beyond it they wait in a cache on disk
(ExtMemQuantileDMatrix) and every tree reads them again. The model is the same either way, and wherever a batch ends:
XGBoost sketches each input in the order of the rows. Another order of the rows may give other bins.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analytics.risk.calibration import Array
from analytics.risk.inputs import Matrix

if TYPE_CHECKING:
    import xgboost

MEMORY = 2 * 2**30
"""Bytes that the quantised rows may take before they go to disk (assumed: a laptop's share)."""
BYTES_A_CELL = 7
"""Measured: 7.0 at the peak of training on a million rows of 40 inputs, a twentieth of the cells empty; 3.9 if none."""
BATCH_ROWS = 200_000


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Rows to learn from: inputs (NaN where empty), what is learnt, and design weights; of one length."""

    inputs: Matrix
    label: npt.NDArray[Any]
    weight: Array


@dataclass(frozen=True, kw_only=True)
class Batches:
    """Rows that can be read as often as asked for, in the same batches each time.

    Attributes:
        read: Opens them anew.
        names: Inputs, in the order of the columns.
        rows: Over all batches.
        mean_weight: Over all batches; weights are taken relative to it.
    """

    read: Callable[[], Iterable[Batch]]
    names: tuple[str, ...]
    rows: int
    mean_weight: float

    @property
    def quantised_bytes(self) -> int:
        """About how much memory the quantised rows take."""
        return self.rows * len(self.names) * BYTES_A_CELL


def in_memory(inputs: Matrix, label: npt.NDArray[Any], weight: Array, *, names: tuple[str, ...]) -> Batches:
    """Return rows that are in memory as one batch."""
    only = Batch(inputs=inputs, label=label, weight=weight)
    return Batches(read=lambda: (only,), names=names, rows=len(label), mean_weight=float(weight.mean()))


def stored(
    path: Path, *, names: tuple[str, ...], label: str, weight: str | None = None, batch_rows: int = BATCH_ROWS
) -> Batches:
    """Return the rows of a Parquet file, read a batch at a time.

    Args:
        path: Columns of numbers; empty stays empty.
        names: Inputs.
        label: Column that is learnt.
        weight: Column of design weights; None = all alike.
        batch_rows: Rows held at a time.
    """
    rows = pq.ParquetFile(path).metadata.num_rows
    mean = 1.0 if weight is None else float(pc.mean(pq.read_table(path, columns=[weight])[weight]).as_py())

    def read() -> Iterator[Batch]:
        columns = [*names, label, *([weight] if weight else [])]
        for rows in pq.ParquetFile(path).iter_batches(batch_rows, columns=columns):
            yield Batch(
                inputs=matrix(rows, names),
                label=rows[label].to_numpy(zero_copy_only=False).astype(np.float32),
                weight=rows[weight].to_numpy(zero_copy_only=False) if weight else np.ones(len(rows)),
            )

    return Batches(read=read, names=names, rows=rows, mean_weight=mean)


def matrix(rows: pa.RecordBatch, names: Sequence[str]) -> Matrix:
    """Return columns of a batch as one float32 matrix, NaN where empty."""
    found = np.empty((len(rows), len(names)), dtype=np.float32)
    for position, name in enumerate(names):
        found[:, position] = rows[name].to_numpy(zero_copy_only=False)
    return found


def boost(
    batches: Batches, parameters: dict[str, Any], *, rounds: int, memory: int = MEMORY, scratch: Path | None = None
) -> "xgboost.Booster":
    """Train one ensemble.

    Args:
        batches: The rows.
        parameters: XGBoost's.
        rounds: Trees.
        memory: Bytes from which the quantised rows are kept on disk.
        scratch: Where the cache is made and removed again; None = the system's folder for temporary files.

    Raises:
        Exception: what reading a batch raised.
    """
    import xgboost  # noqa: PLC0415 - takes a second to load

    if batches.quantised_bytes <= memory:
        data: xgboost.DMatrix = xgboost.QuantileDMatrix(_iterator(batches, None))
        return xgboost.train(parameters, data, num_boost_round=rounds)
    with tempfile.TemporaryDirectory(prefix="tepat-", dir=scratch) as folder:
        data = xgboost.ExtMemQuantileDMatrix(_iterator(batches, str(Path(folder) / "page")))
        booster = xgboost.train(parameters, data, num_boost_round=rounds)
        # The matrix holds its files open; they go before the folder does.
        del data
        return booster


def _iterator(batches: Batches, cache: str | None) -> "xgboost.DataIter":
    import xgboost  # noqa: PLC0415

    class Reading(xgboost.DataIter):
        """Hands XGBoost one batch after the other, and starts anew when told to."""

        def __init__(self) -> None:
            super().__init__(cache_prefix=cache)
            self._left: Iterator[Batch] = iter(())

        def reset(self) -> None:
            self._left = iter(batches.read())

        def next(self, input_data: Callable[..., Any]) -> bool:
            batch = next(self._left, None)
            if batch is None:
                return False
            weight = np.asarray(batch.weight / batches.mean_weight, dtype=np.float32)
            input_data(data=batch.inputs, label=batch.label, weight=weight, feature_names=list(batches.names))
            return True

    return Reading()
