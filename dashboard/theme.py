"""Colours, the Plotly template and the figure every chart starts from.

A colour never speaks alone: shapes or words say the
same.
"""

from collections.abc import Mapping
from typing import Final, Literal

import plotly.graph_objects as go
import plotly.io as pio

from validation.text import Language

Direction = Literal["none", "up", "down"]

TEXT: Final = "#0B0C0C"
QUIET_TEXT: Final = "#505A5F"
"""Secondary words; 7:1 on white."""
BACKGROUND: Final = "#FFFFFF"
GRID: Final = "#E4E6E8"
LIMIT: Final = "#8A9296"
"""Limits that a measure stays within; 3:1 on white."""
TRACK: Final = "#EDEFF1"
"""The empty part of a bar."""
SHADE: Final = "#F1F1EF"
"""Behind days that are still filling up."""
CHOSEN: Final = "#E3ECF5"
"""Behind the selected district."""
SERIES: Final = ("#12436D", "#28A197", "#801650", "#F46A25")
SIGNALS: Final[Mapping[Direction, str]] = {"none": "#767676", "up": "#12436D", "down": "#F46A25"}
SHAPES: Final[Mapping[Direction, str]] = {"none": "circle", "up": "triangle-up", "down": "triangle-down"}
GLYPHS: Final[Mapping[Direction, str]] = {"none": "○", "up": "▲", "down": "▼"}
MAP_CLASSES: Final = ("#ADD1F1", "#6BACE6", "#2073BC", "#12436D")
MAP_TEXT: Final = (TEXT, TEXT, BACKGROUND, BACKGROUND)
NO_DATA: Final = "#DADCDE"

FONT: Final = '"Source Sans", sans-serif'
SIZE: Final = 13
SMALL: Final = 12
TINY: Final = 11
SEPARATORS: Final[Mapping[Language, str]] = {"id": ",.", "en": ".,"}

CONFIG: Final[Mapping[str, object]] = {
    "displayModeBar": False,
    "displaylogo": False,
    "doubleClick": False,
    "responsive": True,
    "scrollZoom": False,
    "showTips": False,
}
"""What `st.plotly_chart` takes as `config`: no toolbar, no gestures that would trap a scrolling thumb."""

_AXIS: Final = {
    "automargin": False,
    "fixedrange": True,
    "linecolor": GRID,
    "tickfont": {"size": SMALL, "color": QUIET_TEXT},
    "title": {"font": {"size": SMALL, "color": QUIET_TEXT}},
    "zeroline": False,
}

pio.templates["tepat"] = go.layout.Template(
    layout={
        "annotationdefaults": {"font": {"size": SMALL, "color": TEXT}, "showarrow": False},
        "colorway": SERIES,
        "dragmode": False,
        "font": {"family": FONT, "size": SIZE, "color": TEXT},
        "hoverlabel": {"bgcolor": BACKGROUND, "bordercolor": QUIET_TEXT, "font": {"family": FONT, "color": TEXT}},
        "hovermode": "closest",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 0},
        "paper_bgcolor": BACKGROUND,
        "plot_bgcolor": BACKGROUND,
        "separators": SEPARATORS["id"],
        "showlegend": False,
        "xaxis": {**_AXIS, "showgrid": False, "showline": True, "ticks": "outside", "ticklen": 4, "tickcolor": GRID},
        "yaxis": {**_AXIS, "showgrid": True, "gridcolor": GRID, "showline": False, "ticks": ""},
    }
)


def blank(
    language: Language, *, height: int, left: int = 8, right: int = 8, top: int = 8, bottom: int = 8
) -> go.Figure:
    """Return an empty figure of `height` px in the product's look; the width is the page's."""
    return go.Figure(
        layout={
            "template": "tepat",
            "separators": SEPARATORS[language],
            "height": height,
            "margin": {"l": left, "r": right, "t": top, "b": bottom},
        }
    )
