"""How good a ranking is: area under the curve, precision at the top, error at equal quota; all with design weights."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.risk.calibration import Array

Flags = npt.NDArray[np.bool_]


def auc(score: Array, happened: Flags, weight: Array) -> float:
    """Return the probability that a case ranks above another that is none, ties half; NaN where all are alike."""
    if happened.all() or not happened.any():
        return float("nan")
    _, code = np.unique(score, return_inverse=True)
    count = int(code.max()) + 1
    cases = np.bincount(code, weight * happened, count)
    others = np.bincount(code, weight * ~happened, count)
    below = np.concatenate([[0.0], np.cumsum(others)[:-1]])
    return float(np.sum(cases * (below + others / 2)) / (cases.sum() * others.sum()))


def precision_at(score: Array, happened: Flags, weight: Array, share: float) -> float:
    """Return which share of the highest-ranked `share` of the families are cases; the last family counts in part."""
    order = np.argsort(-score, kind="stable")
    quota = share * weight.sum()
    before = np.cumsum(weight[order]) - weight[order]
    taken = np.clip(quota - before, 0.0, weight[order])
    return float(np.sum(taken * happened[order]) / quota)


def error_at_equal_quota(score: Array, entitled: Flags, weight: Array) -> float:
    """Return which share of a list is wrong that is as long as there are entitled families: both errors are equal."""
    return 1 - precision_at(score, entitled, weight, float(weight[entitled].sum() / weight.sum()))


def clustered_mean(value: Array, weight: Array, village: "pd.Series[str]") -> tuple[float, float]:
    """Return a weighted mean and its standard error, villages as clusters (Taylor linearisation).

    The strata of the draw are left out, which makes the error no smaller.
    """
    mean = float(np.average(value, weights=weight))
    codes, names = pd.factorize(village)
    totals = np.bincount(codes, weight * (value - mean), len(names))
    spread = len(names) / (len(names) - 1) * float(np.sum(totals**2))
    return mean, float(np.sqrt(spread)) / float(weight.sum())
