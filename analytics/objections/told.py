"""Whether anything may be told of the cases that filters leave."""

from analytics.metrics import METRICS, Filters, measure
from analytics.store import Warehouse


def may_be_told(warehouse: Warehouse, filters: Filters | None) -> bool:
    """Say whether the filters leave neither few cases nor some that differ by few from what is told elsewhere.

    The rule of every figure (`analytics.metrics.disclosed`), asked of the cases filed: what is finer than they are
    still hides its own small counts.
    """
    found = measure(warehouse, METRICS["objections"], filters)
    return not (found["reason"] == "withheld").any()
