"""The KPI card: a value with its interval or n, target, trend and one word for variation."""

import streamlit as st

from analytics.metrics import Metric, unapplied
from analytics.metrics.measure import Grain
from dashboard import theme
from dashboard.basis import basis
from dashboard.briefs.record import add_card
from dashboard.charts.sparkline import sparkline
from dashboard.definitions import definition
from dashboard.faults import guarded
from dashboard.filterbar import not_applied
from dashboard.reader import Reader
from dashboard.words import Unit

UNITS: dict[str, Unit] = {
    "count": "number",
    "share": "percent",
    "rupiah": "rupiah",
    "seconds": "number",
    "mean": "number",
}
LEAST_POINTS = 12
"""Fewest points of a trend that a card shows."""


def kpi(reader: Reader, metric: str, *, grain: Grain = "week", title: str = "", trend: bool = True) -> None:
    """Draw one card.

    Args:
        reader: What the reader looks at.
        metric: Registry entry.
        grain: Step of the trend.
        title: What stands above the value; the metric's name by default.
        trend: Whether the metric has a trend at all (marts without days do not).
    """
    words, entry = reader.words, reader.metric(metric)
    label = title or reader.label(metric)
    with st.container(border=True, key=f"kpi_{metric}_{reader.filters.programme}", height="stretch"), guarded(words):
        row = reader.value(metric)
        value = words.value(None if row is None else row["value"], unit=UNITS[entry.unit])
        st.metric(label, value, help=definition(entry, words))
        rests_on = words("kpi.no_table") if row is None else basis(reader, entry, row)
        st.caption(rests_on)
        skipped = not_applied(sorted(unapplied(entry.mart, reader.filters)), words)
        if skipped:
            st.caption(f":material/filter_alt_off: {skipped}")
        heading = ""
        if trend and row is not None:
            heading = _trend(reader.with_filters(periods=()), entry, grain)
        add_card(label, value, " ".join([rests_on, skipped]).strip(), trend=heading)


def _trend(reader: Reader, entry: Metric, grain: Grain) -> str:
    """Draw the trend and return what it says in words."""
    words = reader.words
    found = reader.trend(entry.id, grain=grain)
    if len(found.points.dropna(subset=["value"])) < LEAST_POINTS:
        withheld = (found.points["reason"] == "withheld").any()
        heading = words(f"kpi.heading_{'withheld' if withheld else 'insufficient'}", count=LEAST_POINTS)
        st.caption(heading)
        return heading
    settled = found.points[found.points["settled"]]
    chart = sparkline(settled, words=words, measure=entry.label.to(words.language), unit=UNITS[entry.unit])
    st.plotly_chart(
        chart.figure,
        theme=None,
        config=dict(theme.CONFIG),
        alt=chart.alt,
        key=f"spark_{entry.id}_{reader.filters.programme}",
    )
    heading = words(f"kpi.heading_{found.heading}", count=LEAST_POINTS) + " · " + words(f"kpi.grain_{grain}")
    st.caption(heading)
    return heading
