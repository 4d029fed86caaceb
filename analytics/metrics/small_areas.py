"""A targeting metric for every region of a level, each drawn towards what the others say of it."""

import numpy as np
import pandas as pd

from analytics.estimation import fay_herriot, ratios, smoothed_variances
from analytics.estimation.assisted import PREDICTED
from analytics.estimation.clusters import EDGE, divide
from analytics.estimation.small_area import SPARE_AREAS

COVARIATE = "predicted"


def small_areas(
    frame: pd.DataFrame, predicted: pd.DataFrame | None, *, level: str, minimum: int
) -> pd.DataFrame | None:
    """Estimate every region that was checked under the model of Fay & Herriot.

    All checked regions inform the model; a rate is given only where the region itself has `minimum` checks in two
    clusters, as by every other method. Where every region has a predicted share, it is the model's covariate.

    Args:
        frame: Cluster totals by `level`, as `ratios` takes them.
        predicted: `level`, predicted_numerator and predicted_denominator of all families; None where not known.
        level: Column of the region's code.
        minimum: Fewest rows under a rate that is given.

    Returns:
        As `ratios` by `level`, with value, low, high and se of the model; None where too few regions have a rate of
        their own for a model.
    """
    shown = ratios(frame, by=[level], minimum=minimum).set_index(level)
    own = ratios(frame, by=[level], minimum=1).set_index(level)
    sampled = int(own["value"].notna().sum())
    if sampled < SPARE_AREAS + 1:
        return None
    areas = own[["value"]].assign(variance=smoothed_variances(own).variance)
    covariates: list[str] = []
    if predicted is not None and sampled >= SPARE_AREAS + 2:
        areas[COVARIATE] = _shares(predicted, level).reindex(areas.index)
        if np.isfinite(areas[COVARIATE]).all() and areas.loc[own["value"].notna(), COVARIATE].std() > EDGE:
            covariates = [COVARIATE]
    found = fay_herriot(areas, covariates=covariates).areas
    columns = ["value", "low", "high", "se"]
    shown[columns] = found[columns].where(shown["reason"] == "")
    return shown.reset_index()


def _shares(predicted: pd.DataFrame, level: str) -> "pd.Series[float]":
    """Return the predicted share of each region, NaN where nobody is predicted to stand under the rate."""
    numerator, denominator = (predicted[name].to_numpy(dtype=np.float64) for name in PREDICTED)
    return pd.Series(divide(numerator, denominator), index=predicted[level])
