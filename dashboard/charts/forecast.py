"""A count by week and what it will be: the line goes on dashed, inside of two bands."""

from datetime import date
from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import day_axis, tick_room, value_axis
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.marks import add_note, note_height
from dashboard.words import Words, is_missing

PLOT_HEIGHT: Final = 260
BOTTOM: Final = 40
BANDS: Final = (("low95", "high95", theme.SHADE), ("low80", "high80", theme.CHOSEN))
"""The wide band first, so that the narrow one lies on it."""


def forecast(data: pd.DataFrame, *, words: Words, measure: str) -> Chart:
    """Draw weeks that were, and those ahead with intervals.

    `data`, in time order; what was has `value` alone, what is ahead has `ahead` and, with enough past weeks, intervals:

        when | value  | ahead  | low80  | high80 | low95  | high95
        date | float? | float? | float? | float? | float? | float?
    """
    headers = {"when": words("objections.week"), "value": measure, "ahead": words("objections.ahead")}
    headers |= {name: words(f"objections.{name}") for low, high, _ in reversed(BANDS) for name in (low, high)}
    table = twin(data, headers)
    was, ahead = data.dropna(subset=["value"]), data.dropna(subset=["ahead"])
    if was.empty or ahead.empty:
        return no_data(words, measure=measure, table=table)
    banded = not ahead["low95"].isna().any()
    notes = [words("objections.forecast_key" if banded else "objections.forecast_bare")]
    top = note_height(notes) + 8
    axis = value_axis(data[list(headers)[1:]].to_numpy(dtype=float).ravel(), words=words, unit="number")
    figure = theme.blank(
        words.language, height=PLOT_HEIGHT + top + BOTTOM, left=tick_room(axis), right=18, top=top, bottom=BOTTOM
    )
    figure.update_yaxes(**axis)
    first: date = was["when"].iloc[0]
    figure.update_xaxes(**day_axis(first, ahead["when"].iloc[-1], words=words))
    last = was.iloc[[-1]]
    joined = pd.concat([last.assign(ahead=last["value"]), ahead], ignore_index=True)
    for low, high, colour in BANDS if banded else ():
        for column, fill in ((low, None), (high, "tonexty")):
            figure.add_scatter(
                x=joined["when"], y=joined[column].fillna(joined["value"]), name=column, mode="lines",
                line={"width": 0}, fill=fill, fillcolor=colour, hoverinfo="skip",
            )  # fmt: skip
    figure.add_scatter(
        x=was["when"],
        y=was["value"],
        name="value",
        mode="lines",
        line={"color": theme.SERIES[0], "width": 2.5},
        hovertext=[f"{words.day(row.when)}<br><b>{words.number(row.value)}</b>" for row in rows_of(was)],
        hoverinfo="text",
    )
    figure.add_scatter(
        x=joined["when"],
        y=joined["ahead"],
        name="ahead",
        mode="lines+markers",
        marker={"size": 7, "symbol": "circle-open", "color": theme.SERIES[0]},
        line={"color": theme.SERIES[0], "width": 2, "dash": "dash"},
        hovertext=[f"{words.day(row.when)}<br><b>{words.number(row.ahead)}</b>" for row in rows_of(joined)],
        hoverinfo="text",
    )
    add_note(figure, notes)
    final = ahead.iloc[-1]
    said = words(
        "objections.alt_forecast",
        measure=measure,
        now=words.number(was["value"].iloc[-1]),
        day=words.day(final["when"]),
        value=words.number(final["ahead"]),
    )
    if not is_missing(final["low95"]):
        said += " " + words(
            "objections.alt_forecast_interval", low=words.number(final["low95"]), high=words.number(final["high95"])
        )
    return Chart(figure, said, table)
