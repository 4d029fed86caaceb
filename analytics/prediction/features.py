"""What a prediction may look at: the family's record, and nothing that follows from a decision, payment or check."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.contract import CROSS_CHECKS, FAMILIES

LEFT_OUT = ("family_id", "village", "district", "head_sex")
"""Keys and places say nothing of the family itself; the head's sex is compared between groups and predicts nothing."""

ABOUT_CROSS_CHECKS = tuple(f"{name}_{part}" for name in CROSS_CHECKS for part in ("source", "date"))

FEATURES = tuple(column.name for column in FAMILIES.columns if column.name not in {*LEFT_OUT, *ABOUT_CROSS_CHECKS})
"""Columns of `families` that predict."""


def as_numbers(families: pd.DataFrame) -> npt.NDArray[np.float32]:
    """Return the features as float32, one row a family, NaN where the record is empty or lacks the column."""
    columns = [
        pd.to_numeric(families[name], errors="coerce").to_numpy(dtype=np.float32, na_value=np.nan)
        if name in families.columns
        else np.full(len(families), np.nan, dtype=np.float32)
        for name in FEATURES
    ]
    return np.column_stack(columns)
