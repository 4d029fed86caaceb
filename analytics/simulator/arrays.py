"""Small helpers that every stage uses: array types, named random streams, columns with unknown cells."""

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Number = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

NEVER = np.datetime64("NaT", "s")


def stream(seed: int, *names: object) -> np.random.Generator:
    """Random numbers of one stage, so that a change in a stage, or a later last day, does not move the others."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def choose(rng: np.random.Generator, shares: dict[str, float], count: int) -> npt.NDArray[np.object_]:
    """Draw `count` words with the given shares."""
    words = np.array(list(shares), dtype=object)
    return words[choose_index(rng, tuple(shares.values()), count)]


def choose_index(rng: np.random.Generator, shares: tuple[float, ...], count: int) -> Whole:
    """Draw `count` positions 0, 1, … with the given shares."""
    edges = np.cumsum(shares)
    return np.minimum(np.searchsorted(edges / edges[-1], rng.random(count), side="right"), len(shares) - 1)


def words(codes: Whole, vocabulary: tuple[str, ...]) -> pl.Series:
    """Turn positions into their words."""
    return pl.Series(vocabulary, dtype=pl.String).gather(pl.Series(codes))


def known(values: npt.NDArray[Any] | pl.Series, mask: Flags) -> pl.Series:
    """Return the values as a column, empty where the mask is false."""
    return pl.select(pl.when(pl.Series(mask)).then(pl.Series(values)).alias("x"))["x"]


def clock(times: Times) -> pl.Series:
    """Local times as a naive microsecond column; NaT becomes empty."""
    return pl.Series(times.astype("datetime64[us]"))


def seconds(amount: npt.NDArray[Any]) -> npt.NDArray[np.timedelta64]:
    """Whole seconds as a time difference."""
    return np.round(amount).astype("timedelta64[s]")


def days(amount: npt.NDArray[Any]) -> npt.NDArray[np.timedelta64]:
    """Days, fractions kept, as a time difference in seconds."""
    return seconds(np.asarray(amount) * 86_400)


def count_within(keys: npt.NDArray[Any]) -> Whole:
    """Position of each row within its key, in the order given: 0, 1, 2, …"""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.zeros(0, np.int64)
    lengths = np.diff(np.r_[starts, len(keys)])
    position = np.empty(len(keys), np.int64)
    position[order] = np.arange(len(keys)) - np.repeat(starts, lengths)
    return position


def weighted_sample(rng: np.random.Generator, weights: Number, count: int) -> Whole:
    """Positions of `count` rows drawn without replacement, likelier where the weight is larger.

    Method: Efraimidis and Spirakis (2006), by exponential keys.
    """
    allowed = np.flatnonzero(weights > 0)
    count = min(count, len(allowed))
    if count <= 0:
        return np.zeros(0, np.int64)
    keys = rng.exponential(size=len(allowed)) / weights[allowed]
    return np.sort(allowed[np.argpartition(keys, count - 1)[:count]])
