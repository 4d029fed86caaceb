"""Any metric over time with its limits."""

from analytics.metrics.measure import Grain
from dashboard.charts.chart import Chart, withholding
from dashboard.charts.trend import trend
from dashboard.kpi import UNITS
from dashboard.reader import Reader


def over_time(reader: Reader, metric: str, *, grain: Grain) -> Chart | None:
    """An XmR chart of a metric, over every payment period."""
    found = reader.with_filters(periods=()).trend(metric, grain=grain)
    points, reasons = found.points.dropna(subset=["value"]), found.points["reason"]
    if points.empty and not (reasons == "withheld").any():
        return None
    entry = reader.metric(metric)
    chart = trend(
        points,
        words=reader.words,
        measure=reader.label(metric),
        unit=UNITS[entry.unit],
        provisional=found.provisional,
        target=entry.target,
    )
    return withholding(chart, reasons, words=reader.words)
