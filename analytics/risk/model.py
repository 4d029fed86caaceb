"""The model: gradient-boosted trees that never let a sign of wealth raise the score of being entitled.

Two ensembles see the same inputs: one learns whether the check found the family entitled, the other the logarithm of
the consumption that it measured, which says more than yes or no. The calibration weighs them (`calibration`). Where
checks measure no consumption the first stands alone.

Measured on 2012 data, 10-fold by village, mean of three partitions: AUC .8444 and .8443 alone, .8461 together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analytics.risk.batches import MEMORY, Batches, boost, in_memory
from analytics.risk.calibration import Array
from analytics.risk.inputs import INPUTS, Matrix, directions

if TYPE_CHECKING:
    import xgboost

ROUNDS = 400
PARAMETERS: dict[str, Any] = {
    "max_depth": 4, "eta": 0.03, "min_child_weight": 8, "subsample": 0.8, "colsample_bytree": 0.4, "reg_lambda": 2,
    "tree_method": "hist", "seed": 20120401, "verbosity": 0,
}  # fmt: skip
"""Small trees and a slow rate for a few thousand checks (assumed; not tuned on the folds that are reported)."""
LEAST_MEASURED = 0.5
"""Share of the checks with a measured consumption below which nothing is learnt from it."""

A_USUAL = 600_000
"""Rupiah a head and month that consumption is divided by before its logarithm is learnt (assumed). It changes no
prediction, but sums of 400 trees that start near 0 are exact to 1e-6 in XGBoost's 32 bits, near 13 to 2e-5."""

ENTITLED, WELFARE = "entitled", "welfare"
OBJECTIVES = {ENTITLED: "binary:logistic", WELFARE: "reg:squarederror"}


@dataclass(frozen=True, kw_only=True)
class Ensembles:
    """Trained ensembles by what they learnt: entitled, and welfare where it was measured."""

    boosters: "dict[str, xgboost.Booster]"

    def margins(self, inputs: Matrix) -> Array:
        """Return one column an ensemble, the likelier entitled the higher."""
        columns = [
            sign_of(name) * booster.inplace_predict(inputs, predict_type="margin").astype(np.float64)
            for name, booster in self.boosters.items()
        ]
        return np.column_stack(columns)


def sign_of(name: str) -> int:
    """Return the sign that turns an ensemble's output so that it rises with being entitled."""
    return -1 if name == WELFARE else 1


def train(
    inputs: Matrix, entitled: npt.NDArray[np.bool_], welfare: Array, weight: Array, *, rounds: int = ROUNDS
) -> Ensembles:
    """Train on checked families that are in memory.

    Args:
        inputs: n x INPUTS, NaN where the record is empty.
        entitled: What the checks found, n.
        welfare: Measured consumption, rupiah a head and month, n; NaN where there is none.
        weight: Design weights, n.
        rounds: Trees of each ensemble.
    """
    checks = in_memory(inputs, entitled.astype(np.float32), weight, names=INPUTS)
    boosters = {ENTITLED: learn(checks, ENTITLED, rounds=rounds)}
    measured = np.isfinite(welfare) & (welfare > 0)
    if measured.mean() >= LEAST_MEASURED:
        known = in_memory(inputs[measured], np.log(welfare[measured] / A_USUAL), weight[measured], names=INPUTS)
        boosters[WELFARE] = learn(known, WELFARE, rounds=rounds)
    return Ensembles(boosters=boosters)


def learn(
    batches: Batches, what: str, *, rounds: int = ROUNDS, memory: int = MEMORY, scratch: Path | None = None
) -> "xgboost.Booster":
    """Train one ensemble from batches, which need not fit into memory together.

    Args:
        batches: The rows; their label is 1 and 0 for `ENTITLED`, the logarithm of consumption for `WELFARE`.
        what: `ENTITLED` or `WELFARE`.
        rounds: Trees.
        memory: Bytes from which the quantised rows are kept on disk, see `analytics.risk.batches.boost`.
        scratch: Folder of that cache while training.
    """
    return boost(batches, parameters(what, batches.names), rounds=rounds, memory=memory, scratch=scratch)


def parameters(what: str, names: Sequence[str] = INPUTS) -> dict[str, Any]:
    """Return XGBoost's parameters of an ensemble, with the direction that each input may point in."""
    towards = dict(zip(INPUTS, directions(), strict=True))
    signs = tuple(sign_of(what) * towards[name] for name in names)
    return PARAMETERS | {"objective": OBJECTIVES[what], "monotone_constraints": signs}
