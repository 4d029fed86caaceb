"""Whether a model still speaks of the families that it learnt from, and whether its level still holds.

Features and scores are compared by their distributions, which can say that something changed and not that the model is
wrong; that only later random checks can say.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import ibis
import numpy as np
from scipy import stats

from analytics.risk.histograms import Histogram, Says, counted, in_words, stability
from analytics.risk.learners import checked
from analytics.risk.measures import clustered_mean
from analytics.risk.reference import SIDES
from analytics.risk.saved import ModelManifest, load
from analytics.risk.switch import demand_switched_on
from analytics.settings import Settings
from analytics.store import Warehouse

LEAST_CHECKS = 30
"""Random checks after training below which nothing is said: as for every rate of the product."""
LEAST_VILLAGES = 2
LEVEL = 0.95
ENTITLED = "entitled"


class Moved(NamedTuple):
    """How far one distribution is from that of training."""

    kind: Literal["feature", "score"]
    name: str
    """Column of the record, or programme and side."""
    psi: float
    says: Says
    missing_before: float
    missing_now: float


@dataclass(frozen=True, kw_only=True)
class LabelShift:
    """What checks after training found beside what the model says of the same families.

    Attributes:
        checks: How many, in how many villages.
        observed: Share found entitled, weighted by 1 / probability of being checked.
        predicted: Mean predicted probability with the same weights.
        shift: Observed minus predicted.
        low: Of the 95 % interval, villages as clusters; with the error of the model's level.
        high: Its upper end.
        says: "calibration holds" where the interval includes 0.
    """

    programme: str
    checks: int
    villages: int
    observed: float
    predicted: float
    shift: float
    low: float
    high: float
    says: Literal["calibration holds", "calibration does not hold"]


def drift(manifest: ModelManifest, warehouse: Warehouse, scores: Path) -> list[Moved]:
    """Compare a snapshot with the one that the model was trained on.

    Args:
        manifest: The model's.
        warehouse: The snapshot.
        scores: Its scores, see `scoring.score_all`.

    Returns:
        Features, then scores, the furthest of each first; empty where the model was saved without a reference.
    """
    reference = manifest.reference
    if reference is None:
        return []
    now = counted(warehouse.table("families"), reference.features, warehouse.run)
    found = [_moved("feature", name, before, now[name]) for name, before in reference.features.items()]
    connection = ibis.duckdb.connect()
    table = connection.read_parquet(str(scores), table_name="scores")
    for programme, sides in reference.scores.items():
        for receives, side in SIDES.items():
            if side not in sides:
                continue
            own = table.filter((table.programme == programme) & (table.receives == receives))
            after = counted(own, {ENTITLED: sides[side]}, lambda expression: expression.to_pyarrow().to_pandas())
            if after[ENTITLED].shares:  # otherwise nobody is left on the side
                found.append(_moved("score", f"{programme} {side}", sides[side], after[ENTITLED]))
    connection.disconnect()
    return sorted(found, key=lambda moved: (moved.kind, -moved.psi, moved.name))


def _moved(kind: Literal["feature", "score"], name: str, before: Histogram, now: Histogram) -> Moved:
    index = stability(before, now)
    return Moved(kind, name, index, in_words(index), before.missing, now.missing)


def label_shift(manifest: ModelManifest, warehouse: Warehouse, settings: Settings, programme: str) -> LabelShift | None:
    """Compare what random checks after training found with what the model says of these families.

    A model that took a quantile of consumption for entitled is held to that quantile over all checks, old and new.

    Returns:
        None where the model was saved without a reference, or there are fewer than LEAST_CHECKS such checks of families
        of whom enough is known, or all of one village.

    Raises:
        ModelError: the model does not know the programme, or a file is not the one that was evaluated.
        RiskError: the scores are switched off.
    """
    demand_switched_on(settings)
    model = load(settings.home, manifest, programme)
    if manifest.reference is None or programme not in manifest.reference.learnt:
        return None
    learnt = manifest.reference.learnt[programme]
    found = checked(warehouse, programme, poorest=manifest.poorest)
    new = found.where(learnt.later(found.rows))
    if len(new) < LEAST_CHECKS or new.rows["village"].nunique() < LEAST_VILLAGES:
        return None
    predicted = model.calibration.probability(model.ensembles.margins(new.inputs), new.receives, new.rows["district"])
    villages = int(new.rows["village"].nunique())
    shift, error = clustered_mean(new.entitled - predicted, new.weight, new.rows["village"])
    low, high = interval(shift, error, learnt.level_error, villages)
    return LabelShift(
        programme=programme,
        checks=len(new),
        villages=villages,
        observed=float(np.average(new.entitled, weights=new.weight)),
        predicted=float(np.average(predicted, weights=new.weight)),
        shift=shift,
        low=low,
        high=high,
        says="calibration holds" if low <= 0 <= high else "calibration does not hold",
    )


def interval(shift: float, error: float, level_error: float, villages: int) -> tuple[float, float]:
    """Return the ends of a shift's 95 % interval: t with (villages - 1) degrees of freedom.

    Args:
        shift: Observed minus predicted.
        error: Its standard error by the later checks.
        level_error: That of the model's level, which was learnt from checks too.
        villages: Of the later checks.
    """
    reach = float(stats.t.ppf((1 + LEVEL) / 2, villages - 1)) * float(np.hypot(error, level_error))
    return shift - reach, shift + reach
