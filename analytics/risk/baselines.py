"""What the model is compared with, always: a proxy-means test by least squares, and a logistic regression."""

from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.risk.calibration import Array
from analytics.risk.inputs import Matrix
from analytics.risk.model import LEAST_MEASURED

INVERSE_PENALTY = 0.3
"""scikit-learn's C of the logistic regression (assumed)."""


def proxy_means(inputs: Matrix, entitled: npt.NDArray[np.bool_], welfare: Array, weight: Array) -> Any:
    """Return a proxy-means test: log consumption by least squares, or being entitled where it was not measured.

    Source: the formula behind DTSEN and Grosh & Baker 1995 (World Bank LSMS 118).
    """
    from sklearn.linear_model import LinearRegression  # noqa: PLC0415 - takes a second to load

    measured = np.isfinite(welfare) & (welfare > 0)
    if measured.mean() < LEAST_MEASURED:
        return _pipeline(LinearRegression(), inputs, entitled.astype(float), weight)
    return _pipeline(LinearRegression(), inputs[measured], -np.log(welfare[measured]), weight[measured])


def logistic(inputs: Matrix, entitled: npt.NDArray[np.bool_], weight: Array) -> Any:
    """Return a logistic regression of being entitled."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    return _pipeline(LogisticRegression(C=INVERSE_PENALTY, max_iter=1000), inputs, entitled, weight)


def margin(fitted: Any, inputs: Matrix) -> Array:
    """Return a baseline's score as one column, the likelier entitled the higher."""
    data = inputs.astype(np.float64)
    score = fitted.decision_function(data) if hasattr(fitted, "decision_function") else fitted.predict(data)
    return np.asarray(score, dtype=np.float64).reshape(-1, 1)


def _pipeline(last: Any, inputs: Matrix, label: npt.NDArray[Any], weight: Array) -> Any:
    from sklearn.impute import SimpleImputer  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    steps = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), last)
    name = steps.steps[-1][0]
    return steps.fit(inputs.astype(np.float64), label, **{f"{name}__sample_weight": weight / weight.mean()})
