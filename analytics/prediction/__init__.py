"""How likely each family is entitled, predicted from its record by models that never saw its own village.

The predictions tighten estimates (`analytics.estimation.assisted`) and order the strata of a draw. They decide nothing
and stand in no page about a family.
"""

from analytics.prediction.crossfit import PREDICTIONS, predict_all, predictions

__all__ = ["PREDICTIONS", "predict_all", "predictions"]
