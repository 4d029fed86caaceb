"""What is measured: one registry entry a metric, and the functions that compute any of them under any filter.

A number on a screen, in a report or in a download is always `measure` of a registry entry.
"""

from analytics.metrics.filters import Filters
from analytics.metrics.measure import measure, series, unapplied
from analytics.metrics.metric import Metric
from analytics.metrics.registry import METRICS

__all__ = ["METRICS", "Filters", "Metric", "measure", "series", "unapplied"]
