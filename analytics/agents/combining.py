"""From indicators to a list: who stands out in at least two families, with the share of innocent ones held down.

Inside a family the smallest p counts, times the indicators of the family (Bonferroni). Over families the partial
conjunction p-value for "fewer than u families stand out" is (m − u + 1) · p₍ᵤ₎ (Benjamini and Heller 2008, Biometrics
64:1215, their Bonferroni form): right also for an agent who honestly stands out in one family, and however the families
depend on each other. Over agents, Benjamini and Hochberg 1995 (J. R. Stat. Soc. B 57:289).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from analytics.estimation.inputs import FloatArray

AT_LEAST: Final = 2
"""Families that must stand out."""


def by_family(p: pd.DataFrame, families: Mapping[str, str]) -> pd.DataFrame:
    """Return the p-value of each family; 1 where an agent gave nothing to judge.

    Args:
        p: One row an agent, one column an indicator; NaN = no exposure.
        families: Indicator to family.
    """
    found = {}
    for family in dict.fromkeys(families[name] for name in p.columns):
        own = p[[name for name in p.columns if families[name] == family]]
        found[family] = (own.min(axis=1) * own.notna().sum(axis=1)).clip(upper=1).fillna(1.0)
    return pd.DataFrame(found, index=p.index)


def partial_conjunction(p: FloatArray, *, at_least: int = AT_LEAST) -> FloatArray:
    """Return the p-value of each row for the claim that fewer than `at_least` of its columns stand out.

    >>> partial_conjunction(np.array([[0.001, 0.01, 0.5]])).round(6).tolist()
    [0.02]
    """
    families = p.shape[1]
    if families < at_least:
        return np.ones(len(p))
    ordered = np.sort(p, axis=1)
    return np.asarray(np.minimum((families - at_least + 1) * ordered[:, at_least - 1], 1))


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Return adjusted p-values: the level at which each would just be listed.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    count = len(p)
    order = np.argsort(p)
    stepped = p[order] * count / np.arange(1, count + 1)
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1)
    return adjusted
