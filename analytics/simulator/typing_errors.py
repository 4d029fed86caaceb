"""Typing errors in names, dates and numbers, at assumed rates."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from analytics.simulator import parameters as p

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"


def mistyped_names(rng: np.random.Generator, names: pl.Series) -> pl.Series:
    """Return names of which some have a letter wrong, left out, doubled or swapped, or lack the last word."""

    def slip(name: str) -> str:
        words = name.split(" ")
        if len(words) > 1 and rng.random() < p.LAST_WORD_DROPPED:
            return " ".join(words[:-1])
        return _slip(rng, name, LETTERS, from_=1)

    return _some(rng, names, p.NAME_SLIPS, slip)


def mistyped_dates(rng: np.random.Generator, dates: pl.Series) -> pl.Series:
    """Return dates of which some are a day or a year off, or have day and month swapped."""

    def slip(date: dt.date) -> dt.date:
        kind = rng.integers(0, 3)
        if kind == 0 and date.day <= 12 and date.day != date.month:
            return date.replace(month=date.day, day=date.month)
        return date + dt.timedelta(days=int(rng.choice([-1, 1]) if kind < 2 else rng.choice([-365, 365])))

    return _some(rng, dates, p.DATE_SLIPS, slip)


def mistyped_numbers(rng: np.random.Generator, numbers: pl.Series) -> pl.Series:
    """Return numbers with one digit wrong or two neighbours swapped; all have sixteen digits still."""
    return _some(rng, numbers, 1.0, lambda number: _slip(rng, number, DIGITS, from_=0, same_length=True))


def _slip(rng: np.random.Generator, text: str, alphabet: str, *, from_: int, same_length: bool = False) -> str:
    """Make one slip at or after a place: a character for another, or swapped, left out or doubled."""
    at = int(rng.integers(from_, max(len(text) - 1, from_ + 1)))
    kind = rng.integers(0, 2 if same_length else 4)
    if kind == 1 and text[at : at + 1] != text[at + 1 : at + 2]:
        return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
    if kind == 2:
        return text[:at] + text[at + 1 :]
    if kind == 3:
        return text[:at] + text[at : at + 1] * 2 + text[at + 1 :]
    others = [letter for letter in alphabet if letter != text[at : at + 1]]
    return text[:at] + str(rng.choice(others)) + text[at + 1 :]


def _some(rng: np.random.Generator, values: pl.Series, share: float, slip: Callable[[Any], Any]) -> pl.Series:
    hit = rng.random(len(values)) < share
    made = [slip(value) if wrong else value for value, wrong in zip(values.to_list(), hit, strict=True)]
    return pl.Series(values.name, made, dtype=values.dtype)
