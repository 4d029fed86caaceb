"""What is expected of each agent: the rates of all others in the same case mix (indirect standardisation)."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

STRATUM_PRIOR: Final = 50.0
"""Exposure with which a stratum's rate is drawn towards that of all (assumed): a stratum of a few applications says
little of what is usual there."""


def expect(cells: pd.DataFrame, *, mix: Sequence[str]) -> pd.DataFrame:
    """Return observed and expected of each agent.

    The rate of a stratum is that of its other agents: nobody is compared with their own work.

    Args:
        cells: agent_id, the columns of `mix`, observed, exposure; several rows of one agent and stratum are summed.
        mix: The columns that make strata.

    Returns:
        One row an agent with an exposure, by agent_id: agent_id, exposure, observed, expected.
    """
    by_cell = cells.groupby(["agent_id", *mix], dropna=False, observed=True, as_index=False)[
        ["observed", "exposure"]
    ].sum()
    by_cell = by_cell[by_cell["exposure"] > 0]
    if by_cell.empty:
        return pd.DataFrame({"agent_id": [], "exposure": [], "observed": [], "expected": []})
    overall = by_cell["observed"].sum() / by_cell["exposure"].sum()
    strata = by_cell.groupby(list(mix), dropna=False, observed=True)[["observed", "exposure"]].transform("sum")
    others = strata - by_cell[["observed", "exposure"]]
    rate = (others["observed"] + STRATUM_PRIOR * overall) / (others["exposure"] + STRATUM_PRIOR)
    by_cell = by_cell.assign(expected=rate * by_cell["exposure"])
    return by_cell.groupby("agent_id", as_index=False)[["exposure", "observed", "expected"]].sum()


def residual_variance(cells: pd.DataFrame, *, mix: Sequence[str]) -> float:
    """Return the variance of a measured value inside an agent and stratum.

    Args:
        cells: As `expect`, with `squares`, the sum of the squared values.
        mix: The columns that make strata.
    """
    own = cells.groupby(["agent_id", *mix], dropna=False, observed=True)[["observed", "exposure", "squares"]].sum()
    own = own[own["exposure"] > 1]
    inside = own["squares"] - own["observed"] ** 2 / own["exposure"]
    degrees = (own["exposure"] - 1).sum()
    return float(np.maximum(inside.sum(), 0) / degrees) if degrees else float("nan")
