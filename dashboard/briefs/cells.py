"""Cells and sentences of briefs: numbers in the reader's language, Markdown without what only a screen can show."""

import re
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from dashboard.words import NO_VALUE, Words, is_missing

FRACTION_DECIMALS: Final = 4
DECIMALS: Final = 2
_ICON: Final = re.compile(r":[a-z]+/[a-z_]+:|:[a-z]+-badge\[|:[a-z]+\[")
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SLANTED: Final = re.compile(r"(?<![*\w])\*([^*\s][^*]*)\*(?![*\w])")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")


def plain(text: str) -> str:
    """Return Markdown as plain words.

    >>> plain("**Cakupan**  \\nlihat [panduan](https://x)")
    'Cakupan lihat panduan'
    """
    return _BOLD.sub(r"\1", _bare(text))


def marked(text: str) -> str:
    """Return Markdown as reportlab's markup: bold kept, all else plain and escaped."""
    return _BOLD.sub(r"<b>\1</b>", escape(_bare(text)))


def _bare(text: str) -> str:
    return " ".join(_SLANTED.sub(r"\1", _LINK.sub(r"\1", _ICON.sub("", text))).replace("`", "").split())


def first_bold(text: str) -> str:
    """Return what a definition defines: its first bold words, or all of it."""
    found = _BOLD.search(text)
    return plain(found[1] if found else text)


def decimals_of(column: "pd.Series[float]") -> int:
    """Return the decimals that a column of numbers is written with: none, two, or four for fractions."""
    known = column.dropna()
    known = known[np.isfinite(known)]
    if (known == known.round()).all():
        return 0
    return FRACTION_DECIMALS if known.abs().max() <= 1 else DECIMALS


def written(data: pd.DataFrame, words: Words) -> list[list[str]]:
    """Return the rows of a table in the reader's language; a missing value is a dash."""
    return [
        list(row) for row in zip(*(_column(data.iloc[:, place], words) for place in range(data.shape[1])), strict=True)
    ]


def _column(column: pd.Series, words: Words) -> list[str]:
    if pd.api.types.is_bool_dtype(column):
        return [str(value) for value in column]
    if pd.api.types.is_numeric_dtype(column):
        numbers = pd.to_numeric(column).astype(float)
        places = decimals_of(numbers)
        return [words.number(value, decimals=places) for value in numbers]
    if pd.api.types.is_datetime64_any_dtype(column):
        return [words.day(value) for value in column]
    return [NO_VALUE if is_missing(value) else _text(value, words) for value in column]


def _text(value: object, words: Words) -> str:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return words.number(value, decimals=0 if float(value).is_integer() else DECIMALS)
    return str(value)


def has_fractions(data: pd.DataFrame) -> bool:
    """Say whether a table holds shares written as fractions."""
    return any(
        pd.api.types.is_float_dtype(column) and decimals_of(column) == FRACTION_DECIMALS
        for column in (data.iloc[:, place] for place in range(data.shape[1]))
    )


def is_numeric(column: pd.Series) -> bool:
    """Say whether a column is set to the right."""
    return bool(pd.api.types.is_numeric_dtype(column)) and not pd.api.types.is_bool_dtype(column)
