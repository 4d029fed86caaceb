"""What a budget of visits buys: which families come first, how many of them are expected to be what the score says.

A visit is worth p x rupiah a year x recoverable - cost of a visit - harm x (1 - p), where p is the calibrated score. On
the side of receivers the rupiah are what the programme pays such a family a year; on the side of the missed they are
what it would be owed, the value of including it. Rupiah at risk (p x rupiah a year) are never saved: nothing is
withheld before notice, 30 days to answer and two officers.

Two things make the precision uncertain, and its interval holds both: how far scores and checks were apart out of fold,
in the bins that the chosen families fall into, and the luck of n visits. It does not hold what drifts after the checks.

Sources: expected value of a decision, Elkan 2001 (IJCAI); adjusted counts of a share, Agresti & Coull 1998.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analytics.estimation import LEVEL
from analytics.risk.cells import STEPS
from validation.errors import TepatError

Array = npt.NDArray[np.float64]
Reliability = Sequence[Mapping[str, float]]
"""Out of fold by bin of the score, see `analytics.risk.calibration.reliability`."""

BANDS: dict[str, int] = {"low": 0, "medium": 25, "high": 50, "very_high": 75}
"""Band of a score to the hundredth that it begins at (assumed): screens show bands, not scores."""
DESIGN_EFFECT = 1.5
"""Variance of an observed share over that of as many checks drawn singly (assumed, as where a plan knows no better)."""


class BudgetError(TepatError):
    """A budget or costs that cannot be."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What a visit costs and can bring, rupiah; all assumed."""

    visit: float = 150_000
    """One visit by two officers (assumed)."""
    innocent: float = 100_000
    """Harm of a visit to a family that is where it belongs: half a day of work, worry, talk (assumed)."""
    recoverable: float = 0.5
    """Share of a year's rupiah that a confirmed error moves: part of the year is gone, objections are upheld, places
    are few (assumed)."""

    def __post_init__(self) -> None:
        if min(self.visit, self.innocent, self.recoverable) < 0 or self.recoverable > 1:
            raise BudgetError(
                "These costs of visits cannot be.",
                cause="An amount is below 0, or the recoverable share is not between 0 and 1.",
                next_step="Give amounts in rupiah and a share between 0 and 1.",
            )


@dataclass(frozen=True, kw_only=True)
class Bought:
    """What a number of visits comes to on one side of one programme; expectations of the model, not findings."""

    families: int
    """On the side, too little known or not."""
    unknown: int
    """Of them, too little known for a score."""
    expected: float
    """Families expected on the wrong side: sum of the scores."""
    visits: int
    """Visits that there are families for."""
    precision: float
    """Share of the visits expected to find what the score says; NaN without visits."""
    low: float
    high: float
    """Interval of the precision; NaN where no checks of the side were scored out of fold."""
    innocent: float
    """Visits expected to families that are where they belong."""
    at_risk: float
    """Sum of p x rupiah a year over the visited; NaN where the rupiah of none are known."""
    rupiah_known: int
    """Visited families whose rupiah are known."""
    lift: float
    """Precision over that of visits drawn at random."""
    found: float
    """Share of the expected on the side that the visits reach."""
    worth: float
    """Expected worth of the visits, rupiah."""
    worthwhile: int
    """Families on the side whose visit is worth more than it costs."""

    @property
    def scored(self) -> int:
        """Families with a score."""
        return self.families - self.unknown

    @property
    def base(self) -> float:
        """Expected precision of visits drawn at random; NaN where no family has a score."""
        return self.expected / self.scored if self.scored else math.nan


def worth(score: Array, rupiah: Array, costs: Costs) -> Array:
    """Return what visiting a family is worth, rupiah.

    >>> worth(np.array([0.8]), np.array([2_400_000.0]), Costs())
    array([790000.])
    """
    return score * rupiah * costs.recoverable - costs.visit - costs.innocent * (1 - score)


def ranked(cells: pd.DataFrame, *, costs: Costs) -> pd.DataFrame:
    """Return the cells of one side with a score, the most worth first.

    A family whose rupiah are not known counts with the mean of the side; where nobody's are, the score alone orders.

    Returns:
        The cells with `p` (mean score) and `worth` (rupiah a visit), means of the cell's families.
    """
    known = cells.dropna(subset=["step"]).reset_index(drop=True)
    mean = known["rupiah"].sum() / max(int(known["rupiah_known"].sum()), 1)
    families = known["families"].to_numpy(dtype=float)
    at_risk = np.where(known["rupiah_known"] > 0, known["at_risk"], known["score"] * mean)
    p = known["score"].to_numpy(dtype=float) / families
    # worth() is linear in p and in p x rupiah, so that a cell's mean is exact: p x (at_risk / score) is their mean.
    rupiah = np.divide(at_risk, known["score"], out=np.zeros(len(known)), where=known["score"].to_numpy() > 0)
    found = known.assign(p=p, worth=worth(p, rupiah, costs))
    return found.sort_values(
        ["worth", "p", "district", "step", "rupiah_class"], ascending=[False, False, True, False, False]
    ).reset_index(drop=True)


def chosen(cells: pd.DataFrame, *, visits: int, costs: Costs) -> pd.DataFrame:
    """Return the ranked cells with `taken`, the families of each that a budget visits; of the last cell any.

    Raises:
        BudgetError: the budget is below 0.
    """
    return _taken(ranked(cells, costs=costs), visits)


def bought(cells: pd.DataFrame, *, visits: int, costs: Costs, reliability: Reliability = ()) -> Bought:
    """Return what a budget comes to.

    Args:
        cells: Of one programme and side, in the area that is visited; see `analytics.risk.cells`.
        visits: Budget.
        costs: Of visits.
        reliability: Of the side, out of fold; without it the precision is the model's expectation and has no interval.

    Raises:
        BudgetError: the budget is below 0.
    """
    return _bought(chosen(cells, visits=visits, costs=costs), int(cells["families"].sum()), reliability)


def interval(taken: Array, p: Array, reliability: Reliability, *, level: float = LEVEL) -> tuple[float, float]:
    """Return the interval of the share of visits that find what the score says; NaN without visits or reliability.

    It reaches from the lower to the higher of what the model expects and what checks found out of fold at such scores,
    and as far beyond as the checks' own number and the luck of the visits ask for.

    Args:
        taken: Families visited, by cell.
        p: Their mean score, by cell.
        reliability: predicted, observed, n by bin.
        level: Of confidence.
    """
    n = taken.sum()
    if not n or not reliability:
        return math.nan, math.nan
    bins = sorted(reliability, key=lambda each: each["predicted"])
    predicted = np.array([each["predicted"] for each in bins])
    observed = np.array([each["observed"] for each in bins])
    checks = np.array([each["n"] for each in bins]) / DESIGN_EFFECT
    place = np.searchsorted((predicted[1:] + predicted[:-1]) / 2, p)
    share = np.bincount(place, taken, len(bins)) / n
    z = float(stats.norm.ppf((1 + level) / 2))
    # Adding z²/2 to both outcomes keeps a bin where all checks agree from passing for certain.
    adjusted = (observed * checks + z**2 / 2) / (checks + z**2)
    of_checks = float(np.sum(share**2 * adjusted * (1 - adjusted) / (checks + z**2)))
    of_visits = float(np.sum(taken * p * (1 - p)) / n**2)
    expects = float(np.sum(taken * p) / n)
    corrected = expects + float(np.sum(share * (observed - predicted)))
    reach = z * math.sqrt(of_checks + of_visits)
    return max(min(expects, corrected) - reach, 0.0), min(max(expects, corrected) + reach, 1.0)


def curve(cells: pd.DataFrame, *, budgets: Sequence[int], costs: Costs, reliability: Reliability = ()) -> pd.DataFrame:
    """Return precision, low, high and found (shares) for each of the budgets that there are families for."""
    order, families = ranked(cells, costs=costs), int(cells["families"].sum())
    rows = [_bought(_taken(order, visits), families, reliability) for visits in budgets]
    found = [
        {"visits": row.visits, "precision": row.precision, "low": row.low, "high": row.high, "found": row.found}
        for row in rows
        if row.visits
    ]
    columns = ["visits", "precision", "low", "high", "found"]
    return pd.DataFrame(found, columns=columns).drop_duplicates("visits", ignore_index=True)


def by_district(cells: pd.DataFrame, *, visits: int, costs: Costs) -> pd.DataFrame:
    """Return what each district gets of a budget, most visits first.

    Columns: district, families (with a score), visits, precision, innocent, at_risk (NaN = rupiah not known).
    """
    return _grouped(chosen(cells, visits=visits, costs=costs), "district").sort_values(
        ["visits", "district"], ascending=[False, True], ignore_index=True
    )


def by_band(cells: pd.DataFrame, *, visits: int, costs: Costs) -> pd.DataFrame:
    """Return the same by band of the score, highest first; columns as `by_district` with `band`."""
    found = chosen(cells, visits=visits, costs=costs)
    found = _grouped(found.assign(band=band(found["step"])), "band").set_index("band")
    return found.reindex([name for name in reversed(BANDS) if name in found.index]).reset_index()


def band(step: "pd.Series[float]") -> list[str]:
    """Return the band of each score in whole hundredths."""
    names, starts = list(BANDS), list(BANDS.values())
    return [names[place] for place in np.digitize(step.clip(0, STEPS - 1), starts) - 1]


def _taken(order: pd.DataFrame, visits: int) -> pd.DataFrame:
    if visits < 0:
        raise BudgetError("A budget has at least 0 visits.", next_step="Give a number of visits that is not below 0.")
    before = order["families"].cumsum() - order["families"]
    return order.assign(taken=(visits - before).clip(lower=0).clip(upper=order["families"]).astype(int))


def _bought(found: pd.DataFrame, families: int, reliability: Reliability) -> Bought:
    taken, p = found["taken"].to_numpy(dtype=float), found["p"].to_numpy(dtype=float)
    part = taken / found["families"].to_numpy(dtype=float)
    n, hits, expected = float(taken.sum()), float((taken * p).sum()), float(found["score"].sum())
    scored = int(found["families"].sum())
    precision = hits / n if n else math.nan
    low, high = interval(taken, p, reliability)
    rupiah_known = round(float((part * found["rupiah_known"]).sum()))
    base = expected / scored if scored else math.nan
    return Bought(
        families=families,
        unknown=families - scored,
        expected=expected,
        visits=int(n),
        precision=precision,
        low=low,
        high=high,
        innocent=n - hits,
        at_risk=float((part * found["at_risk"]).sum()) if rupiah_known else math.nan,
        rupiah_known=rupiah_known,
        lift=precision / base if expected else math.nan,
        found=hits / expected if expected else math.nan,
        worth=float((taken * found["worth"]).sum()),
        worthwhile=int(found.loc[found["worth"] > 0, "families"].sum()),
    )


def _grouped(found: pd.DataFrame, key: str) -> pd.DataFrame:
    part = found["taken"] / found["families"]
    rows = pd.DataFrame(
        {
            key: found[key], "families": found["families"], "visits": found["taken"],
            "hits": found["taken"] * found["p"], "at_risk": part * found["at_risk"],
            "rupiah_known": part * found["rupiah_known"],
        }
    )  # fmt: skip
    sums = rows.groupby(key, as_index=False).sum()
    visits = sums["visits"].where(sums["visits"] > 0)
    return sums.assign(
        precision=sums["hits"] / visits,
        innocent=sums["visits"] - sums["hits"],
        at_risk=sums["at_risk"].where(sums["rupiah_known"] > 0),
    )[[key, "families", "visits", "precision", "innocent", "at_risk"]]
