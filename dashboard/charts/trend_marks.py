"""The marks of the trend chart: limits, the line, and the points that say something."""

from collections.abc import Callable
from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.chart import rows_of
from dashboard.words import Words

SIGNAL_SIZE: Final = 11
DOT_SIZE: Final = 5
MOST_DOTTED: Final = 40
"""A longer series shows dots only where they say something: signals and unsettled days."""


def add_lines(figure: go.Figure, points: pd.DataFrame, *, target: float | None) -> None:
    """Draw centre and limits, and the target if there is one."""
    styles = {"lower": (1, "dash"), "upper": (1, "dash"), "centre": (1, "solid")}
    for column, (width, dash) in styles.items():
        figure.add_scatter(
            x=points["when"],
            y=points[column],
            name=column,
            mode="lines",
            line={
                "color": theme.LIMIT if column != "centre" else theme.TEXT,
                "width": width,
                "dash": dash,
                "shape": "hvh",
            },
            hoverinfo="skip",
        )
    if target is not None:
        figure.add_hline(y=target, line={"color": theme.SERIES[2], "width": 1.5, "dash": "dot"})


def add_points(figure: go.Figure, points: pd.DataFrame, *, words: Words, say: Callable[[float | None], str]) -> None:
    """Draw the line and its points: signals by shape and colour, days still filling up hollow."""
    hover = [
        f"{words.day(row.when)}<br><b>{say(row.value)}</b>"
        + (f"<br>{words(f'charts.signal_{row.signal}')}" if row.signal else "")
        + ("" if row.settled else f"<br>{words('charts.unsettled')}")
        for row in rows_of(points)
    ]
    figure.add_scatter(
        x=points["when"],
        y=points["value"],
        name="value",
        mode="lines",
        line={"color": theme.SIGNALS["none"], "width": 1.75},
        hoverinfo="skip",
    )
    plain = 0 if len(points) > MOST_DOTTED else DOT_SIZE
    colours = [theme.SIGNALS[direction] for direction in points["direction"]]
    figure.add_scatter(
        x=points["when"],
        y=points["value"],
        name="points",
        mode="markers",
        hovertext=hover,
        hoverinfo="text",
        marker={
            "symbol": [theme.SHAPES[direction] for direction in points["direction"]],
            "size": [
                SIGNAL_SIZE if direction != "none" else plain if settled else DOT_SIZE
                for direction, settled in zip(points["direction"], points["settled"], strict=True)
            ],
            "color": [
                colour if settled else theme.BACKGROUND
                for colour, settled in zip(colours, points["settled"], strict=True)
            ],
            "line": {"width": [0 if settled else 1.5 for settled in points["settled"]], "color": colours},
            "opacity": 1,
        },
    )
