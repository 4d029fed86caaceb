"""How long each step takes, with the cases that still wait.

A case that is still open counts as waiting for as long as it is known to have waited (right-censored). One that was
withdrawn has ended: the office waits for it no longer; `ends` says apart how many end in which way (competing
outcomes), since a withdrawn case is not one that would have been decided later. A case is not known before it reaches
the portal (left truncation): cases filed in days that still fill up (`settling_days`) are left out whole, so that those
of them that happen to be known do not stand for all.
"""

from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.disclosure import hidden_in_list
from analytics.estimation import Survival, cumulative_incidence, kaplan_meier
from analytics.estimation.inputs import FloatArray
from analytics.marts.waiting import KNOWN_FOR, OPEN, STEPS
from analytics.metrics.filters import Filters, apply
from analytics.metrics.metric import MINIMUM_N
from analytics.objections.told import may_be_told
from analytics.store import Warehouse

MART: Final = "objection_durations"
GROUPS: Final = ("kind", "channel", "grounds", "programme", "district", "step")
"""What durations can be broken down by."""
SHARES: Final = {"median": 0.5, "most": 0.9}
"""Quantiles that are given: when half and when nine of ten have ended."""
QUANTILES: Final = [f"{name}{end}" for name in SHARES for end in ("", "_low", "_high")]
COLUMNS: Final = ["group", "cases", "open", "overdue", *QUANTILES, "in_time", "in_time_low", "in_time_high", "reason"]


def curve(warehouse: Warehouse, filters: Filters | None = None, *, step: str = "whole") -> Survival | None:
    """Return the share of cases still waiting in a step by day; None where the snapshot has no such cases.

    Args:
        warehouse: The snapshot.
        filters: What is counted.
        step: One of `STEPS`.
    """
    counts = _counts(warehouse, filters, by="step")
    counts = counts[counts["group"] == step]
    return None if counts.empty else _survival(counts)


def durations(
    warehouse: Warehouse, filters: Filters | None = None, *, window: int, by: str = "step", step: str = "whole"
) -> pd.DataFrame:
    """Return how long cases wait, by groups.

    Args:
        warehouse: The snapshot.
        filters: What is counted.
        window: Days within which a case should have ended.
        by: One of `GROUPS`; "step" gives every step, anything else groups of one step.
        step: The step that groups are compared in.

    Returns:
        `COLUMNS`: cases, open (still waiting), overdue (open for longer than the window), days until half (median) and
        nine of ten (most) have ended and their intervals (infinite upwards where no end is in sight), in_time (share
        that ended within the window) and its interval; reason is small_n with fewer than 30 cases, and their figures
        are empty, as are counts of 1 to 9 and those that would tell them. Steps in their own order; other groups by
        cases, and without `open`, from which the withdrawn could be told beside the flow of the same groups.
    """
    counts = _counts(warehouse, filters, by=by, step=step)
    rows = [_row(group, part, window) for group, part in counts.groupby("group", sort=True)]
    found = pd.DataFrame(rows, columns=COLUMNS)
    found = _withheld(found)
    if by == "step":
        return found.sort_values("group", key=lambda names: names.map(STEPS.index), ignore_index=True)
    order = found["cases"].astype("float64").sort_values(ascending=False, kind="stable").index
    return found.loc[order].drop(columns="open").reset_index(drop=True)


def ends(warehouse: Warehouse, filters: Filters | None = None) -> pd.DataFrame:
    """Return the share of cases that have ended in each way by day: day, way, share, se (Aalen–Johansen)."""
    counts = _counts(warehouse, filters, by="step")
    counts = counts[counts["group"] == "whole"]
    if counts.empty:
        return pd.DataFrame(columns=["day", "way", "share", "se"])
    ways = sorted(set(counts["ended"]) - {OPEN})
    size = int(counts["days"].max()) + 1
    return cumulative_incidence(
        {way: _by_day(counts[counts["ended"] == way], size) for way in ways},
        _by_day(counts[counts["ended"] == OPEN], size),
    )


def ages(warehouse: Warehouse, filters: Filters | None = None) -> "pd.Series[int]":
    """Return the open cases by their age in days; those of days that still fill up are counted too.

    For adding up: single days hold a case or two, and nobody is shown them.
    """
    if MART not in warehouse.names("marts") or not may_be_told(warehouse, filters):
        return pd.Series(dtype="int64")
    rows = apply(warehouse.mart(MART), MART, filters or Filters())
    rows = rows.filter((rows.step == "whole") & (rows.ended == OPEN))
    found = warehouse.run(rows.group_by("days").aggregate(n=rows.objections.sum()))
    return found.set_index("days")["n"].astype("int64").sort_index()


def _counts(warehouse: Warehouse, filters: Filters | None, *, by: str, step: str = "") -> pd.DataFrame:
    """Return group, ended, days, n of the cases filed in settled days."""
    if MART not in warehouse.names("marts") or not may_be_told(warehouse, filters):
        return pd.DataFrame(columns=["group", "ended", "days", "n"])
    rows: Any = apply(warehouse.mart(MART), MART, filters or Filters())
    rows = rows.filter(rows.known_for > min(warehouse.manifest.settling_days, KNOWN_FOR - 1))
    if step:
        rows = rows.filter(rows.step == step) if by != "step" else rows
    rows = rows.mutate(group=rows[by])
    return warehouse.run(rows.group_by("group", "ended", "days").aggregate(n=rows.objections.sum()))


def _row(group: Any, counts: pd.DataFrame, window: int) -> dict[str, Any]:
    open_ = counts[counts["ended"] == OPEN]
    row: dict[str, Any] = {
        "group": group,
        "cases": int(counts["n"].sum()),
        "open": int(open_["n"].sum()),
        "overdue": int(open_.loc[open_["days"] > window, "n"].sum()),
        "reason": "" if counts["n"].sum() >= MINIMUM_N else "small_n",
    }
    if row["reason"]:
        return row | dict.fromkeys([*QUANTILES, "in_time", "in_time_low", "in_time_high"], np.nan)
    found = _survival(counts)
    for name, share in SHARES.items():
        quantile = found.quantile(share)
        row |= {name: quantile.value, f"{name}_low": quantile.low, f"{name}_high": quantile.high}
    share, (low, high) = found.done_within(window)
    return row | {"in_time": share, "in_time_low": low, "in_time_high": high}


def _withheld(found: pd.DataFrame) -> pd.DataFrame:
    """Empty the counts that tell of a few, and those that would tell them by a sum."""
    few = hidden_in_list(found["cases"].astype("int64"))
    shown = found.copy()
    for name in ("cases", "open", "overdue"):
        hidden = few | hidden_in_list(found[name].astype("int64"))
        shown[name] = found[name].astype("Int64").mask(hidden)
    return shown


def _survival(counts: pd.DataFrame) -> Survival:
    size = int(counts["days"].max()) + 1
    still = counts["ended"] == OPEN
    return kaplan_meier(_by_day(counts[~still], size), _by_day(counts[still], size))


def _by_day(counts: pd.DataFrame, size: int) -> FloatArray:
    weights = counts["n"].to_numpy(dtype=np.float64)
    return np.bincount(counts["days"].to_numpy(dtype=int), weights=weights, minlength=size).astype(np.float64)
