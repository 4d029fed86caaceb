"""What the families looked like when a model was trained: what later snapshots are compared with."""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict

from analytics.prediction.features import COLUMNS
from analytics.risk.calibration import Array
from analytics.risk.histograms import DECILES, Histogram, bins, counted
from analytics.risk.inputs import RULED
from analytics.risk.measures import clustered_mean
from analytics.store import Warehouse

SIDES = {True: "not_entitled_receiver", False: "entitled_non_receiver"}
"""The side's name by whether it receives."""
FEATURES = tuple(column for column in COLUMNS if column.name not in RULED)
"""Columns of the record that the model's own inputs are made of."""


class Learnt(BaseModel):
    """Until when checks taught a programme's model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period: str
    visited_at: datetime | None
    """None where no check says when it was made."""
    level_error: float
    """Standard error of the mean of found minus predicted out of fold: how sure the model's level is."""

    def later(self, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which checks came later; those without a day by their period.

        Args:
            rows: period and visited_at, one row a check.
        """
        by_period = (rows["period"] > self.period).to_numpy(dtype=bool)
        if self.visited_at is None:
            return by_period
        visited = pd.to_datetime(rows["visited_at"])
        found: npt.NDArray[np.bool_] = np.where(visited.notna(), visited > self.visited_at, by_period)
        return found


class Reference(BaseModel):
    """Histograms of all families at training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: dict[str, Histogram]
    """By column of the record."""
    scores: dict[str, dict[str, Histogram]]
    """Probability of being entitled by programme and side."""
    learnt: dict[str, Learnt]
    """By programme."""


def learnt_from(rows: pd.DataFrame, residual: Array, weight: Array) -> Learnt:
    """Return until when the checks of a model were made, and how sure they make its level.

    Args:
        rows: period, visited_at and village, one row a check.
        residual: Found minus predicted out of fold, n.
        weight: Design weights, n.
    """
    newest = pd.to_datetime(rows["visited_at"]).max()
    return Learnt(
        period=str(rows["period"].max()),
        visited_at=None if pd.isna(newest) else newest.to_pydatetime(),
        level_error=clustered_mean(residual, weight, rows["village"])[1],
    )


def feature_histograms(warehouse: Warehouse) -> dict[str, Histogram]:
    """Return the histogram of each own feature over all families."""
    families = warehouse.table("families")
    return counted(families, bins(families, FEATURES, warehouse.run), warehouse.run)


def score_histograms(probability: Array, receives: npt.NDArray[np.bool_]) -> dict[str, Histogram]:
    """Return the deciles of a score by side; a side without families is left out."""
    found = {}
    for side, name in SIDES.items():
        own = probability[receives == side]
        known = own[np.isfinite(own)]
        if not len(own):
            continue
        edges = tuple(sorted({float(cut) for cut in np.quantile(known, DECILES)})) if len(known) else ()
        places = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
        found[name] = Histogram(
            edges=edges, shares=tuple((places / len(own)).tolist()), missing=1 - len(known) / len(own)
        )
    return found
