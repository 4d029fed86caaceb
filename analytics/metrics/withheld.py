"""Which regions of a metric are not shown, so that neither they nor a total tells of a few families."""

from dataclasses import replace

import pandas as pd

from analytics.disclosure.regions import hidden_regions
from analytics.marts import MARTS
from analytics.metrics.filters import Filters
from analytics.metrics.measure import measure
from analytics.metrics.metric import RESULT, Metric
from analytics.store import Warehouse

COUNTED = ("count", "share")
"""Units whose regions are counts of families, persons or applications, or shares of them."""
EMPTIED = [name for name in RESULT if name not in {"reason", "method"}]


def withheld(warehouse: Warehouse, metric: Metric, filters: Filters) -> frozenset[str]:
    """Return the codes of the regions of all levels that are not shown under these filters, their area apart.

    A region is withheld where its count (of a share: what it is a share of) is 1 to 9, and where another one could be
    computed from it. The field checks of sample metrics are estimates with an interval of their own: none is withheld.
    """
    if metric.kind == "sample" or metric.unit not in COUNTED:
        return frozenset()
    lowest = "village" if "village" in MARTS[metric.mart].dimensions else "district"
    found = measure(warehouse, metric, replace(filters, area=""), by=[lowest])
    found = found[found[lowest].notna() & (found["n"] > 0)]
    return hidden_regions(found.set_index(lowest)["n"]) if len(found) else frozenset()


def without(rows: pd.DataFrame, codes: frozenset[str]) -> pd.DataFrame:
    """Empty the rows of the regions `codes` (by the column `code`); their reason is "withheld"."""
    hidden = rows["code"].isin(codes)
    found = rows.copy()
    found.loc[hidden, EMPTIED] = float("nan")
    found.loc[hidden, "reason"] = "withheld"
    return found
