"""From filing to outcome: how many cases of each group the screening sent where, and how they ended."""

from typing import Final

import pandas as pd

from analytics.disclosure import TOTAL, published, suppress
from analytics.metrics.filters import Filters, apply
from analytics.objections.told import may_be_told
from analytics.store import Warehouse

MART: Final = "objections_daily"
GROUPS: Final = ("kind", "channel", "grounds", "programme", "district")
SCREENINGS: Final = ("waiting", "accept", "reject", "field_check")
"""What the screening said; waiting = not screened yet."""
OUTCOMES: Final = ("pending", "upheld", "rejected", "withdrawn")
COLUMNS: Final = ["group", "filed", *SCREENINGS, *OUTCOMES]


def flow(warehouse: Warehouse, filters: Filters | None = None, *, by: str) -> pd.DataFrame:
    """Return how many cases of each group were screened how, and ended how.

    Args:
        warehouse: The snapshot.
        filters: What is counted.
        by: One of `GROUPS`.

    Returns:
        `COLUMNS`, one row a group, those with most cases first. `SCREENINGS` add up to filed, and so do `OUTCOMES`.
        Counts of 1 to 9 are empty, and as many others as it takes that none can be computed
        (`analytics.disclosure.suppress`, for either sum).
    """
    if MART not in warehouse.names("marts") or not may_be_told(warehouse, filters):
        return pd.DataFrame(columns=COLUMNS)
    rows = apply(warehouse.mart(MART), MART, filters or Filters())
    cells = warehouse.run(rows.group_by(by, "screening", "outcome").aggregate(n=rows.objections.sum()))
    if cells.empty:
        return pd.DataFrame(columns=COLUMNS)
    cells["group"] = cells[by].astype(str)
    screened, ended = _safe(cells, "screening", SCREENINGS), _safe(cells, "outcome", OUTCOMES)
    both = screened.join(ended[list(OUTCOMES)])
    # Where one of both sums hides a group, the other may not tell it.
    both[screened["filed"].isna() | ended["filed"].isna()] = pd.NA
    order = cells.groupby("group")["n"].sum().sort_values(ascending=False, kind="stable").index
    return both.loc[order].rename_axis("group").reset_index()[COLUMNS]


def _safe(cells: pd.DataFrame, column: str, values: tuple[str, ...]) -> pd.DataFrame:
    """Return the counts by group and a column's values with their sum, small ones hidden."""
    table = cells.groupby(["group", column])["n"].sum().reset_index()
    safe = published(suppress(table, ["group", column]))
    safe = safe[safe["group"] != TOTAL]
    wide: pd.DataFrame = safe.pivot(index="group", columns=column, values="n")
    wide = wide.rename(columns={TOTAL: "filed"}).rename_axis(columns=None)
    return wide.reindex(columns=["filed", *values], fill_value=0)
