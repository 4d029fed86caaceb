"""Parts of a whole: how a count divides into groups, and how far a flow gets."""

from collections.abc import Sequence

import pandas as pd

from analytics.metrics.filters import Filters
from analytics.metrics.measure import measure
from analytics.metrics.metric import Metric
from analytics.store import Warehouse


def composition(warehouse: Warehouse, metric: Metric, filters: Filters, *, by: str) -> pd.DataFrame:
    """Return a count by groups, largest first: `by`, value, share (of the whole), reason; those withheld come last."""
    found = measure(warehouse, metric, filters, by=[by]).sort_values("value", ascending=False, ignore_index=True)
    if found.empty:
        return found.assign(share=[])[[by, "value", "share", "reason"]]
    whole = float(measure(warehouse, metric, filters)["value"].iloc[0])
    return found.assign(share=found["value"] / whole)[[by, "value", "share", "reason"]]


def stages(warehouse: Warehouse, metrics: Sequence[Metric], filters: Filters) -> pd.DataFrame:
    """Return counts in the order given: metric, value, share (of the first), reason; no row without the first."""
    columns = ["metric", "value", "share", "reason"]
    rows = [measure(warehouse, metric, filters).assign(metric=metric.id) for metric in metrics]
    found = pd.concat([each for each in rows if len(each)]) if any(len(each) for each in rows) else pd.DataFrame()
    if found.empty or found["value"].iloc[0] == 0:
        return pd.DataFrame(columns=columns)
    return found.assign(share=found["value"] / found["value"].iloc[0])[columns].reset_index(drop=True)
