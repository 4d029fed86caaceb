"""Map classes: at most four steps and "no data", with a legend whose size does not follow the page's width."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.words import DEFAULT_DECIMALS, Unit, Words

QUARTILES: Final = (0.25, 0.5, 0.75)
NO_CLASS: Final = -1
BOX: Final = 60
BOX_HEIGHT: Final = 10
LEGEND_HEIGHT: Final = 40


def printed(values: pd.Series, *, unit: Unit, decimals: int | None = None) -> pd.Series:
    """Return `values` as they are printed: classes made of these never disagree with the number on the tile."""
    places = DEFAULT_DECIMALS[unit] if decimals is None else decimals
    return values.astype(float).round(places + (2 if unit == "percent" else 0))


def class_breaks(values: pd.Series, *, unit: Unit, decimals: int | None = None) -> list[float]:
    """Return at most three inner breaks: the quartiles, as they are printed."""
    known = printed(values.dropna(), unit=unit, decimals=decimals)
    if known.empty:
        return []
    cuts = printed(known.quantile(list(QUARTILES)), unit=unit, decimals=decimals)
    return sorted({float(cut) for cut in cuts if known.min() < cut <= known.max()})


def classify(values: pd.Series, breaks: Sequence[float]) -> pd.Series:
    """Return the class of each value (0 the lowest; a value on a break belongs above it), NO_CLASS without one."""
    if len(breaks) >= len(theme.MAP_CLASSES):
        raise ValueError(f"{len(breaks)} breaks make more than {len(theme.MAP_CLASSES)} classes")
    found = np.searchsorted(np.asarray(breaks, dtype=float), values.to_numpy(dtype=float), side="right")
    return pd.Series(np.where(values.isna(), NO_CLASS, found), index=values.index)


def class_colour(step: int, *, count: int) -> str:
    """Return the colour of class `step` of `count`; few classes are spread over the whole scale."""
    return theme.NO_DATA if step == NO_CLASS else theme.MAP_CLASSES[_place(step, count=count)]


def class_text_colour(step: int, *, count: int) -> str:
    """Return a colour that can be read on the class's own."""
    return theme.TEXT if step == NO_CLASS else theme.MAP_TEXT[_place(step, count=count)]


def _place(step: int, *, count: int) -> int:
    last = len(theme.MAP_CLASSES) - 1
    return 1 if count == 1 else round(step * last / (count - 1))


def class_names(breaks: Sequence[float], *, words: Words, unit: Unit, decimals: int | None) -> list[str]:
    """Return "< 10 %", "10–15 %", "≥ 15 %" for the classes between `breaks`."""
    if not breaks:
        return [words("charts.all_values")]

    def say(value: float) -> str:
        return words.value(value, unit=unit, decimals=decimals)

    between = [words.interval(low, high, unit=unit, decimals=decimals) for low, high in pairwise(breaks)]
    return [f"&lt; {say(breaks[0])}", *between, f"≥ {say(breaks[-1])}"]


def add_legend(figure: go.Figure, names: Sequence[str], *, no_data_name: str) -> None:
    """Draw the steps and "no data" as boxes of fixed size at the top left, names below them."""
    colours = [class_colour(step, count=len(names)) for step in range(len(names))]
    for place, (name, colour) in enumerate(zip([*names, no_data_name], [*colours, theme.NO_DATA], strict=True)):
        left = place * BOX
        figure.add_shape(
            type="rect",
            xref="paper",
            yref="paper",
            xsizemode="pixel",
            ysizemode="pixel",
            xanchor=0,
            yanchor=1,
            x0=left,
            x1=left + BOX - 2,
            y0=LEGEND_HEIGHT - BOX_HEIGHT - 4,
            y1=LEGEND_HEIGHT - 4,
            line={"width": 0},
            fillcolor=colour,
        )
        figure.add_annotation(
            text=name,
            x=0,
            xref="paper",
            xanchor="center",
            xshift=left + BOX / 2,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=LEGEND_HEIGHT - BOX_HEIGHT - 4 - 20,
            font={"size": theme.TINY},
        )
