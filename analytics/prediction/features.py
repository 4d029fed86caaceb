"""What a prediction may look at: the family's record, and nothing that follows from a decision, payment or check."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.contract import CROSS_CHECKS, FAMILIES, Column

LEFT_OUT = ("family_id", "village", "district", "head_sex")
"""Keys and places say nothing of the family itself; the head's sex is compared between groups and predicts nothing."""

ABOUT_CROSS_CHECKS = tuple(f"{name}_{part}" for name in CROSS_CHECKS for part in ("source", "date"))

ORDERED = ("head_school", "highest_school")
"""Columns of text whose values rise; the place of a value is its number. Other texts become a flag for each value."""

COLUMNS = tuple(column for column in FAMILIES.columns if column.name not in {*LEFT_OUT, *ABOUT_CROSS_CHECKS})
"""Columns of `families` that predict."""


def _named(column: Column) -> tuple[str, ...]:
    if column.domain and column.name not in ORDERED:
        return tuple(f"{column.name}={value}" for value in column.domain)
    return (column.name,)


FEATURES = tuple(name for column in COLUMNS for name in _named(column))
"""Names of the features, in the order of the columns that `as_numbers` returns."""


def column_of(feature: str) -> str:
    """Return the column of `families` that a feature is made of."""
    return feature.partition("=")[0]


def as_numbers(families: pd.DataFrame) -> npt.NDArray[np.float32]:
    """Return the features as float32, one row a family, NaN where the record is empty or lacks the column."""
    made = [values for column in COLUMNS for values in _numbers(families, column)]
    return np.column_stack(made)


def _numbers(families: pd.DataFrame, column: Column) -> list[npt.NDArray[np.float32]]:
    if column.name not in families.columns:
        return [np.full(len(families), np.nan, dtype=np.float32)] * len(_named(column))
    if not column.domain:
        numbers = pd.to_numeric(families[column.name], errors="coerce")
        return [numbers.to_numpy(dtype=np.float32, na_value=np.nan)]
    place = families[column.name].map({value: number for number, value in enumerate(column.domain)})
    known = np.asarray(place.to_numpy(dtype=np.float32, na_value=np.nan), dtype=np.float32)
    if column.name in ORDERED:
        return [known]
    return [_flag(known, number) for number in range(len(column.domain))]


def _flag(place: npt.NDArray[np.float32], number: int) -> npt.NDArray[np.float32]:
    flag: npt.NDArray[np.float32] = np.where(np.isnan(place), np.nan, place == number).astype(np.float32)
    return flag
