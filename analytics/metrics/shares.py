"""Parts of a whole: how a count divides into groups, and how far a flow gets."""

from collections.abc import Sequence

import pandas as pd

from analytics.metrics.filters import Filters
from analytics.metrics.measure import measure
from analytics.metrics.metric import Metric
from analytics.store import Warehouse


def composition(warehouse: Warehouse, metric: Metric, filters: Filters, *, by: str) -> pd.DataFrame:
    """Return a count by groups, largest first: `by`, value, share (of the sum)."""
    found = measure(warehouse, metric, filters, by=[by]).sort_values("value", ascending=False, ignore_index=True)
    return found.assign(share=found["value"] / found["value"].sum())[[by, "value", "share"]]


def stages(warehouse: Warehouse, metrics: Sequence[Metric], filters: Filters) -> pd.DataFrame:
    """Return counts in the order given: metric, value, share (of the first); no row without the first."""
    rows = [(metric.id, measure(warehouse, metric, filters)) for metric in metrics]
    counts = [(name, float(found["value"].iloc[0])) for name, found in rows if len(found)]
    if not counts or not counts[0][1]:
        return pd.DataFrame(columns=["metric", "value", "share"])
    first = counts[0][1]
    return pd.DataFrame([{"metric": name, "value": count, "share": count / first} for name, count in counts])
