"""The concentration curve: what share of the benefits reaches the poorest share of people."""

from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import value_axis
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.words import Words

PLOT_HEIGHT: Final = 260
LEFT: Final = 52
BOTTOM: Final = 44
EQUAL_LABEL: Final = 0.62
POOREST: Final = 0.4
"""The alt text tells the point of the curve nearest to this share of people."""
MOST_MARKED: Final = 20
"""Curves with more points are drawn without a mark at each."""


def concentration(data: pd.DataFrame, *, words: Words, measure: str, coefficient: float | None = None) -> Chart:
    """Draw the cumulative share of benefits over that of people, poorest first, with the line of equal shares.

    `data`, rising in `people`, both shares between 0 and 1 (with the ends 0 and 1):

        people | benefits
        float  | float
    """
    table = twin(data, {"people": words("charts.table_people"), "benefits": words("charts.table_benefits")})
    rows = data.dropna().reset_index(drop=True)
    if rows.empty:
        return no_data(words, measure=measure, table=table)

    axis = value_axis([0.0, 1.0], words=words, unit="percent")
    figure = theme.blank(words.language, height=PLOT_HEIGHT + 12 + BOTTOM, left=LEFT, right=20, top=12, bottom=BOTTOM)
    figure.update_yaxes(**axis, title={"text": words("charts.axis_benefits"), "standoff": 0})
    figure.update_xaxes(**axis, title={"text": words("charts.axis_people"), "standoff": 4})
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        name="equal",
        mode="lines",
        line={"color": theme.SIGNALS["none"], "width": 1, "dash": "dash"},
        hoverinfo="skip",
    )
    spoken = [
        words("charts.concentration_hover", people=words.percent(people), benefits=words.percent(benefits))
        for people, benefits in zip(rows["people"], rows["benefits"], strict=True)
    ]
    figure.add_scatter(
        x=rows["people"],
        y=rows["benefits"],
        name="benefits",
        mode="lines+markers" if len(rows) <= MOST_MARKED else "lines",
        line={"color": theme.SERIES[0], "width": 2.5},
        marker={"size": 5},
        hovertext=spoken,
        hoverinfo="text",
    )
    figure.add_annotation(
        text=words("charts.equal_shares"),
        x=EQUAL_LABEL,
        y=EQUAL_LABEL,
        xanchor="left",
        yanchor="top",
        font={"size": theme.TINY, "color": theme.QUIET_TEXT},
    )
    middle = rows.iloc[(rows["people"] - POOREST).abs().argmin()]
    alt = words(
        "charts.alt_concentration",
        measure=measure,
        people=words.percent(middle["people"], decimals=0),
        benefits=words.percent(middle["benefits"]),
    )
    if coefficient is not None:
        value = words.number(coefficient, decimals=2)
        alt += " " + words("charts.alt_coefficient", value=value)
        figure.add_annotation(
            text=words("charts.coefficient", value=f"<b>{value}</b>"),
            x=0.98,
            y=0.04,
            xanchor="right",
            yanchor="bottom",
            bgcolor=theme.BACKGROUND,
        )
    return Chart(figure, alt, table)
