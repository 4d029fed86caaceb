"""What the scores look at, and in which direction each part of a record may point."""

from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.prediction.features import COLUMNS, FEATURES, as_numbers, column_of
from validation.contract import CROSS_CHECKS, FAMILIES

Matrix = npt.NDArray[np.float32]

RULED = ("decile",)
"""Columns left out: the decile may have been set after the check that a model learns from, and a rule reads it."""

OWN = tuple(name for name in FEATURES if column_of(name) not in RULED)
"""Features of the family's own record."""

FALLING = frozenset(
    {
        "floor_area", "solid_floor", "solid_wall", "solid_roof", "private_toilet", "clean_water", "grid_power",
        "owns_home", "has_ac", "has_computer", "has_television", "has_gas", "has_refrigerator", "has_motorcycle",
        "has_car", "has_phone", "has_radio", "has_video_player", "has_satellite_dish", "has_bicycle", "has_jewelry",
        "has_cattle", "has_credit", "head_school", "highest_school", *CROSS_CHECKS,
    }
)  # fmt: skip
"""More of it may never raise the score of being entitled."""
RISING = frozenset({"cooks_with_wood"})
"""More of it may never lower the score of being entitled."""

SURROUNDING = tuple(name for name in OWN if name in FALLING | RISING)
"""Features of which the regency's mean is an input too: how well off the surroundings are, by records alone.

Measured on 2012 data (10-fold by village, mean of three partitions): AUC .837 without, .841 with means of the district,
.845 of the regency, .844 with region codes, which say nothing of a place that no check has seen."""

INPUTS = (*OWN, *(f"regency mean of {name}" for name in SURROUNDING))
"""Names of the columns of `inputs`."""

BELOW_REGENCY = 2
"""Levels of a village's code below the regency's."""

LEAST_KNOWN = 0.5
"""Share of the own features (of those that any family has) below which a family is not scored: too little is known."""


def directions() -> tuple[int, ...]:
    """Return the monotone constraint of each input on the score of being entitled: -1, 0 or 1."""
    own = {name: -1 if name in FALLING else 1 if name in RISING else 0 for name in OWN}
    return (*own.values(), *(own[name] for name in SURROUNDING))


def own_features(families: pd.DataFrame) -> Matrix:
    """Return OWN as float32, one row a family, NaN where the record is empty."""
    chosen = [position for position, name in enumerate(FEATURES) if name in OWN]
    return as_numbers(families)[:, chosen]


def inputs(own: Matrix, village: pd.Series, means: pd.DataFrame) -> Matrix:
    """Return INPUTS: the own features beside the means of the family's regency.

    Args:
        own: OWN, one row a family.
        village: Code of each family's village.
        means: SURROUNDING by regency (index), see `regency_means`.
    """
    around = means.reindex(village.str.rsplit(".", n=BELOW_REGENCY).str[0])[list(SURROUNDING)].to_numpy(
        dtype=np.float32
    )
    return np.hstack([own, around])


def known_share(own: Matrix, used: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return which share of the features in use each family's record fills in."""
    shares: npt.NDArray[np.float64] = np.isfinite(own[:, used]).mean(axis=1)
    return shares


def regency_means(families: Any) -> Any:
    """Return regency and the mean of each feature of SURROUNDING over its families, as an Ibis table."""
    regency = families.village.re_replace(r"\.[^.]+\.[^.]+$", "")
    return (
        families.mutate(regency=regency)
        .group_by("regency")
        .aggregate(**{name: _number(families, name).mean() for name in SURROUNDING})
    )


def known_columns(families: Any) -> Any:
    """Return one row with a flag for each column of the record: whether any family has it."""
    return families.aggregate(**{column.name: families[column.name].notnull().any() for column in COLUMNS})


def _number(families: Any, feature: str) -> Any:
    column = FAMILIES[feature]
    if not column.domain:
        return families[feature].cast("float64")
    return ibis.cases(*((families[feature] == value, float(place)) for place, value in enumerate(column.domain)))
