"""Differentially private tables of registry counts: which may be asked for, and which cells they have."""

from collections.abc import Sequence
from itertools import product
from math import isfinite
from typing import Final

import pandas as pd

from analytics.access_log import record
from analytics.disclosure import Budget, BudgetError, Release
from analytics.disclosure import release as release_noisy
from analytics.metrics import METRICS, Filters
from analytics.metrics.comparisons import places
from analytics.research.counting import counts
from analytics.research.errors import ResearchError
from analytics.settings import Settings
from analytics.store import Warehouse
from validation.contract import CONTRACT, LEVELS

ONCE: Final = (
    "registered_families", "stage_registered", "stage_checked", "stage_verified", "stage_decided", "stage_eligible",
    "stage_paid",
)  # fmt: skip
"""Counts in which a family is counted once at most, in one cell: what the noise is measured by."""
VALUES: Final = {
    "channel": CONTRACT["registrations"]["channel"].domain,
    "status": CONTRACT["registrations"]["status"].domain,
}
"""Values of dimensions as the contract lists them: known without looking at the data."""
MOST_CELLS: Final = 5_000
"""Cells of a table; beyond, almost all of it is noise (assumed)."""


def budget_of(settings: Settings) -> Budget:
    """Return the ledger of the home."""
    return Budget(settings.home, epsilon=settings.release_epsilon)


def release(
    warehouse: Warehouse,
    *,
    settings: Settings,
    metric: str,
    by: Sequence[str],
    epsilon: float,
    name: str = "",
    area: str = "",
) -> Release:
    """Spend ε on a table of a count by dimensions, every possible cell with noise, those of 0 as well.

    Args:
        warehouse: The snapshot, whole.
        settings: Home with the ledger, and how much may be spent.
        metric: One of `ONCE`.
        by: One or two dimensions: region levels, channel or status.
        epsilon: What it may cost.
        name: Name in the ledger; empty = what it is, of this snapshot.
        area: Code of a region; empty = everywhere.

    Raises:
        ResearchError: the metric has no bound per family, a dimension has no list of values, too many cells.
        BudgetError: more than is left, or a release of that name was made.
    """
    if not isfinite(epsilon):
        raise BudgetError(f"ε cannot be {epsilon}.", next_step="Give an ε above 0, such as 0.1; 1 is weak already.")
    if metric not in ONCE:
        raise ResearchError(
            f"{metric} cannot be released with noise.",
            cause="It is no count in which a family is counted once at most, so no noise could hide one.",
            next_step=f"Choose one of {', '.join(ONCE)}.",
        )
    table = _cells(warehouse, metric, by, area=area)
    dataset, snapshot = warehouse.manifest.dataset.name, warehouse.manifest.snapshot
    called = name or "/".join(filter(None, [metric, *by, area, snapshot]))
    done = release_noisy(table, dataset=dataset, name=called, epsilon=epsilon, budget=budget_of(settings))
    details = {"metric": metric, "by": ",".join(by), "cells": len(table), "snapshot": snapshot, "area": area}
    details |= {"release_name": called, "epsilon": f"{done.epsilon:g}"}
    record(settings, action="release", kind="dataset", ref=dataset, details=details)
    return done


def _cells(warehouse: Warehouse, metric: str, by: Sequence[str], *, area: str) -> pd.DataFrame:
    """Return every possible cell with its count."""
    entry = METRICS[metric]
    levels = [name for name in by if name in LEVELS]
    known = {"village", "district"} & set(entry.dimensions)
    for name in by:
        fits = name in VALUES and name in entry.dimensions
        fits |= name in LEVELS and (name in known or (name in LEVELS[:3] and "district" in known))
        if not fits:
            offered = [*(each for each in VALUES if each in entry.dimensions), *LEVELS[: 3 + ("village" in known)]]
            raise ResearchError(
                f"{metric} cannot be released by {name}.",
                cause="Its cells must be known without looking at the data.",
                next_step=f"Choose one or two of {', '.join(offered)}.",
            )
    if not 1 <= len(by) <= 2 or len(set(by)) < len(by) or len(levels) > 1:
        raise ResearchError(
            "A table has one or two dimensions, one of them a region at most.", next_step="Give --by once or twice."
        )
    values = [VALUES.get(name) or tuple(places(warehouse, level=name, area=area)["code"]) for name in by]
    cells = pd.DataFrame(list(product(*values)), columns=list(by), dtype="str")
    if not 0 < len(cells) <= MOST_CELLS:
        raise ResearchError(
            f"The table would have {len(cells):,} cells.", next_step=f"Ask for a coarser one, up to {MOST_CELLS:,}."
        )
    there = counts(warehouse, entry, Filters(area=area), by=by)
    found = cells.merge(there, on=list(by), how="left")
    return found.assign(n=found["n"].fillna(0).astype(int))
