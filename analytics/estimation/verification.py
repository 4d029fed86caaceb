"""What checkers who err would have found had they not: a share corrected for sensitivity and specificity.

The point is Rogan & Gladen's 1978 (American Journal of Epidemiology 107:71), true = (apparent + specificity − 1) /
(sensitivity + specificity − 1). The interval holds every true share π whose apparent share P = π·sensitivity +
(1 − π)(1 − specificity) differs from the one seen by at most z standard errors, (seen − P)² ≤ z²·(P(1 − P)/n +
π²·var(sensitivity) + (1 − π)²·var(specificity)): Wilson's interval carried over when both are known, Fieller's 1954
(JRSS B 16:175) when both are estimated, with half a check added to either side of each (Jeffreys).

Simulated coverage of nominal .95 by number of re-checks of either kind; true shares .01 to .6, n 40 to 1,000 (24
settings a cell, 60,000 samples each); beside Lang & Reiczigel 2014 (Preventive Veterinary Medicine 113:13), whose mean
width is within .022 of this one's:

| sensitivity, specificity | known | 200 | 100 | 50 | 30 |
|---|---|---|---|---|---|
| .8, .8 | .937–.975 | .946–.952 | .944–.952 | .942–.951 | .937–.951 |
| .9, .95 | in all | .947–.959 | .941–.957 | .921–.959 | .946–.981 |
| .95, .99 | three | .949–.966 | .949–.993 | .951–.999 | .954–1.00 |
| the last by Lang & Reiczigel | – | .949–.989 | .948–.996 | .953–.999 | .957–1.00 |

Known rates: single counts are coarse; averaged over shares the coverage is .95. Where re-checks are expected to show
one error or less (specificity .99, 100 re-checks or fewer), the interval of a small share covers too often: nothing
tells then .99 from .95. The .92 belongs to shares below .05 with n = 1,000 and 50 re-checks. Two hundred avoid both.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analytics.estimation.inputs import EstimationError, require_share
from analytics.estimation.intervals import LEVEL, Interval

JEFFREYS = 0.5
"""Checks added to either side before the variance of an estimated sensitivity or specificity is taken."""

MOST_COUNT = 1e12
"""Effective count of a share whose interval has no width, as of a census."""


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A share corrected for imperfect checks, in [0, 1]."""

    value: float
    low: float
    high: float
    clipped: bool
    """Whether the point fell outside [0, 1] and was set to its end: fewer (or more) were found than the checkers' own
    errors would make, so that sensitivity or specificity may not hold here. Say so beside the figure."""
    apparent: float
    """The share before the correction."""


@dataclass(frozen=True)
class _Rate:
    """Sensitivity or specificity: its value for the interval and the variance of that value."""

    value: float
    variance: float


def rogan_gladen(
    share: float,
    count: float,
    *,
    sensitivity: float,
    specificity: float,
    sensitivity_n: float | None = None,
    specificity_n: float | None = None,
    level: float = LEVEL,
) -> Corrected:
    """Correct a share for checks that miss or invent some of what they look for.

    Args:
        share: Apparent share, 0 to 1.
        count: Checks under it; from a clustered or weighted sample, the `effective_count` of its interval.
        sensitivity: Share of true cases that a check finds.
        specificity: Share of others that a check lets pass.
        sensitivity_n: True cases that were checked again to estimate the sensitivity; None if it is known.
        specificity_n: Others that were checked again to estimate the specificity; None if it is known.
        level: Coverage of the interval.

    Returns:
        `Corrected`; its interval is 0 to 1 where the re-checks leave open whether the checks tell anything.

    Raises:
        EstimationError: A share outside [0, 1]; a count that is not above 0; sensitivity + specificity of 1 or less,
            where checks say nothing about the truth.

    >>> corrected = rogan_gladen(0.30, 200, sensitivity=0.9, specificity=0.85)
    >>> round(corrected.value, 3), round(corrected.low, 3), round(corrected.high, 3)
    (0.2, 0.121, 0.289)
    """
    require_share(level, of="level of the interval", open_ends=True)
    for number, name in ((share, "apparent share"), (sensitivity, "sensitivity"), (specificity, "specificity")):
        require_share(number, of=name)
    for checks, name in ((count, "apparent share"), (sensitivity_n, "sensitivity"), (specificity_n, "specificity")):
        if checks is not None and not 0 < checks < np.inf:
            raise EstimationError(
                f"The number of checks under the {name} is {checks}.",
                cause="A share is known from at least one check.",
                next_step="Give the number of checks; None for a sensitivity or specificity that is known.",
            )
    if sensitivity + specificity <= 1:
        raise EstimationError(
            f"Sensitivity and specificity add up to {sensitivity + specificity:.2f}.",
            cause="At 1 or less, a check finds as many among those it should let pass as among those it should find.",
            next_step="Check the two numbers, or train the checkers and measure again; the share cannot be corrected.",
        )
    point = (share + specificity - 1) / (sensitivity + specificity - 1)
    low, high = _ends(
        share,
        count,
        sensitivity=_rate(sensitivity, sensitivity_n),
        specificity=_rate(specificity, specificity_n),
        z2=float(stats.norm.ppf(0.5 + level / 2)) ** 2,
    )
    value = min(max(point, 0.0), 1.0)
    # With few re-checks the added halves move the interval; it still holds the point.
    return Corrected(value=value, low=min(low, value), high=max(high, value), clipped=value != point, apparent=share)


def effective_count(share: float, interval: Interval, *, level: float = LEVEL) -> float:
    """Return the number of independent checks whose Wilson interval is the given one, as those of `ratios` are.

    Raises:
        EstimationError: A share outside its interval or [0, 1], or an interval that says nothing (0 to 1).
    """
    low, high = interval
    if not 0 <= low <= share <= high <= 1 or (low == 0 and high == 1):
        raise EstimationError(
            f"The share {share} with interval {low} to {high} has no effective count.",
            cause="A share lies inside its interval, the interval inside 0 to 1, and it must say something.",
            next_step="Give value, low and high of one estimate; a suppressed one cannot be corrected.",
        )
    # Wilson's ends are the roots of p²(1 + z²/n) − p(2·share + z²/n) + share², and so are their complements.
    product, square = (low * high, share**2) if share >= 0.5 else ((1 - low) * (1 - high), (1 - share) ** 2)
    excess = square / product - 1
    z2 = float(stats.norm.ppf(0.5 + level / 2)) ** 2
    return min(z2 / excess, MOST_COUNT) if excess > 0 else MOST_COUNT


def _rate(value: float, count: float | None) -> _Rate:
    if count is None:
        return _Rate(value, 0.0)
    total = count + 2 * JEFFREYS
    shrunk = (value * count + JEFFREYS) / total
    return _Rate(shrunk, shrunk * (1 - shrunk) / total)


def _ends(share: float, count: float, *, sensitivity: _Rate, specificity: _Rate, z2: float) -> Interval:
    """Solve the quadratic inequality of the module for π, cut at 0 and 1."""
    alarm, power = 1 - specificity.value, sensitivity.value + specificity.value - 1
    per_check = z2 / count
    both = z2 * (sensitivity.variance + specificity.variance)
    a = power**2 * (1 + per_check) - both
    b = -2 * power * (share - alarm) - per_check * power * (1 - 2 * alarm) + 2 * z2 * specificity.variance
    c = (share - alarm) ** 2 - per_check * alarm * (1 - alarm) - z2 * specificity.variance
    if power <= 0 or a <= 0:
        return Interval(0.0, 1.0)
    root = float(np.sqrt(max(b**2 - 4 * a * c, 0.0)))
    low, high = (float(np.clip((-b + sign * root) / (2 * a), 0, 1)) for sign in (-1, 1))
    return Interval(low, high)
