"""From what users ask for to a threshold: a false-positive identification rate and a number of pairs to review.

A search of one face among N makes false positives at a rate (FPIR) of 1 − (1 − FMR)^(N − 1), if impostors were
independent (ISO/IEC 19795-1); a self-join of N faces makes FMR · N (N − 1) / 2 false pairs. Nobody sets a distance.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.calibration import Calibration
from analytics.biometrics.evidence.error_rates import ErrorRate

SIZES = (100_000, 1_000_000, 10_000_000)
DUPLICATES = 0.01
"""Share of the entries that have a duplicate, where nothing better is known (assumed)."""


class Expected(NamedTuple):
    """What a threshold comes to among N faces.

    Attributes:
        people: Faces that are all compared with each other.
        false_pairs, low, high: Expected pairs of different people above the threshold, and the interval of the rate.
        found: Expected true duplicates above it.
        missed: Expected true duplicates below it.
        fpir: Chance that a search for one of them brings up a different one.
    """

    people: int
    false_pairs: float
    low: float
    high: float
    found: float
    missed: float
    fpir: float


class OperatingPoint(NamedTuple):
    """Where faces alone are brought to a person.

    Attributes:
        fmr, fnmr: Rates at the point.
        score: Normed score above which a pair is reviewed: for the machine, never a setting.
        log10_lr: Likelihood ratio there; the greatest supported one where the data support no more.
        limited_by: target or budget, whichever asks for more.
        fitted: Whether the rates come from a fitted tail.
        expected: What it comes to.
    """

    fmr: float
    fnmr: float
    score: float
    log10_lr: float
    limited_by: str
    fitted: bool
    expected: Expected


def expected_pairs(rate: ErrorRate, people: int, *, duplicates: float = DUPLICATES) -> Expected:
    """Return what the threshold of an error rate comes to among `people` faces."""
    pairs = people * (people - 1) / 2
    true = duplicates * people
    return Expected(
        people=people, false_pairs=rate.fmr * pairs, low=rate.fmr_low * pairs, high=rate.fmr_high * pairs,
        found=true * (1 - rate.fnmr), missed=true * rate.fnmr,
        fpir=-math.expm1((people - 1) * math.log1p(-rate.fmr)),
    )  # fmt: skip


def operating_point(
    calibration: Calibration, *, people: int, target: float, budget: float, duplicates: float = DUPLICATES
) -> OperatingPoint:
    """Choose the threshold that keeps both promises for faces alone.

    Args:
        calibration: Its curve is interpolated, log FMR linear in the score.
        people: Faces that are all compared with each other.
        target: Highest false-positive identification rate, in (0, 1).
        budget: Most pairs that people review, true ones included.
        duplicates: Share of the faces that have a duplicate.

    Raises:
        FaceError: values out of range, or an FMR below the curve's end is needed: faces alone cannot do it.
    """
    if people < 2 or not 0 < target < 1 or budget <= 0 or not 0 <= duplicates <= 1:
        raise FaceError(
            "An operating point takes at least 2 people, a target between 0 and 1 and a budget above 0.",
            next_step="Give the share of searches that may bring up a wrong person, and the pairs to review.",
        )
    by_target = -math.expm1(math.log1p(-target) / (people - 1))
    by_budget = _within_budget(calibration.curve, people=people, budget=budget, duplicates=duplicates)
    fmr = min(by_target, by_budget)
    if fmr < calibration.curve[-1].fmr:
        raise FaceError(
            "Faces alone cannot keep this promise.",
            cause=f"It takes a false match rate of {fmr:.0e}; the calibration reaches {calibration.curve[-1].fmr:.0e}.",
            next_step="Search with records and faces together, allow more pairs to review, or a higher target.",
        )
    rate = at_fmr(calibration.curve, fmr)
    return OperatingPoint(
        fmr=fmr, fnmr=rate.fnmr, score=rate.threshold,
        log10_lr=float(calibration.log10_lr(np.array([rate.threshold]))[0]),
        limited_by="target" if by_target <= by_budget else "budget", fitted=rate.fitted,
        expected=expected_pairs(rate, people, duplicates=duplicates),
    )  # fmt: skip


def at_fmr(curve: Sequence[ErrorRate], fmr: float) -> ErrorRate:
    """Return the error rates at an FMR between those of a curve; above its first one, the first one."""
    if fmr >= curve[0].fmr:
        return curve[0]
    place = next(k for k in range(1, len(curve)) if curve[k].fmr <= fmr * (1 + 1e-9))
    higher, lower = curve[place - 1], curve[place]
    part = math.log(higher.fmr / fmr) / math.log(higher.fmr / lower.fmr)

    def between(a: float, b: float) -> float:
        return a + part * (b - a)

    def ratio(a: float, b: float) -> float:
        # The interval stands to the rate as it does on both sides.
        return fmr * between(a / higher.fmr, b / lower.fmr)

    return ErrorRate(
        fmr=fmr, threshold=between(higher.threshold, lower.threshold), fnmr=between(higher.fnmr, lower.fnmr),
        low=between(higher.low, lower.low), high=between(higher.high, lower.high),
        fmr_low=ratio(higher.fmr_low, lower.fmr_low), fmr_high=ratio(higher.fmr_high, lower.fmr_high),
        impostors=higher.impostors, genuine=higher.genuine, fitted=lower.fitted,
    )  # fmt: skip


def cut_by_posterior(
    probability: NDArray[np.float64], *, people: int, target: float, budget: int
) -> tuple[float, float]:
    """Choose the lowest posterior to review, of pairs whose evidence is faces, records or both.

    With calibrated posteriors the expected false pairs above a cut are the sum of 1 − p. A pair that is false gives
    both of its people a false positive: the share of searches with one is at most twice the false pairs over people.

    Args:
        probability: Posterior of every pair that the search found, in [0, 1].
        people: People that were compared.
        target: Highest false-positive identification rate.
        budget: Most pairs that people review.

    Returns:
        The least probability to review (above 1 where not one pair may be), and the expected false pairs from there up.

    Raises:
        FaceError: values out of range.
    """
    if people < 2 or not 0 < target < 1 or budget < 0:
        raise FaceError("An operating point takes at least 2 people, a target between 0 and 1 and a budget.")
    falling = np.sort(probability)[::-1]
    false = np.cumsum(1 - falling)
    kept = min(int(np.searchsorted(false, target * people / 2, side="right")), budget)
    # Equal posteriors are in or out together.
    while 0 < kept < len(falling) and falling[kept] == falling[kept - 1]:
        kept -= 1
    return (float(falling[kept - 1]), float(false[kept - 1])) if kept else (math.nextafter(1, 2), 0.0)


def _within_budget(curve: Sequence[ErrorRate], *, people: int, budget: float, duplicates: float) -> float:
    """Return the highest FMR at which false and true pairs together stay within the budget."""
    low, high = math.log(curve[-1].fmr / 10), math.log(curve[0].fmr)
    for _ in range(60):
        middle = (low + high) / 2
        point = expected_pairs(at_fmr(curve, max(math.exp(middle), curve[-1].fmr)), people, duplicates=duplicates)
        within = math.exp(middle) * people * (people - 1) / 2 + point.found <= budget
        low, high = (middle, high) if within else (low, middle)
    return math.exp(low)
