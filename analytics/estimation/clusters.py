"""From cluster totals to the sums that a ratio estimate needs, for thousands of domains at once.

Everything here is a sum per (domain, stratum, cluster), so that no step loops over domains.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from analytics.estimation.inputs import (
    BoolArray,
    EstimationError,
    FloatArray,
    IntArray,
    amounts,
    require_columns,
    require_known,
)

KEYS = ["stratum", "cluster"]
SUMS = ["numerator", "denominator", "n"]
UNSAMPLED = "unsampled"
"""Optional column: the share of the stratum's clusters that was not drawn, 1 where it is not known."""

EDGE = 1e-12
"""Shares this near to 0 or 1 are 0 or 1: sums of weights taken in another order differ by rounding only."""

ROUNDING = 1e-9
"""Relative excess of a numerator over its denominator that is taken for rounding."""


class Cells(NamedTuple):
    """Totals per domain and cluster, arrays of one length, and the domains that they belong to."""

    domains: pd.DataFrame
    """One row per domain: its names."""
    domain: IntArray
    """Row of `domains`."""
    stratum: IntArray
    cluster: IntArray
    clusters_of_stratum: FloatArray
    """Clusters that were drawn in the stratum, whether or not they hold rows of the domain."""
    unsampled: FloatArray
    """Share of the stratum's clusters that was not drawn: the finite-population factor of its variance."""
    numerator: FloatArray
    denominator: FloatArray
    n: FloatArray
    extra: dict[str, FloatArray]
    """Further totals that were asked for, by name."""


class Moments(NamedTuple):
    """What is known of each domain, arrays of one length; NaN where the denominator is 0."""

    value: FloatArray
    se: FloatArray
    """With the finite-population factor."""
    numerator: FloatArray
    denominator: FloatArray
    n: IntArray
    clusters: IntArray
    strata: IntArray
    df: IntArray
    size: FloatArray
    """Rows in the cluster of an average row, Σ n_c² / Σ n_c."""
    weighting: FloatArray
    """Kish's 1 + cv² of the weights, as far as clusters differ in theirs."""
    design_effect: FloatArray
    """Variance without the finite-population factor over that of n independent rows; NaN where neither varies."""
    remaining: FloatArray
    """Share of that variance which the finite-population factor leaves."""


def cluster_cells(
    totals: pd.DataFrame, *, by: Sequence[str], design: pd.DataFrame | None, extra: Sequence[str] = ()
) -> Cells:
    """Check the totals, sum them per domain and cluster and look up each stratum's clusters; see `ratios`."""
    names, sums = list(by), [*SUMS, *extra]
    require_columns(totals, [*names, *KEYS, *sums], of="cluster totals")
    require_known(totals, KEYS, of="cluster totals")
    checked = totals[[*names, *KEYS]].assign(**{name: amounts(totals, name, of="cluster totals") for name in sums})
    cells = checked.groupby([*names, *KEYS], sort=False, dropna=False, observed=True, as_index=False)[sums].sum()
    if bool((cells["numerator"] > cells["denominator"] * (1 + ROUNDING)).any()):
        raise EstimationError(
            "A numerator is larger than its denominator.",
            cause="A share counts a part of its denominator.",
            next_step="Sum the numerator over the rows of the denominator only.",
        )
    drawn = _clusters_per_stratum(totals if design is None else design, cells)
    if names:
        groups = cells.groupby(names, sort=False, dropna=False, observed=True)
        domain = np.asarray(groups.ngroup(), dtype=np.int64)
        domains = cells[names].iloc[np.unique(domain, return_index=True)[1]].reset_index(drop=True)
    else:
        domain = np.zeros(len(cells), dtype=np.int64)
        domains = pd.DataFrame(index=pd.RangeIndex(1))
    return Cells(
        domains=domains,
        domain=domain,
        stratum=pd.factorize(cells["stratum"])[0].astype(np.int64),
        cluster=pd.factorize(cells["cluster"])[0].astype(np.int64),
        clusters_of_stratum=np.asarray(cells["stratum"].map(drawn), dtype=np.float64),
        unsampled=_unsampled(totals if design is None else design, cells),
        numerator=np.asarray(cells[["numerator", "denominator"]].min(axis="columns"), dtype=np.float64),
        denominator=np.asarray(cells["denominator"], dtype=np.float64),
        n=np.asarray(cells["n"], dtype=np.float64),
        extra={name: np.asarray(cells[name], dtype=np.float64) for name in extra},
    )


def _clusters_per_stratum(design: pd.DataFrame, cells: pd.DataFrame) -> "pd.Series[int]":
    """Return the number of drawn clusters by stratum, after checking that the design is one."""
    require_columns(design, KEYS, of="design")
    require_known(design, KEYS, of="design")
    pairs = design[KEYS].drop_duplicates()
    if bool(pairs["cluster"].duplicated().any()):
        raise EstimationError(
            "A cluster lies in more than one stratum.",
            cause="Its parts would be taken for independent, and the interval would be too narrow.",
            next_step="Use strata that hold whole clusters, or, where strata reuse names, name clusters uniquely.",
        )
    known = cells[KEYS].merge(pairs, on=KEYS, how="left", indicator=True)["_merge"] == "both"
    if not bool(known.all()):
        raise EstimationError(
            f"{int((~known).sum())} cluster totals belong to no cluster of the design.",
            cause="The design must list every drawn cluster with its stratum.",
            next_step="Make the design and the totals from the same draw.",
        )
    return pairs.groupby("stratum", sort=False, observed=True).size()


def _unsampled(design: pd.DataFrame, cells: pd.DataFrame) -> FloatArray:
    """Return the share of each stratum's clusters that was not drawn, the mean of what its clusters say."""
    if UNSAMPLED not in design.columns:
        return np.ones(len(cells))
    shares = amounts(design, UNSAMPLED, of="design")
    if bool((shares > 1).any()):
        raise EstimationError(
            "A share of clusters that were not drawn is above 1.",
            cause="It is 1 minus the probability that the cluster was drawn.",
            next_step="Give a share between 0 and 1.",
        )
    clusters = design[KEYS].assign(unsampled=shares).drop_duplicates(KEYS)
    by_stratum = clusters.groupby("stratum", sort=False, observed=True)[UNSAMPLED].mean()
    return np.asarray(cells["stratum"].map(by_stratum), dtype=np.float64)


def moments(cells: Cells) -> Moments:
    """Return shares, linearised standard errors and counts per domain."""
    numerator, denominator, n = (total(cells, column) for column in (cells.numerator, cells.denominator, cells.n))
    value = divide(numerator, denominator)
    value[value < EDGE] = 0.0
    value[value > 1 - EDGE] = 1.0
    held = cells.denominator > 0
    clusters = total(cells, held).astype(np.int64)
    between = between_clusters(
        cells, np.where(held, cells.numerator - value[cells.domain] * cells.denominator, 0.0), held=held
    )
    clear = (value > 0) & (value < 1)
    return Moments(
        value=value,
        se=divide(np.sqrt(between.variance), denominator),
        numerator=numerator,
        denominator=denominator,
        n=n.astype(np.int64),
        clusters=clusters,
        strata=between.alone + between.several,
        df=np.maximum(clusters - between.several - (between.alone > 0), 0),
        size=divide(total(cells, cells.n**2), n),
        weighting=n * divide(total(cells, divide(cells.denominator**2, cells.n, empty=0.0)), denominator**2),
        design_effect=divide(between.unlimited * n, np.where(clear, denominator**2 * value * (1 - value), 0.0)),
        remaining=np.where(
            between.unlimited > 0,
            divide(between.variance, between.unlimited),
            divide(total(cells, held * cells.unsampled), clusters.astype(np.float64), empty=1.0),
        ),
    )


class Between(NamedTuple):
    """Per domain: the variance of Σ u, and the strata in which one or several clusters hold rows."""

    variance: FloatArray
    unlimited: FloatArray
    """The variance without the finite-population factor."""
    alone: IntArray
    several: IntArray


def between_clusters(cells: Cells, u: FloatArray, *, held: BoolArray) -> Between:
    """Return the variance of the sum of `u` over the clusters drawn in each stratum; `u` is 0 where not `held`."""
    code = cells.domain * (int(cells.stratum.max(initial=0)) + 1) + cells.stratum
    pairs, first, group = np.unique(code, return_index=True, return_inverse=True)

    def per_group(values: FloatArray | BoolArray) -> FloatArray:
        return _sums(group, values, count=len(pairs))

    drawn, domain = cells.clusters_of_stratum[first], cells.domain[first]
    present = per_group(np.ones_like(u))
    mean = per_group(u) / drawn
    squares = per_group((u - mean[group]) ** 2) + (drawn - present) * mean**2
    lonely = drawn == 1
    # A lonely cluster is centred at the grand mean of u, which is 0, so that its u (the mean of one) is squared.
    variance = np.where(lonely, mean**2, squares * drawn / np.where(lonely, 1.0, drawn - 1))
    variance = np.where((holding := per_group(held)) > 0, variance, 0.0)

    def per_domain(values: FloatArray | BoolArray) -> FloatArray:
        return _sums(domain, values, count=len(cells.domains))

    return Between(
        variance=per_domain(variance * cells.unsampled[first]),
        unlimited=per_domain(variance),
        alone=per_domain(holding == 1).astype(np.int64),
        several=per_domain(holding > 1).astype(np.int64),
    )


def total(cells: Cells, values: FloatArray | BoolArray) -> FloatArray:
    """Return the sum of `values` per domain."""
    return _sums(cells.domain, values, count=len(cells.domains))


def _sums(codes: IntArray, values: FloatArray | BoolArray, *, count: int) -> FloatArray:
    """Return the sum of `values` for each code from 0 to `count` - 1."""
    return np.asarray(np.bincount(codes, weights=values, minlength=count), dtype=np.float64)


def divide(part: FloatArray, whole: FloatArray, *, empty: float = np.nan) -> FloatArray:
    """Return `part / whole`, and `empty` where `whole` is 0."""
    shares: FloatArray = np.divide(part, whole, out=np.full(len(whole), empty), where=whole > 0)
    return shares
