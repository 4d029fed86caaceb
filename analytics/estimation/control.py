"""XmR charts: is this month different, or is it the usual variation?

Sources: Wheeler 2000, Understanding Variation (limits at 2.66 mean moving ranges); NHS England, Making Data Count, and
its R package NHSRplotthedots (screened ranges, shift, run, two of three near a limit). Two points are never compared.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.estimation.inputs import EstimationError, FloatArray, IntArray

LIMIT = 2.66
"""Mean moving ranges from the mean to a limit: 3 / 1.128 (Wheeler 2000)."""

SCREEN = 3.267
"""Moving ranges above this many mean moving ranges do not enter the limits (NHSRplotthedots)."""

RUN_LENGTH = 7
"""Points on one side of the mean, or rising or falling, that make a signal (Making Data Count)."""

NEAR = 2 / 3
"""Share of the way from the mean to a limit beyond which a point is near it (NHSRplotthedots)."""

NEAR_COUNT, NEAR_WINDOW = 2, 3
"""Points near a limit, out of how many in a row, that make a signal (NHSRplotthedots)."""

SETTLED_LIMITS = 12
"""Points from which limits are no longer provisional (Making Data Count)."""

ROUNDING = 1e-9
"""Relative differences below this are rounding, not variation."""

Signal = Literal["", "outside", "shift", "run", "near_limit"]
Polarity = Literal["lower_is_better", "higher_is_better", "neutral"]
Direction = Literal["better", "worse", "no_change", "changed", "insufficient"]


@dataclass(frozen=True, kw_only=True)
class XmR:
    """The chart's points and whether its limits are provisional ("batas sementara")."""

    points: pd.DataFrame
    """One row per value in the given order: value, centre, lower, upper (all in the unit of the values), settled,
    signal (see `xmr`) and side (1 for a signal upwards, -1 for one downwards, 0 for none)."""
    provisional: bool


def xmr(
    values: npt.ArrayLike,
    *,
    settled: npt.ArrayLike | None = None,
    floor: float | None = None,
    cap: float | None = None,
) -> XmR:
    """Return the centre, limits and signals of a series.

    Signals, the first that applies: "outside" a limit; "shift", 7 or more in a row on one side of the mean; "run", 7 or
    more in a row rising or falling; "near_limit", 2 of 3 in a row beyond two thirds of the way to the same limit. All
    points of a shift or run carry it. Points are in a row when no other settled point lies between them.

    Args:
        values: One number per period, oldest first; NaN where there is none.
        settled: False for periods that still fill up (reporting delay): no signal, and no part in the limits.
        floor: Lowest possible value (0 for counts and shares): limits are drawn no lower.
        cap: Highest possible value (1 for shares).

    Returns:
        An `XmR`; limits are NaN with fewer than two settled values.

    Raises:
        EstimationError: `settled` has another length than `values`.
    """
    value = np.asarray(values, dtype=np.float64)
    firm = np.ones(len(value), dtype=np.bool_) if settled is None else np.asarray(settled, dtype=np.bool_)
    if value.shape != firm.shape:
        raise EstimationError(
            f"{len(value)} values have {len(firm)} marks of being settled.",
            cause="Each period needs one value and one mark.",
            next_step="Make both from the same periods.",
        )
    firm = firm & np.isfinite(value)
    x = value[firm]
    centre, reach = _centre_and_reach(x)
    signal, side = np.full(len(value), "", dtype=object), np.zeros(len(value), dtype=np.int64)
    if len(x) > 1:
        signal[firm], side[firm] = _signals(x, centre=centre, reach=reach)
    points = pd.DataFrame(
        {
            "value": value,
            "centre": centre,
            "lower": centre - reach if floor is None else np.maximum(centre - reach, floor),
            "upper": centre + reach if cap is None else np.minimum(centre + reach, cap),
            "settled": firm,
            "signal": signal,
            "side": side,
        }
    )
    return XmR(points=points, provisional=len(x) < SETTLED_LIMITS)


def direction(result: XmR, *, polarity: Polarity) -> Direction:
    """Return one word for where the series is heading: the signal of its latest settled point, never two points alone.

    Args:
        result: A chart.
        polarity: Which way is good. "neutral" (objections, for one) is only ever "changed" or "no_change".

    Returns:
        "insufficient" while limits are provisional.
    """
    settled = result.points.loc[result.points["settled"], "side"]
    if result.provisional or settled.empty:
        return "insufficient"
    side = int(settled.iloc[-1])
    if side == 0:
        return "no_change"
    if polarity == "neutral":
        return "changed"
    return "better" if (side > 0) == (polarity == "higher_is_better") else "worse"


def _centre_and_reach(x: FloatArray) -> tuple[float, float]:
    """Return the mean and the distance from it to either limit."""
    if len(x) < 2:
        return float("nan"), float("nan")
    ranges = np.abs(np.diff(x))
    kept = ranges[ranges <= SCREEN * ranges.mean()]
    return float(x.mean()), LIMIT * float(kept.mean())


def _signals(x: FloatArray, *, centre: float, reach: float) -> tuple[npt.NDArray[np.object_], IntArray]:
    """Return the signal and its side for each of the settled values `x`."""
    rounding = ROUNDING * float(np.abs(x).max())
    away, step = x - centre, np.diff(x)
    above = _sign(away, rounding=rounding)
    shift = np.where(_run_lengths(above) >= RUN_LENGTH, above, 0)

    steps = _sign(step, rounding=rounding)
    long = np.where(_run_lengths(steps) >= RUN_LENGTH - 1, steps, 0)
    # A run of steps holds one point more than steps: the point before the first and the one after the last.
    ends, starts = np.append(0, long), np.append(long, 0)
    run = np.where(ends != 0, ends, starts)

    outside = np.where(np.abs(away) > reach + rounding, above, 0)
    close = np.where(np.abs(away) > NEAR * reach + rounding, above, 0)
    near = np.zeros_like(above)
    for sign in (-1, 1):
        on_side = close == sign
        window = np.convolve(on_side, np.ones(NEAR_WINDOW, dtype=np.int64))[: len(x)]
        # A point belongs to the windows that end at it or at one of the next two.
        best = np.max([np.append(window[ahead:], np.zeros(ahead)) for ahead in range(NEAR_WINDOW)], axis=0)
        near[on_side & (best >= NEAR_COUNT)] = sign

    rules = {"outside": outside, "shift": shift, "run": run, "near_limit": near}
    fires = [mark != 0 for mark in rules.values()]
    return (
        np.select(fires, list(rules), default="").astype(object),
        np.select(fires, list(rules.values()), default=0).astype(np.int64),
    )


def _sign(x: FloatArray, *, rounding: float) -> IntArray:
    return np.where(np.abs(x) <= rounding, 0, np.sign(x)).astype(np.int64)


def _run_lengths(sign: IntArray) -> IntArray:
    """Return for each element how many equal neighbours stand in a row with it, itself included; 0 where it is 0."""
    group = np.cumsum(np.append(True, sign[1:] != sign[:-1])) - 1
    lengths: IntArray = np.where(sign == 0, 0, np.bincount(group)[group])
    return lengths
