"""How many have ended by day, with the limit: Kaplan–Meier, drawn upwards."""

from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import tick_room, value_axis
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.marks import add_note, note_height
from dashboard.words import Words

PLOT_HEIGHT: Final = 260
BOTTOM: Final = 44


def ended_curve(data: pd.DataFrame, *, words: Words, measure: str, window: int, median: float | None = None) -> Chart:
    """Draw the share that has ended by day with its band, the limit as an upright line, the median as a diamond.

    `data`, one row a day from 0; shares; low and high may be empty:

        day | ended | low    | high   | at_risk
        int | float | float? | float? | int

    `window` is the limit in days, `median` the day by which half has ended.
    """
    headers = {
        "day": words("objections.day"),
        "ended": measure,
        "low": words("charts.table_low"),
        "high": words("charts.table_high"),
        "at_risk": words("objections.at_risk"),
    }
    table = twin(data, headers)
    data = data.dropna(subset=["ended"])
    if data.empty:
        return no_data(words, measure=measure, table=table)
    at_limit = data.loc[data["day"] == window, "ended"]
    limit = words("objections.limit", days=words.number(window))
    notes = [words("objections.curve_key", limit=limit)]
    if len(at_limit):
        notes.append(words("objections.curve_within", share=words.percent(at_limit.iloc[0]), limit=limit))
    if median is not None:
        notes.append(words("objections.curve_median", days=words.number(median)))
    top = note_height(notes) + 8
    axis = value_axis([0.0, 1.0], words=words, unit="percent")
    figure = theme.blank(
        words.language, height=PLOT_HEIGHT + top + BOTTOM, left=tick_room(axis), right=18, top=top, bottom=BOTTOM
    )
    figure.update_yaxes(**axis)
    last = float(data["day"].max())
    across = value_axis([last, float(window)], words=words, unit="number", most=4)
    figure.update_xaxes(
        tickvals=across["tickvals"], ticktext=across["ticktext"], range=[0, max(last, window)],
        title={"text": words("objections.day"), "standoff": 4},
    )  # fmt: skip
    band = data.dropna(subset=["low", "high"])
    for column, fill in (("low", None), ("high", "tonexty")):
        figure.add_scatter(
            x=band["day"], y=band[column], name=column, mode="lines", line={"width": 0, "shape": "hv"}, fill=fill,
            fillcolor=theme.CHOSEN, hoverinfo="skip",
        )  # fmt: skip
    figure.add_scatter(
        x=data["day"],
        y=data["ended"],
        name="ended",
        mode="lines",
        line={"color": theme.SERIES[0], "width": 2.5, "shape": "hv"},
        hovertext=[
            words("objections.curve_hover", day=words.number(row.day), share=words.percent(row.ended))
            for row in rows_of(data)
        ],
        hoverinfo="text",
    )
    figure.add_vline(x=window, line={"color": theme.TEXT, "width": 1, "dash": "dash"})
    if median is not None:
        figure.add_scatter(
            x=[median],
            y=[0.5],
            name="median",
            mode="markers",
            marker={"symbol": "diamond", "size": 10, "color": theme.SERIES[2]},
            hovertext=[words("objections.curve_median", days=words.number(median))],
            hoverinfo="text",
        )
    add_note(figure, notes)
    return Chart(figure, " ".join([words("objections.alt_curve", measure=measure), *notes[1:]]), table)
