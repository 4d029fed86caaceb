"""Who fails verification by face: groups of applicants beside each other, and how far each lies from a reference."""

import pandas as pd

from analytics.estimation import gaps
from analytics.metrics.disclosed import disclosed
from analytics.metrics.filters import Filters, apply
from analytics.metrics.metric import RESULT, Metric
from analytics.metrics.sampled import summed
from analytics.store import Warehouse

REFERENCES = {"age_band": "40-59", "sex": "male", "channel": "self"}
"""Group that the others of a dimension are compared with: the largest by age, and the usual other side."""
GAP = ["gap", "gap_low", "gap_high"]


def verification_gaps(warehouse: Warehouse, metric: Metric, filters: Filters, *, by: str) -> pd.DataFrame:
    """Return a metric of `verification_results` by groups, with what chance alone leaves open.

    Everything there is was counted; the intervals say what another such run of the portal could have given, with
    villages as clusters. A mean of attempts is brought between 0 (all at once) and 1 (all at the last) for
    its interval.

    Args:
        warehouse: The snapshot.
        metric: first_attempt_failed, verification_failed, verification_reviewed or mean_attempts.
        filters: What is counted.
        by: age_band, sex, channel (compared with its reference of `REFERENCES`) or district (with all others).

    Returns:
        One row a group (applicants of whom it is not known are left out): `by`, the result columns, gap, gap_low,
        gap_high: the group minus its reference in the metric's unit; empty for the reference itself and where either
        side has too few applications or is withheld. No row without face checks.
    """
    empty = pd.DataFrame(columns=[by, *RESULT, *GAP])
    if metric.mart not in warehouse.names("marts") or metric.denominator is None:
        return empty
    rows = apply(warehouse.mart(metric.mart), metric.mart, filters)
    rows = rows.filter(rows[by].notnull())
    cells = rows.group_by(by, "village").aggregate(
        numerator=summed(rows, metric.numerator),
        denominator=summed(rows, metric.denominator),
        most=rows.most.max(),
    )
    frame = warehouse.run(cells.order_by(by, "village"))
    if frame.empty:
        return empty
    start, reach = (1.0, max(float(frame["most"].max()) - 1, 1.0)) if metric.unit == "mean" else (0.0, 1.0)
    totals = frame.assign(
        stratum="",
        cluster=frame["village"],
        n=frame["denominator"],
        numerator=frame["numerator"] - start * frame["denominator"],
        denominator=frame["denominator"] * reach,
    )
    found = _with_gaps(totals, by=by, reference=REFERENCES.get(by, ""), minimum=metric.minimum_n)
    found[["value", "low", "high"]] = start + found[["value", "low", "high"]] * reach
    found[["se", *GAP]] *= reach
    found["denominator"] /= reach
    found["numerator"] += start * found["denominator"]
    found = found.assign(method="count").sort_values(by, ignore_index=True)[list(empty.columns)]
    told = disclosed(warehouse, metric, filters, found, by=[by])
    told.loc[told["reason"] == "withheld", GAP] = float("nan")
    reference = told[told[by] == REFERENCES.get(by, "")]
    if (reference["reason"] == "withheld").any():
        told[GAP] = float("nan")
    return told


def _with_gaps(totals: pd.DataFrame, *, by: str, reference: str, minimum: int) -> pd.DataFrame:
    """Return the shares of all groups, and the gap of each to the reference; without one, to all others."""
    found = gaps(totals, by=by, minimum=minimum)
    if not reference:
        return found
    found = found.assign(**dict.fromkeys(GAP, float("nan")))
    for group in set(found[by]) - {reference} if reference in set(found[by]) else ():
        pair = gaps(totals[totals[by].isin([group, reference])], by=by, groups=[group], minimum=minimum)
        found.loc[found[by] == group, GAP] = pair[GAP].to_numpy()
    return found
