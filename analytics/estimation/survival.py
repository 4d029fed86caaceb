"""How long until it ends, with what has not ended yet: Kaplan–Meier from counts by day.

The mean of what has ended is too short by all that still waits. Here each case counts on every day on which it was
known to wait, so the counts by day of ends and of cases last seen waiting say all that the single cases say, and one
grouped query over ten million rows is enough.

Sources: Kaplan & Meier 1958 (JASA 53:457); variance by Greenwood 1926; intervals on the log(−log) scale, Kalbfleisch &
Prentice 2002, The Statistical Analysis of Failure Time Data, 1.4; of quantiles Brookmeyer & Crowley 1982 (Biometrics
38:29); outcomes that exclude each other by Aalen & Johansen 1978, its variance as in Marubini & Valsecchi 1995, 10.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analytics.estimation.inputs import EstimationError, FloatArray, require_share
from analytics.estimation.intervals import LEVEL, Interval

TIE = 1e-12
"""Shares closer than this are equal: a product of fractions that is one half in truth may miss it by rounding."""


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """Days until a share of the cases has ended; NaN where the data end before, infinite where no end is known."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Survival:
    """Shares still waiting by day.

    Attributes:
        days: One row a day, 0 to the last day seen: day, at_risk (waiting when the day begins), ended, censored (last
            seen waiting on it), survival (share still waiting after it), se, low, high; low and high are NaN once
            nobody waits.
        level: Coverage of the intervals.
    """

    days: pd.DataFrame
    level: float

    @property
    def cases(self) -> int:
        """Cases under the curve."""
        return int(self.days["at_risk"].iloc[0]) if len(self.days) else 0

    @property
    def ended(self) -> int:
        """Those whose end is known."""
        return int(self.days["ended"].sum())

    def done_within(self, day: int) -> tuple[float, Interval]:
        """Return the share that has ended up to and with a day, and its interval; NaN where the data end before."""
        if day < 0 or day >= len(self.days):
            known = len(self.days) > 0 and day >= 0 and float(self.days["survival"].iloc[-1]) <= TIE
            return (1.0 if known else float("nan")), Interval(float("nan"), float("nan"))
        row = self.days.iloc[day]
        return 1 - float(row["survival"]), Interval(1 - float(row["high"]), 1 - float(row["low"]))

    def quantile(self, share: float) -> Quantile:
        """Return the first day by whose end a share of the cases has ended, with its interval.

        The interval holds the days that a test on the log(−log) scale does not refuse (Brookmeyer & Crowley); its upper
        end is the first day that it refuses, infinite where the data end before one.

        Raises:
            EstimationError: the share is not between 0 and 1.
        """
        require_share(share, of="share of the cases", open_ends=True)
        days = self.days[self.days["ended"] > 0]
        survival, left = days["survival"].to_numpy(dtype=float), 1 - share
        when = days["day"].to_numpy(dtype=float)
        reached = np.flatnonzero(survival <= left + TIE)
        value = float(when[reached[0]]) if len(reached) else float("nan")
        open_ = (survival > TIE) & (survival < 1)
        se = days["se"].to_numpy(dtype=float)
        if not open_.any():
            return Quantile(value=value, low=float("nan"), high=float("nan"))
        inside = np.zeros(len(days), dtype=np.bool_)
        s = survival[open_]
        slope = 1 / (s * np.log(s))
        away = (_loglog(s) - _loglog(np.array([left]))) / (np.abs(slope) * se[open_])
        inside[open_] = np.abs(away) <= float(stats.norm.ppf(0.5 + self.level / 2))
        at = np.flatnonzero(inside)
        if not len(at):
            return Quantile(value=value, low=value, high=value)
        after = at[-1] + 1
        return Quantile(value=value, low=float(when[at[0]]), high=float(when[after]) if after < len(when) else np.inf)


def kaplan_meier(ended: npt.ArrayLike, censored: npt.ArrayLike, *, level: float = LEVEL) -> Survival:
    """Estimate the share still waiting after each day.

    A case that was last seen waiting on a day counts as waiting on that day: ends come before.

    Args:
        ended: Cases by the day that they ended on: one count a day, 0, 1, 2 …
        censored: Cases by the day on which they were last seen waiting, as many days.
        level: Coverage of the intervals, of each day by itself.

    Raises:
        EstimationError: Counts of different lengths or below 0, or a level outside (0, 1).

    >>> found = kaplan_meier([0, 2, 1, 0], [0, 1, 0, 1])
    >>> [round(share, 3) for share in found.days["survival"]]
    [1.0, 0.6, 0.3, 0.3]
    >>> found.quantile(0.5).value
    2.0
    """
    require_share(level, of="level of the interval", open_ends=True)
    d, c = _counts(ended), _counts(censored)
    if d.shape != c.shape:
        raise EstimationError(
            f"{len(d)} days of ends have {len(c)} days of cases still waiting.",
            cause="Each day needs both counts.",
            next_step="Give both for the same days, 0 where there is none.",
        )
    at_risk = np.cumsum((d + c)[::-1])[::-1]
    survival, hazard_sum = _product(d, at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = float(stats.norm.ppf(0.5 + level / 2)) * np.sqrt(hazard_sum) / np.abs(np.log(survival))
        low, high = survival ** np.exp(half), survival ** np.exp(-half)
    open_ = (survival > 0) & (survival < 1)
    days = pd.DataFrame(
        {
            "day": np.arange(len(d)),
            "at_risk": at_risk.astype(np.int64),
            "ended": d.astype(np.int64),
            "censored": c.astype(np.int64),
            "survival": survival,
            "se": np.where(survival > 0, survival * np.sqrt(hazard_sum), np.nan),
            "low": np.where(open_, low, np.where(survival == 1, 1.0, np.nan)),
            "high": np.where(open_, high, np.where(survival == 1, 1.0, np.nan)),
        }
    )
    return Survival(days=days, level=level)


def cumulative_incidence(ended: Mapping[str, npt.ArrayLike], censored: npt.ArrayLike) -> pd.DataFrame:
    """Estimate the share that has ended in each way by day, where one way excludes the others.

    Taking the other ways for censored would answer what would happen if they did not exist; here the shares of all
    ways and of those that still wait add up to 1.

    Args:
        ended: Way of ending to its counts by day, as in `kaplan_meier`.
        censored: As in `kaplan_meier`.

    Returns:
        One row a day and way: day, way, share, se (empty once nobody waits).

    Raises:
        EstimationError: as `kaplan_meier`.
    """
    counts = {way: _counts(given) for way, given in ended.items()}
    total = sum(counts.values(), np.zeros_like(_counts(censored)))
    found = kaplan_meier(total, censored).days
    n, survival = found["at_risk"].to_numpy(dtype=float), found["survival"].to_numpy(dtype=float)
    before = np.append(1.0, survival[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(n > 0, before / n, 0.0)
        hazard = np.where(n > total, total / (n * (n - total)), np.where(total > 0, np.nan, 0.0))
    rows = []
    for way, d in counts.items():
        share = np.cumsum(step * d)
        within = np.where(n > 0, (n - d) * d / np.where(n > 0, n, 1.0), 0.0)
        mixed = np.where(n > 0, step * d / np.where(n > 0, n, 1.0), 0.0)
        variance = (
            share**2 * np.cumsum(hazard) - 2 * share * np.cumsum(share * hazard) + np.cumsum(share**2 * hazard)
            + np.cumsum(step**2 * within) - 2 * share * np.cumsum(mixed) + 2 * np.cumsum(share * mixed)
        )  # fmt: skip
        se = np.sqrt(np.where(variance > 0, variance, np.where(np.isnan(variance), np.nan, 0.0)))
        rows.append(pd.DataFrame({"day": found["day"], "way": way, "share": share, "se": se}))
    return pd.concat(rows, ignore_index=True)


def _product(d: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the product of the shares that stay, and Greenwood's sum."""
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.where(n > 0, (n - d) / np.where(n > 0, n, 1.0), 1.0)
        greenwood = np.where((d > 0) & (n > d), d / (n * (n - d)), 0.0)
    return np.cumprod(stays).astype(np.float64), np.cumsum(greenwood).astype(np.float64)


def _loglog(share: FloatArray) -> FloatArray:
    found: FloatArray = np.log(-np.log(share))
    return found


def _counts(given: npt.ArrayLike) -> FloatArray:
    counts = np.asarray(given, dtype=np.float64)
    if counts.ndim != 1 or not np.isfinite(counts).all() or (counts < 0).any():
        raise EstimationError(
            "Counts by day must be a list of numbers, none below 0.",
            cause="A count is negative or missing.",
            next_step="Give one count for each day, 0 where there is none.",
        )
    return counts
