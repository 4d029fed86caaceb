"""Funnel limits: which units differ from the whole by more than chance and ordinary variation.

Source: Spiegelhalter 2005 (Statistics in Medicine 24:1185): limits around the pooled share by denominator, with a
multiplicative over-dispersion factor φ from winsorised Pearson residuals. One departure, measured: winsorising 10 % at
either end also shrinks ordinary residuals, to .679 of their variance, so φ is divided by that. Where 25 districts truly
vary (beta-distributed shares around .3, sd .05–.08), 5–6 % of them lie beyond the 95 % limits this way, 10–12 % with φ
as published.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analytics.estimation.inputs import BoolArray, EstimationError, FloatArray, require_share

LEVELS = (0.95, 0.998)
"""Two and three standard errors of a normal variable, the usual pair (Spiegelhalter 2005)."""

WINSORISED_EACH_END = 0.1
"""Share of residuals pulled in at either end (Spiegelhalter 2005)."""

WINSORISED_VARIANCE = 0.6787
"""Variance of a standard normal variable winsorised at its 10th and 90th percentile."""

OVERDISPERSION_LEVEL = 0.95
"""φ is applied only when units · φ exceeds this quantile of chi² with units − 1 degrees of freedom."""

CURVE_POINTS = 60


@dataclass(frozen=True, kw_only=True)
class FunnelLimits:
    """The funnel and where each unit lies in it."""

    centre: float
    """The share around which the funnel stands."""
    phi: float
    """Over-dispersion factor applied to the variance; 1 where there was no significant over-dispersion."""
    phi_estimated: float
    """The factor before the test; NaN with fewer than two units."""
    curve: pd.DataFrame
    """denominator, low95, high95, low998, high998 (named after the levels), from the smallest to the largest unit."""
    units: pd.DataFrame
    """One row per unit in the given order: value, denominator (effective), the limits at this denominator, position
    ("within", "beyond95", "beyond998"; "" without data) and side ("high" or "low" beyond a limit, else "")."""


def funnel_limits(
    values: npt.ArrayLike,
    denominators: npt.ArrayLike,
    *,
    standard_errors: npt.ArrayLike | None = None,
    centre: float | None = None,
    levels: Sequence[float] = LEVELS,
) -> FunnelLimits:
    """Return funnel limits for shares.

    Args:
        values: Share per unit, 0 to 1; NaN for none.
        denominators: Rows under each share, unweighted.
        standard_errors: Standard error per unit from the sample's design. The effective denominator p(1 − p)/se² then
            takes the place of the denominator, never above it. Where se is 0 or unknown, the median ratio of effective
            to actual denominators of the other units is used.
        centre: The reference share; by default the pooled share Σ value · denominator / Σ denominator.
        levels: Coverage of the limits, rising.

    Raises:
        EstimationError: Arrays of different length, shares outside [0, 1], negative denominators, or no unit with data.
    """
    value, count = np.asarray(values, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    known = np.isfinite(value) & (count > 0)
    _check(value, count, known=known)
    for level in levels:
        require_share(level, of="level of the limits", open_ends=True)
    if centre is None:
        centre = float(np.average(value[known], weights=count[known]))
    else:
        require_share(centre, of="centre of the funnel", open_ends=True)
    if standard_errors is not None:
        count = _effective(value, count, np.asarray(standard_errors, dtype=np.float64), known=known)

    chance = np.sqrt(centre * (1 - centre) / np.where(known, count, 1))
    residual = np.zeros_like(value)
    # A pooled share of 0 or 1 leaves nothing to chance: every unit lies on the centre.
    np.divide(value - centre, chance, out=residual, where=known & (chance > 0))
    estimated = _overdispersion(residual[known])
    units = int(np.count_nonzero(known))
    significant = units > 1 and units * estimated > stats.chi2.ppf(OVERDISPERSION_LEVEL, units - 1)
    phi = estimated if significant else 1.0

    position, side = np.where(known, "within", "").astype(object), np.full(len(value), "", dtype=object)
    for level in levels:
        beyond = known & (np.abs(residual) > _z(level) * np.sqrt(phi))
        position[beyond] = f"beyond{_name(level)}"
        side[beyond] = np.where(residual[beyond] > 0, "high", "low")
    at = np.where(known, count, np.nan)
    spread = np.geomspace(count[known].min(), count[known].max(), CURVE_POINTS)
    return FunnelLimits(
        centre=centre,
        phi=phi,
        phi_estimated=estimated,
        curve=pd.DataFrame({"denominator": spread} | _limits(spread, centre=centre, phi=phi, levels=levels)),
        units=pd.DataFrame(
            {"value": value, "denominator": at}
            | _limits(at, centre=centre, phi=phi, levels=levels)
            | {"position": position, "side": side}
        ),
    )


def _check(value: FloatArray, count: FloatArray, *, known: BoolArray) -> None:
    problem = ""
    if value.shape != count.shape or value.ndim != 1:
        problem = "values and denominators are not lists of one length"
    elif not known.any():
        problem = "no unit has a value and a denominator"
    elif bool(np.any((value[known] < 0) | (value[known] > 1)) or np.any(count < 0)):
        problem = "a share lies outside 0 to 1, or a denominator is negative"
    if problem:
        raise EstimationError(
            "No funnel can be drawn.", cause=f"In the input, {problem}.", next_step="Give one share and count a unit."
        )


def _effective(value: FloatArray, count: FloatArray, error: FloatArray, *, known: BoolArray) -> FloatArray:
    """Return p(1 − p)/se², at most `count`; see `funnel_limits` for units without a standard error."""
    spread = value * (1 - value)
    usable = known & (error > 0) & (spread > 0)
    if not usable.any():
        return count
    effective = np.divide(spread, error**2, out=np.zeros_like(value), where=usable)
    typical = float(np.median(effective[usable] / count[usable]))
    return np.minimum(np.where(usable, effective, typical * count), count)


def _overdispersion(residual: FloatArray) -> float:
    """Return the mean square of the winsorised residuals over what chance alone would leave of it."""
    if len(residual) < 2:
        return float("nan")
    low, high = np.quantile(residual, [WINSORISED_EACH_END, 1 - WINSORISED_EACH_END])
    return float(np.mean(np.clip(residual, low, high) ** 2) / WINSORISED_VARIANCE)


def _limits(at: FloatArray, *, centre: float, phi: float, levels: Sequence[float]) -> dict[str, FloatArray]:
    """Return lower and upper limits at the denominators `at`, cut at 0 and 1."""
    error = np.sqrt(phi * centre * (1 - centre) / at)
    ends: dict[str, FloatArray] = {}
    for level in levels:
        ends[f"low{_name(level)}"] = np.clip(centre - _z(level) * error, 0, 1)
        ends[f"high{_name(level)}"] = np.clip(centre + _z(level) * error, 0, 1)
    return ends


def _z(level: float) -> float:
    return float(stats.norm.ppf(0.5 + level / 2))


def _name(level: float) -> str:
    """Return 95 for .95 and 998 for .998."""
    return f"{100 * level:g}".replace(".", "")
