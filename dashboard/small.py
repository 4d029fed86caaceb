"""Small numbers: which counts of a table are not shown, so that nobody is told by being one of a few."""

from analytics.disclosure import SMALLEST
from analytics.disclosure import hidden_in_list as small

__all__ = ["SMALLEST", "small"]
