"""How fast scores are learnt, told and explained beside XGBoost alone, and what they find where the truth is known."""

from analytics.benchmarks.model import pilot, speed, study
from analytics.benchmarks.model.page import Results, as_dict, markdown

__all__ = ["Results", "as_dict", "markdown", "pilot", "speed", "study"]
