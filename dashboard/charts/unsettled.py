"""Days that are still filling up because reports arrive late: shaded, and named once."""

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.words import Words

LABEL_HEIGHT: Final = 16


def half_step(days: pd.Series) -> pd.Timedelta:
    """Return half the smallest distance between two of `days`, the room a point has on either side."""
    gaps = days.drop_duplicates().sort_values().diff().dropna()
    return (pd.Timedelta(days=1) if gaps.empty else gaps.min()) / 2


def shade_height(settled: pd.Series) -> int:
    """Return the room the label of the shade needs above the plot, px; none when every day is settled."""
    return 0 if settled.all() else LABEL_HEIGHT


def add_shade(figure: go.Figure, days: pd.DataFrame, *, words: Words) -> None:
    """Shade each stretch of days that are not settled, behind the marks; `days` has `when` and `settled`, in order."""
    half = half_step(days["when"])
    stretch = days["settled"].ne(days["settled"].shift()).cumsum()
    open_days = days.loc[~days["settled"]]
    for _, part in open_days.groupby(stretch)["when"]:
        figure.add_shape(
            type="rect",
            x0=part.iloc[0] - half,
            x1=part.iloc[-1] + half,
            y0=0,
            y1=1,
            yref="paper",
            layer="below",
            line={"width": 0},
            fillcolor=theme.SHADE,
        )
    if not open_days.empty:
        figure.add_annotation(
            text=words("charts.unsettled"),
            x=open_days["when"].iloc[-1] + half,
            xanchor="right",
            y=1,
            yref="paper",
            yanchor="bottom",
            font={"size": theme.TINY, "color": theme.QUIET_TEXT},
        )
