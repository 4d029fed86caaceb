"""The columns of the families' microdata: which could tell who a family is, how each is made coarser, what is kept.

A quasi-identifier is what a neighbour may know: where a family lives, how large it is, who heads it. Each comes with
its steps from the finest that ever leaves to `ANY`, which says nothing. Villages, numbers, names, dates and amounts are
in no step. A sensitive column is what a neighbour should not learn: what the family is entitled to and receives.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from validation.contract import CONTRACT, LEVELS, Column

ANY: Final = "*"
"""The value that says nothing: generalised away, or suppressed with its row."""
UNKNOWN: Final = "unknown"
"""Not in the record; a value like any other, since an empty one would belong to no class."""

Step = Callable[[pd.Series], pd.Series]


@dataclass(frozen=True, kw_only=True)
class Quasi:
    """A quasi-identifier.

    Attributes:
        name: Column of the microdata.
        source: Column of the contract that it is made of, as `table.column`.
        steps: What each level is called and how it is made of the finest one; the first changes nothing.
    """

    name: str
    source: str
    steps: tuple[tuple[str, Step], ...]

    @property
    def column(self) -> Column:
        """The contract's column."""
        table, _, name = self.source.partition(".")
        return CONTRACT[table][name]


@dataclass(frozen=True, kw_only=True)
class Sensitive:
    """A sensitive column: its name, its meaning, and the values that it may take."""

    name: str
    meaning: str
    values: tuple[str, ...]


def _same(values: pd.Series) -> pd.Series:
    return values


def _any(values: pd.Series) -> pd.Series:
    return pd.Series(ANY, index=values.index, dtype="str")


def _depth(level: str) -> Step:
    """Cut a dotted region code to a level."""
    parts = LEVELS.index(level) + 1
    return lambda values: values.str.split(".").str[:parts].str.join(".")


def _mapped(groups: Mapping[str, tuple[str, ...]]) -> Step:
    """Name the group of each value; a value in none stays as it is."""
    known = {value: name for name, values in groups.items() for value in values}
    return lambda values: values.map(lambda value: known.get(value, value))


def bands(numbers: pd.Series, starts: tuple[int, ...]) -> pd.Series:
    """Return the band of each whole number as text: `40 to 44`, the last one open as `80+`; `UNKNOWN` where empty.

    Args:
        numbers: Whole numbers, empty where unknown; what lies below the first start counts in the first band.
        starts: Where each band begins, rising.
    """
    names = [str(a) if b == a + 1 else f"{a} to {b - 1}" for a, b in pairwise(starts)] + [f"{starts[-1]}+"]
    at = np.clip(np.searchsorted(starts, numbers.fillna(starts[0]), side="right") - 1, 0, None)
    return pd.Series([names[place] for place in at], index=numbers.index, dtype="str").where(numbers.notna(), UNKNOWN)


SIZES: Final = tuple(range(1, 9))
AGES: Final = (0, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80)
"""Where the finest bands of size and of the head's age begin; `3 to 4`, since a spreadsheet takes `3-4` for a day."""

QUASI: Final = (
    Quasi(
        name="region",
        source="families.district",
        steps=(("district", _same), ("regency", _depth("regency")), ("province", _depth("province")), ("any", _any)),
    ),
    Quasi(
        name="size",
        source="families.size",
        steps=(
            ("members, 8 and more together", _same),
            ("1, 2, 3 to 4, 5 to 6, 7+", _mapped({"3 to 4": ("3", "4"), "5 to 6": ("5", "6"), "7+": ("7", "8+")})),
            ("1 to 2, 3 to 4, 5+", _mapped({"1 to 2": ("1", "2"), "3 to 4": ("3", "4"), "5+": ("5", "6", "7", "8+")})),
            ("any", _any),
        ),
    ),
    Quasi(
        name="head_age",
        source="families.head_birth_year",
        steps=(
            ("bands of 5 years", _same),
            (
                "bands of 10 years",
                _mapped(
                    {
                        "0 to 29": ("0 to 24", "25 to 29"),
                        "30 to 39": ("30 to 34", "35 to 39"),
                        "40 to 49": ("40 to 44", "45 to 49"),
                        "50 to 59": ("50 to 54", "55 to 59"),
                        "60 to 69": ("60 to 64", "65 to 69"),
                        "70+": ("70 to 74", "75 to 79", "80+"),
                    }
                ),
            ),
            (
                "under 60 or not",
                _mapped(
                    {
                        "under 60": (
                            "0 to 24",
                            "25 to 29",
                            "30 to 34",
                            "35 to 39",
                            "40 to 44",
                            "45 to 49",
                            "50 to 54",
                            "55 to 59",
                        ),
                        "60+": ("60 to 64", "65 to 69", "70 to 74", "75 to 79", "80+"),
                    }
                ),
            ),
            ("any", _any),
        ),
    ),
    Quasi(name="head_sex", source="families.head_sex", steps=(("male, female", _same), ("any", _any))),
    Quasi(name="disability", source="families.disability", steps=(("yes, no", _same), ("any", _any))),
    Quasi(
        name="channel",
        source="registrations.channel",
        steps=(
            ("self, agent, none", _same),
            ("registered or not", _mapped({"registered": ("self", "agent")})),
            ("any", _any),
        ),
    ),
)


def sensitive(programmes: tuple[str, ...], judged: tuple[str, ...]) -> tuple[Sensitive, ...]:
    """Return the sensitive columns of a data set.

    Args:
        programmes: Those that were paid for.
        judged: Those whose rules gave each family a verdict.
    """
    decile = CONTRACT["families"]["decile"]
    return (
        Sensitive(name="decile", meaning=decile.meaning, values=(*map(str, range(1, 11)), UNKNOWN)),
        *(
            Sensitive(
                name=f"receives_{name.lower()}",
                meaning=f"Was paid for {name} in its latest period",
                values=("no", "yes"),
            )
            for name in programmes
        ),
        *(
            Sensitive(
                name=f"verdict_{name.lower()}",
                meaning=f"Entitled to {name} as its rules say of the family's records; it decides nothing",
                values=("entitled", "not_entitled", UNKNOWN),
            )
            for name in judged
        ),
    )
