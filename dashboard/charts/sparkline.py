"""A line small enough for a KPI card."""

from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.words import Unit, Words

HEIGHT: Final = 48
AIR: Final = 0.12
"""Room above and below the line as a part of its reach, so that the marks are not cut."""


def sparkline(
    data: pd.DataFrame, *, words: Words, measure: str, unit: Unit = "number", decimals: int | None = None
) -> Chart:
    """Draw a bare line with its last point marked; the card beside it says the value.

    `data`, in time order:

        when | value
        date | float?
    """
    table = twin(data, {"when": words("charts.table_date"), "value": measure})
    rows = data.dropna(subset=["value"]).reset_index(drop=True)
    if rows.empty:
        empty = no_data(words, measure=measure, table=table)
        empty.figure.update_layout(height=HEIGHT)
        return empty
    low, high = float(rows["value"].min()), float(rows["value"].max())
    air = (high - low) * AIR or abs(high) * AIR or 1.0
    figure = theme.blank(words.language, height=HEIGHT, left=2, right=6, top=2, bottom=2)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, range=[low - air, high + air])
    said = [words.value(value, unit=unit, decimals=decimals) for value in rows["value"]]
    figure.add_scatter(
        x=pd.to_datetime(rows["when"]),
        y=rows["value"],
        name="value",
        mode="lines",
        line={"color": theme.SERIES[0], "width": 1.5},
        hovertext=[f"{words.day(day)}: <b>{value}</b>" for day, value in zip(rows["when"], said, strict=True)],
        hoverinfo="text",
    )
    figure.add_scatter(
        x=pd.to_datetime(rows["when"].tail(1)),
        y=rows["value"].tail(1),
        name="last",
        mode="markers",
        marker={"size": 7, "color": theme.SERIES[0]},
        hoverinfo="skip",
        cliponaxis=False,
    )
    alt = words(
        "charts.alt_sparkline",
        measure=measure,
        first=words.day(rows["when"].iloc[0]),
        start=said[0],
        last=words.day(rows["when"].iloc[-1]),
        end=said[-1],
        lowest=words.value(low, unit=unit, decimals=decimals),
        highest=words.value(high, unit=unit, decimals=decimals),
    )
    return Chart(figure, alt, table)
