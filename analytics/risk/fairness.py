"""Whom the ranking errs about: both errors, precision and calibration in groups that are never a reason.

The list is as long as there are entitled families, as in `measures.error_at_equal_quota`, and the same for all groups.
Estimates are fairlearn's MetricFrame; intervals come from a bootstrap of whole villages that draws the list anew.
Groups are compared, not corrected: a model that sees less of a group errs more about it, whatever the quota.

Sources: Hardt, Price & Srebro 2016 (NIPS) for the error rates; Weerts et al. 2023 (JMLR 24:257) for fairlearn.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.marts.groups import GROUPS
from analytics.risk.calibration import Array
from analytics.risk.learners import Learners
from analytics.risk.measures import Flags

COMPARED = (*GROUPS, "district")
EVERYBODY = "all"
"""Name of the group, and of its value, that holds all checks."""
LEAST_CHECKS = 30
"""Checks under a figure, below which it is not given: as for every rate of the product."""
LEVEL = 0.95


class Measure(NamedTuple):
    """A mean over some of the checks: what is averaged, and over which."""

    name: str
    value: Callable[[Flags, Flags, Array], Array]
    """From entitled, listed and probability."""
    over: Callable[[Flags, Flags], Flags]
    """From entitled and listed."""


def _everyone(entitled: Flags, listed: Flags) -> Flags:
    return np.ones_like(entitled | listed)


MEASURES = (
    Measure("missed", lambda _entitled, listed, _p: (~listed).astype(float), lambda entitled, _listed: entitled),
    Measure("wrongly_listed", lambda _entitled, listed, _p: listed.astype(float), lambda entitled, _listed: ~entitled),
    Measure("precision", lambda entitled, _listed, _p: entitled.astype(float), lambda _entitled, listed: listed),
    Measure("calibration_gap", lambda entitled, _listed, p: p - entitled, _everyone),
)
"""Missed = false negative rate, among the entitled; wrongly listed = false positive rate, among the others; precision
among the listed; calibration gap = mean predicted minus observed share of entitled."""


def fairness(
    learners: Learners, probability: Array, draws: npt.NDArray[np.float64], *, groups: Sequence[str] = COMPARED
) -> list[dict[str, Any]]:
    """Measure the model in every group that has checks enough.

    Args:
        learners: The checks.
        probability: Of being entitled, by models that did not see the family, n.
        draws: How often each check counts in each bootstrap draw of the villages, draws x n.
        groups: Columns of the learners' rows; everybody is always measured.

    Returns:
        One entry a group, value and measure: group, value, measure, estimate, low, high (95 %, percentiles), n (checks
        under the measure). Families whose record does not tell the group, and figures under LEAST_CHECKS, are left out.
    """
    found = []
    order = np.argsort(-probability, kind="stable")
    listed = as_listed(order, learners.entitled, learners.weight)
    drawn = [learners.weight * draw for draw in draws]
    drawn_lists = [as_listed(order, learners.entitled, weight) for weight in drawn]
    for group in (EVERYBODY, *groups):
        value = _values(learners, group)
        known = value.notna().to_numpy()
        if not known.any():
            continue
        codes, names = pd.factorize(value[known], sort=True)
        estimates = _frame(learners, probability, listed, known, value)
        for measure in MEASURES:
            under = measure.over(learners.entitled, listed)[known]
            counts = np.bincount(codes[under], minlength=len(names))
            spread = [
                _means(
                    measure.value(learners.entitled, own, probability)[known],
                    (weight * measure.over(learners.entitled, own))[known],
                    codes,
                )
                for own, weight in zip(drawn_lists, drawn, strict=True)
            ]
            lows, highs = np.nanquantile(spread, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
            for code, name in enumerate(names):
                if counts[code] < LEAST_CHECKS:
                    continue
                found.append(
                    {
                        "group": group,
                        "value": str(name),
                        "measure": measure.name,
                        "estimate": float(estimates.loc[name, measure.name]),
                        "low": float(lows[code]),
                        "high": float(highs[code]),
                        "n": int(counts[code]),
                    }
                )
    return found


def as_listed(order: npt.NDArray[np.intp], entitled: Flags, weight: Array) -> Flags:
    """Return who is on a list as long as there are entitled families; the last one if more than half fits.

    Args:
        order: The families, likeliest entitled first.
        entitled: What the checks found.
        weight: Families that each check stands for.
    """
    middle = np.cumsum(weight[order]) - weight[order] / 2
    listed = np.zeros(len(order), dtype=bool)
    listed[order] = middle <= weight[entitled].sum()
    return listed


def _values(learners: Learners, group: str) -> "pd.Series[str]":
    if group == EVERYBODY:
        return pd.Series([EVERYBODY] * len(learners))
    return learners.rows[group]


def _frame(
    learners: Learners, probability: Array, listed: Flags, known: Flags, value: "pd.Series[str]"
) -> pd.DataFrame:
    """Return the measures by group value, with fairlearn."""
    from fairlearn.metrics import MetricFrame  # noqa: PLC0415 - loads scikit-learn

    def metric(measure: Measure) -> Callable[..., float]:
        def mean(entitled: Any, own: Any, *, probability: Any, weight: Any) -> float:
            entitled, own = np.asarray(entitled), np.asarray(own)
            under = np.asarray(weight) * measure.over(entitled, own)
            everyone = np.zeros(len(entitled), dtype=np.int64)
            return float(_means(measure.value(entitled, own, np.asarray(probability)), under, everyone)[0])

        return mean

    parameters = {"probability": probability[known], "weight": learners.weight[known]}
    frame: pd.DataFrame = MetricFrame(
        metrics={measure.name: metric(measure) for measure in MEASURES},
        y_true=learners.entitled[known],
        y_pred=listed[known],
        sensitive_features=value[known].to_numpy(dtype=object),
        sample_params={measure.name: parameters for measure in MEASURES},
    ).by_group
    return frame


def _means(value: Array, weight: Array, codes: npt.NDArray[np.int64]) -> Array:
    """Return the weighted mean for each code, NaN where nothing weighs."""
    count = int(codes.max()) + 1
    below, above = np.bincount(codes, weight, count), np.bincount(codes, weight * value, count)
    means: Array = np.divide(above, below, out=np.full(count, np.nan), where=below > 0)
    return means
