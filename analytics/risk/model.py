"""The model: gradient-boosted trees that never let a sign of wealth raise the score of being entitled.

Two ensembles see the same inputs: one learns whether the check found the family entitled, the other the logarithm of
the consumption that it measured, which says more than yes or no. The calibration weighs them (`calibration`). Where
checks measure no consumption the first stands alone.

Measured on 2012 data, 10-fold by village, mean of three partitions: AUC .8444 and .8443 alone, .8461 together.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

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


@dataclass(frozen=True, kw_only=True)
class Ensembles:
    """Trained ensembles by what they learnt: entitled, and welfare where it was measured."""

    boosters: "dict[str, xgboost.Booster]"

    def margins(self, inputs: Matrix) -> Array:
        """Return one column an ensemble, the likelier entitled the higher."""
        import xgboost  # noqa: PLC0415 - takes a second to load

        data = xgboost.DMatrix(inputs, feature_names=list(INPUTS))
        columns = [
            sign_of(name) * booster.predict(data, output_margin=True).astype(np.float64)
            for name, booster in self.boosters.items()
        ]
        return np.column_stack(columns)


def sign_of(name: str) -> int:
    """Return the sign that turns an ensemble's output so that it rises with being entitled."""
    return -1 if name == WELFARE else 1


def train(
    inputs: Matrix, entitled: npt.NDArray[np.bool_], welfare: Array, weight: Array, *, rounds: int = ROUNDS
) -> Ensembles:
    """Train on checked families.

    Args:
        inputs: n x INPUTS, NaN where the record is empty.
        entitled: What the checks found, n.
        welfare: Measured consumption, rupiah a head and month, n; NaN where there is none.
        weight: Design weights, n.
        rounds: Trees of each ensemble.
    """
    signs = directions()
    boosters = {
        ENTITLED: _booster(inputs, entitled.astype(np.float32), weight, signs, "binary:logistic", rounds=rounds)
    }
    measured = np.isfinite(welfare) & (welfare > 0)
    if measured.mean() >= LEAST_MEASURED:
        opposite = tuple(-sign for sign in signs)
        boosters[WELFARE] = _booster(
            inputs[measured],
            np.log(welfare[measured] / A_USUAL),
            weight[measured],
            opposite,
            "reg:squarederror",
            rounds=rounds,
        )
    return Ensembles(boosters=boosters)


def _booster(
    inputs: Matrix, label: npt.NDArray[Any], weight: Array, signs: tuple[int, ...], objective: str, *, rounds: int
) -> "xgboost.Booster":
    import xgboost  # noqa: PLC0415

    data = xgboost.QuantileDMatrix(inputs, label=label, weight=weight / weight.mean(), feature_names=list(INPUTS))
    parameters = PARAMETERS | {"objective": objective, "monotone_constraints": signs}
    return xgboost.train(parameters, data, num_boost_round=rounds)
