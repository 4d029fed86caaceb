"""A few values a row side by side, each a bar of its own colour with its value beside it."""

from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.marks import LINE, shorten
from dashboard.words import Unit, Words, is_missing

BAR: Final = 16
"""Height of a bar with the room to the next, px."""
NAME: Final = 22
GAP: Final = 10
NAME_LENGTH: Final = 34
REACH: Final = 1.45
"""The axis goes on beyond the longest bar, so that its value fits beside it on a phone."""


def grouped(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    row_label: str,
    series_label: str,
    unit: Unit = "number",
    decimals: int | None = None,
) -> Chart:
    """Draw one group of bars a row, in the order given; a missing value reads "–".

    `data`, at most four series:

        row | series | value  | low    | high
        str | str    | float? | float? | float? (columns may be absent)
    """
    headers = {column: words(f"charts.table_{column}") for column in ("low", "high")}
    table = twin(data, {"row": row_label, "series": series_label, "value": measure, **headers})
    if data.empty or data["value"].isna().all():
        return no_data(words, measure=measure, table=table)
    names, series = list(data["row"].unique()), list(data["series"].unique())
    if len(series) > len(theme.SERIES):
        raise ValueError(f"{len(series)} series; at most {len(theme.SERIES)} can be told apart")
    pitch = NAME + len(series) * BAR + GAP
    top = len(series) * LINE + GAP
    figure = theme.blank(words.language, height=len(names) * pitch + top + 8, left=8, right=8, top=top, bottom=8)
    known = np.nanmax(data[[name for name in ("value", "high") if name in data]].to_numpy(dtype=float))
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(visible=False, range=[0, float(known * REACH) or 1])
    figure.update_yaxes(visible=False, range=[len(names) * pitch, 0])
    spoken = []
    for row, name in enumerate(names):
        _text(figure, f"<b>{shorten(name, NAME_LENGTH)}</b>", at=row * pitch + NAME / 2)
    for place, one in enumerate(series):
        part = data[data["series"] == one].set_index("row").reindex(names)
        heights = [row * pitch + NAME + place * BAR + BAR / 2 for row in range(len(names))]
        values = [words.value(value, unit=unit, decimals=decimals) for value in part["value"]]
        figure.add_bar(
            x=part["value"], y=heights, name=one, orientation="h", width=BAR - 4,
            marker={"color": theme.SERIES[place]}, textposition="none", hoverinfo="text",
            hovertext=[f"{shorten(name, 60)} · {shorten(one, 60)}  <b>{value}</b>"
                       for name, value in zip(names, values, strict=True)],
            error_x=interval_bars(part),
        )  # fmt: skip
        for row, height, value in zip(rows_of(part), heights, values, strict=True):
            ends: list[Any] = [end for end in (row.value, getattr(row, "high", None)) if not is_missing(end)]
            _text(figure, value, at=height, after=max(ends, default=0.0))
        spoken += [words("charts.named", name=f"{name}, {one}", value=value)
                   for name, value in zip(names, values, strict=True)]  # fmt: skip
    keys = [f'<span style="color:{colour}">■</span> {shorten(one, NAME_LENGTH)}'
            for one, colour in zip(series, theme.SERIES, strict=False)]  # fmt: skip
    figure.add_annotation(
        text="<br>".join(keys), x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", align="left",
        yshift=4, font={"size": theme.SMALL},
    )  # fmt: skip
    return Chart(figure, words("charts.alt_bars", measure=measure, parts=words.listed(spoken)), table)


def interval_bars(rows: pd.DataFrame, *, colour: str = theme.QUIET_TEXT) -> dict[str, object] | None:
    """Return Plotly's error bars of `value` with `low` and `high`; None without intervals."""
    if "low" not in rows or rows["low"].isna().all():
        return None
    return {
        "type": "data", "symmetric": False, "array": rows["high"] - rows["value"],
        "arrayminus": rows["value"] - rows["low"], "color": colour, "thickness": 1.5, "width": 0,
    }  # fmt: skip


def _text(figure: go.Figure, text: str, *, at: float, after: float = 0.0) -> None:
    figure.add_annotation(
        text=text, x=after, xanchor="left", xshift=4 if after else 0, y=at, yanchor="middle",
        font={"size": theme.SMALL},
    )  # fmt: skip
