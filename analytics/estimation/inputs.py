"""What an estimator accepts: columns that are there, numbers that are finite and not negative."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.errors import TepatError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


class EstimationError(TepatError):
    """Input from which no honest estimate can be made."""


def require_columns(frame: pd.DataFrame, columns: Sequence[str], *, of: str) -> None:
    """Raise `EstimationError` when a column is missing.

    Args:
        frame: Any frame.
        columns: Names that it must hold.
        of: What the frame is, for the message.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise EstimationError(
            f"The {of} frame lacks {', '.join(missing)}.",
            cause=f"It holds {', '.join(map(str, frame.columns)) or 'no column'}.",
            next_step="Rename or add the column.",
        )


def require_known(frame: pd.DataFrame, columns: Sequence[str], *, of: str) -> None:
    """Raise `EstimationError` when a key column has an empty cell: such rows would vanish from the groups."""
    for name in columns:
        empty = int(frame[name].isna().sum())
        if empty:
            raise EstimationError(
                f"{empty} rows of the {of} frame have no {name}.",
                cause="A row without a group cannot be counted in any.",
                next_step="Give unknown its own name, or leave the rows out and say so.",
            )


def amounts(frame: pd.DataFrame, column: str, *, of: str) -> FloatArray:
    """Return `column` as floats, all finite and not negative, or raise `EstimationError`."""
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = int(np.count_nonzero(~(np.isfinite(values) & (values >= 0))))
    if wrong:
        raise EstimationError(
            f"{wrong} rows of the {of} frame have no usable {column}.",
            cause="A weighted total is finite and not negative.",
            next_step="Leave these rows out before summing, and state how many they were.",
        )
    return values


def require_share(value: float, *, of: str, open_ends: bool = False) -> None:
    """Raise `EstimationError` unless `value` lies in [0, 1], or in (0, 1) with `open_ends`."""
    inside = 0 < value < 1 if open_ends else 0 <= value <= 1
    if not inside:
        raise EstimationError(
            f"The {of} is {value}.",
            cause=f"It must lie {'strictly ' if open_ends else ''}between 0 and 1.",
            next_step="Give a share, not a percentage.",
        )
