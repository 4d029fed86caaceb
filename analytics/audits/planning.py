"""How many visits an interval needs, and how they are shared out among strata: arithmetic, no data.

Sources: sample size for a share with the finite-population correction, Cochran 1977, Sampling Techniques (4.1, 4.2);
design effect, Kish 1965, Survey Sampling (8.2); allocation, Neyman 1934 (JRSS 97:558). Quantiles are of the normal
distribution, as in Cochran's tables: a plan of 30 visits or more differs from Student's t by less than 5 %.
"""

from collections.abc import Sequence
from typing import overload

import numpy as np
import numpy.typing as npt
from scipy import stats

from analytics.audits import AuditError
from analytics.estimation.inputs import FloatArray, IntArray, require_share
from analytics.estimation.intervals import LEVEL

LEAST_RANDOM_SHARE = 0.2
"""Least share of the visits that is shared out by size alone, whatever a model says (STATISTICS.md: 20-30 %)."""
DEFAULT_RANDOM_SHARE = 0.3
LEAST_IN_STRATUM = 2
"""Fewest visits of a stratum: one alone shows no variance (Cochran 1977, 5A.12)."""
ROUNDING = 1e-9
"""Part of a visit that is rounding, not need."""


@overload
def half_width(
    visits: float, *, share: float, design_effect: float, population: float | None = None, level: float = LEVEL
) -> float: ...
@overload
def half_width(
    visits: Sequence[float] | npt.NDArray[np.generic],
    *,
    share: float,
    design_effect: float,
    population: float | None = None,
    level: float = LEVEL,
) -> FloatArray: ...
def half_width(
    visits: float | Sequence[float] | npt.NDArray[np.generic],
    *,
    share: float,
    design_effect: float,
    population: float | None = None,
    level: float = LEVEL,
) -> float | FloatArray:
    """Return half the width of the interval that so many answered visits give, z·√(deff·p(1−p)/n·(N−n)/(N−1)).

    Args:
        visits: Answered visits n, one number or many; no answer gives an infinite width.
        share: The share p that is expected.
        design_effect: Variance over that of a simple random sample of the same size.
        population: Families N that the share is of; None = so many that the correction does not matter.
        level: Coverage of the interval.

    Returns:
        As shares (.05 = 5 percentage points), in the shape of `visits`; 0 where everybody is visited.

    Raises:
        EstimationError: `share` or `level` does not lie between 0 and 1.
        AuditError: a design effect or population that cannot be.

    >>> round(half_width(385, share=0.5, design_effect=1.0), 4)
    0.0499
    """
    z = _quantile(share=share, design_effect=design_effect, population=population, level=level)
    n = np.asarray(visits, dtype=np.float64)
    with np.errstate(divide="ignore"):
        variance = design_effect * share * (1 - share) / n
    if population is not None:
        variance = np.where(n >= population, 0.0, variance * _left(n, population))
    width = z * np.sqrt(variance)
    return float(width) if width.ndim == 0 else width


def visits_needed(
    half_width: float, *, share: float, design_effect: float, population: float | None = None, level: float = LEVEL
) -> int:
    """Return the fewest answered visits whose interval is no wider than ± `half_width`: the inverse of `half_width`.

    n₀ = z²·deff·p(1−p)/d², and n = n₀/(1 + (n₀ − 1)/N) in a population of N (Cochran 1977, 4.2), rounded up.

    Raises:
        EstimationError: `half_width`, `share` or `level` does not lie between 0 and 1.
        AuditError: a design effect or population that cannot be.

    >>> visits_needed(0.05, share=0.5, design_effect=1.0)
    385
    """
    require_share(half_width, of="half-width", open_ends=True)
    z = _quantile(share=share, design_effect=design_effect, population=population, level=level)
    n = z**2 * design_effect * share * (1 - share) / half_width**2
    if population is not None:
        n = min(n / (1 + (n - 1) / population), population)
    return max(int(np.ceil(n - ROUNDING)), 1)


def neyman(
    sizes: Sequence[float] | npt.NDArray[np.generic],
    spreads: Sequence[float] | npt.NDArray[np.generic],
    visits: int,
    *,
    random_share: float = DEFAULT_RANDOM_SHARE,
    minimum: int = LEAST_IN_STRATUM,
) -> IntArray:
    """Return the visits of each stratum: a part by size alone, the rest by size × spread (Neyman 1934).

    Args:
        sizes: Families of each stratum, N_h.
        spreads: Standard deviation of the answer that is expected in each, S_h; all 0 = by size alone.
        visits: Visits to share out.
        random_share: Share of the visits that goes by size alone, at least `LEAST_RANDOM_SHARE`.
        minimum: Fewest visits of a stratum, or all of its families where it has fewer.

    Returns:
        Whole numbers that add up to `visits`, none above the stratum's size; what rounding leaves goes to the largest
        remainders.

    Raises:
        AuditError: the random share is too low, or the visits are too few or too many for these strata.
    """
    require_random_share(random_share)
    size, spread = np.asarray(sizes, dtype=np.float64), np.asarray(spreads, dtype=np.float64)
    low = np.minimum(minimum, size)
    if visits < low.sum() or visits > size.sum():
        raise AuditError(
            f"{visits:,} visits cannot be shared out among {len(size):,} strata of {size.sum():,.0f} families.",
            cause=f"They need at least {low.sum():,.0f} and hold at most {size.sum():,.0f}.",
            next_step="Change the number of visits.",
        )
    by_spread = size * spread if (size * spread).sum() > 0 else size
    wanted = visits * (
        random_share * size / max(size.sum(), 1) + (1 - random_share) * by_spread / max(by_spread.sum(), 1e-300)
    )
    return _whole(_bounded(wanted, low, size, total=visits), size, total=visits)


def require_random_share(share: float) -> None:
    """Raise `AuditError` where too few of the visits are left to chance alone."""
    if not LEAST_RANDOM_SHARE <= share <= 1:
        raise AuditError(
            f"A random share of {share:g} is not allowed.",
            cause="Where a model alone decides who is visited, its own mistakes are never found.",
            next_step=f"Give a share from {LEAST_RANDOM_SHARE:g} to 1.",
        )


def _bounded(wanted: FloatArray, low: FloatArray, high: FloatArray, *, total: int) -> FloatArray:
    """Return c·wanted held between the bounds, with the c at which it adds up to the total (bisection)."""
    below, above = 0.0, 1.0
    while np.clip(above * wanted, low, high).sum() < total and above < 1e12:
        above *= 2
    for _ in range(100):
        middle = (below + above) / 2
        if np.clip(middle * wanted, low, high).sum() < total:
            below = middle
        else:
            above = middle
    bounded: FloatArray = np.clip(above * wanted, low, high)
    return bounded


def _whole(real: FloatArray, high: FloatArray, *, total: int) -> IntArray:
    """Round to whole numbers with the same sum: largest remainders first, equal ones in the strata's order."""
    whole = np.floor(real + ROUNDING).astype(np.int64)
    for at in np.argsort(-(real - whole), kind="stable"):
        if whole.sum() == total:
            break
        if whole[at] < high[at]:
            whole[at] += 1
    return whole


def _left(n: FloatArray, population: float) -> FloatArray:
    left: FloatArray = np.clip((population - n) / max(population - 1, 1), 0.0, None)
    return left


def _quantile(*, share: float, design_effect: float, population: float | None, level: float) -> float:
    """Check what both formulas take, and return the normal quantile of the level."""
    require_share(share, of="expected share", open_ends=True)
    require_share(level, of="level of the interval", open_ends=True)
    if not design_effect > 0 or (population is not None and not population > 0):
        raise AuditError(
            "The design effect and the population are above 0.",
            cause=f"They are {design_effect:g} and {population if population is None else f'{population:g}'}.",
            next_step="Correct them.",
        )
    return float(stats.norm.ppf(0.5 + level / 2))
