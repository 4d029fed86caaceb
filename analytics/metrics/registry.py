"""The registry of every metric, by id."""

from analytics.metrics.definitions import deciding, objecting, registering, targeting, verifying
from analytics.metrics.metric import Metric

METRICS: dict[str, Metric] = {
    metric.id: metric
    for group in (registering.METRICS, verifying.METRICS, deciding.METRICS, objecting.METRICS, targeting.METRICS)
    for metric in group
}
