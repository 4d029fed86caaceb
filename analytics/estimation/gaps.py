"""The gap between a group and all others, with an interval: both lie in the same villages and are not independent."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.estimation.clusters import Cells, between_clusters, cluster_cells, moments
from analytics.estimation.inputs import FloatArray
from analytics.estimation.intervals import LEVEL
from analytics.estimation.ratio import EDGE_ICC, MINIMUM_DENOMINATOR, ratios

COLUMNS = ["gap", "gap_low", "gap_high"]


def gaps(
    totals: pd.DataFrame,
    *,
    by: str,
    groups: Sequence[object] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_DENOMINATOR,
    edge_icc: float = EDGE_ICC,
) -> pd.DataFrame:
    """Estimate the share of every group and how far it lies from the share of all others.

    Source: MOVER with correlation, Zou & Donner 2008 (Statistics in Medicine 27:1693): the gap's ends come from both
    shares' own intervals, so it holds for rare events too; the correlation from the clusters that both share.

    Args:
        totals: As in `ratios`, with a column `by`.
        by: Column that names the group.
        groups: Groups to give; all of them without it.
        level: Coverage of the intervals.
        minimum: Fewest rows under a share, on either side.
        edge_icc: As in `ratios`.

    Returns:
        As `ratios(totals, by=[by])`, and gap (share of the group − share of all others), gap_low, gap_high: NaN where
        either side may not be given.

    Raises:
        EstimationError: As `ratios`.
    """
    found = ratios(totals, by=[by], level=level, minimum=minimum, edge_icc=edge_icc, design=totals)
    if groups is not None:
        found = found[found[by].isin(list(groups))].reset_index(drop=True)
    rows = [_gap(totals, by=by, group=group, level=level, minimum=minimum, edge_icc=edge_icc) for group in found[by]]
    return pd.concat([found, pd.DataFrame(rows, columns=COLUMNS, dtype=float)], axis="columns")


def _gap(
    totals: pd.DataFrame, *, by: str, group: object, level: float, minimum: int, edge_icc: float
) -> tuple[float, float, float]:
    sided = totals.assign(_side=np.where(totals[by] == group, 1, 0))
    both = ratios(sided, by=["_side"], level=level, minimum=minimum, edge_icc=edge_icc).set_index("_side")
    if len(both) < 2 or bool(both["suppressed"].any()):
        return float("nan"), float("nan"), float("nan")
    r = _correlation(cluster_cells(sided, by=["_side"], design=None))
    (value, other), (low, other_low), (high, other_high) = (
        (float(both[name].to_numpy()[both.index == 1][0]), float(both[name].to_numpy()[both.index == 0][0]))
        for name in ("value", "low", "high")
    )
    down, up, rest_down, rest_up = value - low, high - value, other - other_low, other_high - other
    gap = value - other
    below = down**2 + rest_up**2 - 2 * r * down * rest_up
    above = up**2 + rest_down**2 - 2 * r * up * rest_down
    return gap, gap - float(np.sqrt(max(below, 0.0))), gap + float(np.sqrt(max(above, 0.0)))


def _correlation(cells: Cells) -> float:
    """Return the correlation of both sides' shares over the clusters, 0 where a side does not vary."""
    sums = moments(cells)
    u = (cells.numerator - sums.value[cells.domain] * cells.denominator) / sums.denominator[cells.domain]
    together = _one_domain(cells)
    sides = [_by_cluster(cells, u * (cells.domain == side)) for side in (0, 1)]
    held = np.ones(len(sides[0]), dtype=np.bool_)
    plus, minus = (
        float(between_clusters(together, sides[0] + sign * sides[1], held=held).variance[0]) for sign in (1, -1)
    )
    spread = float(np.prod(sums.se))
    return float(np.clip((plus - minus) / 4 / spread, -1, 1)) if spread > 0 else 0.0


def _by_cluster(cells: Cells, u: FloatArray) -> FloatArray:
    return np.asarray(np.bincount(cells.cluster, weights=u), dtype=np.float64)


def _one_domain(cells: Cells) -> Cells:
    """Return the clusters of both sides as those of a single domain."""
    _, first = np.unique(cells.cluster, return_index=True)
    return cells._replace(
        domains=pd.DataFrame(index=pd.RangeIndex(1)),
        domain=np.zeros(len(first), dtype=np.int64),
        **{name: getattr(cells, name)[first] for name in ("stratum", "cluster", "clusters_of_stratum", "unsampled")},
    )
