"""Any metric over time with its limits."""

from analytics.metrics.measure import Grain
from dashboard.charts.chart import Chart
from dashboard.charts.trend import trend
from dashboard.kpi import UNITS
from dashboard.reader import Reader


def over_time(reader: Reader, metric: str, *, grain: Grain) -> Chart | None:
    """An XmR chart of a metric, over every payment period."""
    found = reader.with_filters(periods=()).trend(metric, grain=grain)
    points = found.points.dropna(subset=["value"])
    if points.empty:
        return None
    entry = reader.metric(metric)
    return trend(
        points,
        words=reader.words,
        measure=reader.label(metric),
        unit=UNITS[entry.unit],
        provisional=found.provisional,
        target=entry.target,
    )
