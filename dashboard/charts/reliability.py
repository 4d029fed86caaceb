"""Predicted beside observed: on the diagonal a probability is what it says."""

from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import nice_ticks, tick_room, value_ticks
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.marks import add_note, note_height
from dashboard.words import Words

PLOT_HEIGHT: Final = 280
BOTTOM: Final = 44
DOT: Final = 9
MARGIN: Final = 0.03
"""Room beyond the outermost dot, as a part of the axis."""


def reliability(data: pd.DataFrame, *, words: Words, measure: str) -> Chart:
    """Draw one dot a group of families of like score, and the diagonal on which prediction and checks agree.

    `data`, in order of the score:

        predicted | observed | n
        float?    | float?   | float
    """
    table = twin(
        data,
        {
            "predicted": words("charts.reliability_predicted"),
            "observed": measure,
            "n": words("charts.reliability_n"),
        },
    )
    rows = data.dropna(subset=["predicted", "observed"])
    if rows.empty:
        return no_data(words, measure=measure, table=table)
    ticks = nice_ticks(0.0, float(rows[["predicted", "observed"]].to_numpy().max()))
    ends = [-MARGIN * ticks[-1], ticks[-1] * (1 + MARGIN)]
    axis = {"range": ends, "tickvals": ticks, "ticktext": value_ticks(ticks, words=words, unit="percent")}
    notes = [words("charts.reliability_key")]
    top = note_height(notes) + 8
    figure = theme.blank(
        words.language,
        height=PLOT_HEIGHT + top + BOTTOM,
        left=tick_room(axis),
        right=22,
        top=top,
        bottom=BOTTOM,
    )
    figure.update_yaxes(**axis)
    figure.update_xaxes(**axis, title={"text": words("charts.reliability_predicted"), "standoff": 4})
    figure.add_scatter(
        x=[0, ticks[-1]],
        y=[0, ticks[-1]],
        name="agreement",
        mode="lines",
        line={"color": theme.QUIET_TEXT, "width": 1, "dash": "dash"},
        hoverinfo="skip",
    )
    said = [
        words(
            "charts.reliability_hover",
            predicted=words.percent(row.predicted),
            observed=words.percent(row.observed),
            n=words.number(row.n),
        )
        for row in rows_of(rows)
    ]
    figure.add_scatter(
        x=rows["predicted"],
        y=rows["observed"],
        name="observed",
        mode="lines+markers",
        line={"color": theme.SERIES[0], "width": 1.5},
        marker={"size": DOT, "color": theme.SERIES[0]},
        hovertext=said,
        hoverinfo="text",
        cliponaxis=False,
    )
    add_note(figure, notes)
    return Chart(figure, words("charts.alt_reliability", measure=measure, parts="; ".join(said)), table)
