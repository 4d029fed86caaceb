"""The marks of the funnel plot: limit curves, districts, and the names of those that stand out."""

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.chart import rows_of
from dashboard.charts.districts import DIRECTIONS, label_positions, marker
from dashboard.charts.marks import shorten

RING: Final = 18
NAME_LENGTH: Final = 14
CURVES: Final = {"low95": "dot", "high95": "dot", "low998": "solid", "high998": "solid"}


def add_limits(figure: go.Figure, limits: pd.DataFrame, *, centre: float) -> None:
    """Draw the four curves of `limits` and the centre."""
    for column, dash in CURVES.items():
        figure.add_scatter(
            x=limits["denominator"],
            y=limits[column],
            name=column,
            mode="lines",
            line={"color": theme.LIMIT, "width": 1, "dash": dash},
            hoverinfo="skip",
        )
    figure.add_hline(y=centre, line={"color": theme.TEXT, "width": 1})


def add_districts(
    figure: go.Figure, rows: pd.DataFrame, *, selected: str | None, reach: float, span: tuple[float, float]
) -> None:
    """Draw one mark per district of `rows` (code, name, value, denominator, signal, hover), ring and name `selected`.

    `reach` is the end of the x axis and `span` the y axis: names are placed so that they keep off each other.
    """
    chosen = rows["code"] == selected
    positions = _positions(rows, named=(rows["signal"] != "none") | chosen, reach=reach, span=span)
    names = {code: shorten(name, NAME_LENGTH) for code, name in zip(rows["code"], rows["name"], strict=True)}
    for direction in DIRECTIONS:
        part = rows.loc[rows["signal"] == direction]
        apart = [code in positions and code != selected for code in part["code"]]
        figure.add_scatter(
            x=part["denominator"],
            y=part["value"],
            name=direction,
            mode="markers+text" if any(apart) else "markers",
            marker=marker(direction),
            text=[names[code] if named else "" for code, named in zip(part["code"], apart, strict=True)],
            textposition=[positions.get(code, "top center") for code in part["code"]],
            textfont={"size": theme.TINY},
            customdata=part["code"],
            hovertext=part["hover"],
            hoverinfo="text",
            cliponaxis=False,
        )
    for row in rows_of(rows.loc[chosen]):
        figure.add_scatter(
            x=[row.denominator],
            y=[row.value],
            name="selected",
            mode="markers+text",
            marker={"symbol": "circle-open", "size": RING, "color": theme.TEXT, "line": {"width": 2}},
            text=f"<b>{names[row.code]}</b>",
            textposition=positions[row.code],
            textfont={"size": theme.TINY},
            hoverinfo="skip",
            cliponaxis=False,
        )


def _positions(rows: pd.DataFrame, *, named: pd.Series, reach: float, span: tuple[float, float]) -> dict[str, str]:
    low, high = span
    places = {row.code: (row.denominator / reach, (row.value - low) / (high - low)) for row in rows_of(rows)}
    codes = list(rows.loc[named, "code"])
    labels = [
        (shorten(name, NAME_LENGTH), *places[code]) for code, name in zip(codes, rows.loc[named, "name"], strict=True)
    ]
    taken = [place for code, place in places.items() if code not in codes]
    return dict(zip(codes, label_positions(labels, taken=taken), strict=True))
