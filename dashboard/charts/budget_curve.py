"""What more visits bring: fewer of them find what the score says, and more of all cases are found."""

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.axes import tick_room, value_axis
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.marks import add_note, add_right_labels, label_room, line, note_height, two_lines
from dashboard.words import Words, is_missing

PLOT_HEIGHT: Final = 260
BOTTOM: Final = 44
NAME_LENGTH: Final = 12
LOOKS: Final = {
    "precision": {"color": theme.SERIES[0], "width": 2.5},
    "found": {"color": theme.SERIES[2], "width": 2, "dash": "dash"},
}


def budget_curve(data: pd.DataFrame, *, words: Words, measure: str, visits: int, base: float) -> Chart:
    """Draw precision with its interval and the share found by number of visits, the chosen budget marked.

    `data`, shares; low and high may be empty:

        visits | precision | low    | high   | found
        int    | float     | float? | float? | float

    `visits` is the chosen budget, `base` the precision of visits drawn at random.
    """
    table = twin(
        data,
        {
            "visits": words("charts.table_visits"),
            "precision": measure,
            "low": words("charts.table_low"),
            "high": words("charts.table_high"),
            "found": words("suspicion.found"),
        },
    )
    rows = data.dropna(subset=["precision"])
    if rows.empty:
        return no_data(words, measure=measure, table=table)
    banded = not rows["low"].isna().any()
    notes = [words("suspicion.curve_key" if banded else "suspicion.curve_key_bare", base=words.percent(base))]
    top = note_height(notes) + 8
    axis = value_axis([0.0, 1.0], words=words, unit="percent")
    names = {name: words(f"suspicion.line_{name}") for name in LOOKS}
    ends = {two_lines(names[name], NAME_LENGTH): float(rows[name].iloc[-1]) for name in LOOKS}
    figure = theme.blank(
        words.language, height=PLOT_HEIGHT + top + BOTTOM, left=tick_room(axis), right=label_room(ends), top=top,
        bottom=BOTTOM,
    )  # fmt: skip
    figure.update_yaxes(**axis)
    last = float(rows["visits"].max())
    across = value_axis([last], words=words, unit="number", most=4)
    figure.update_xaxes(
        tickvals=across["tickvals"], ticktext=across["ticktext"], range=[0, last],
        title={"text": words("charts.table_visits"), "standoff": 4},
    )  # fmt: skip
    if banded:
        _add_band(figure, rows)
    for name, look in LOOKS.items():
        figure.add_scatter(
            x=rows["visits"],
            y=rows[name],
            name=name,
            mode="lines",
            line=look,
            hovertext=[
                f"{words.number(row.visits)} {words('charts.table_visits')}: {names[name]} "
                f"<b>{words.percent(getattr(row, name))}</b>"
                for row in rows_of(rows)
            ],
            hoverinfo="text",
        )
    figure.add_hline(y=base, **line(dash="dot"))
    _add_budget(figure, rows, visits)
    add_right_labels(figure, ends, span=(axis["range"][0], axis["range"][1]), plot_height=PLOT_HEIGHT)
    add_note(figure, notes)
    return Chart(figure, _alt(rows, words=words, measure=measure, visits=visits, base=base), table)


def _add_band(figure: go.Figure, rows: pd.DataFrame) -> None:
    for column, fill in (("low", None), ("high", "tonexty")):
        figure.add_scatter(
            x=rows["visits"], y=rows[column], name=column, mode="lines", line={"width": 0}, fill=fill,
            fillcolor=theme.CHOSEN, hoverinfo="skip",
        )  # fmt: skip


def _add_budget(figure: go.Figure, rows: pd.DataFrame, visits: int) -> None:
    """Mark the chosen budget by a line and a dot on each curve."""
    figure.add_vline(x=visits, line={"color": theme.TEXT, "width": 1})
    at = rows[rows["visits"] == visits]
    for name, look in LOOKS.items():
        figure.add_scatter(
            x=at["visits"], y=at[name], name=f"{name}_chosen", mode="markers",
            marker={"size": 9, "color": look["color"]}, hoverinfo="skip", cliponaxis=False,
        )  # fmt: skip


def _alt(rows: pd.DataFrame, *, words: Words, measure: str, visits: int, base: float) -> str:
    at = rows[rows["visits"] == visits]
    row = (at if len(at) else rows.tail(1)).iloc[0]
    interval = "" if is_missing(row["low"]) else f" ({words.interval(row['low'], row['high'])})"
    return words(
        "suspicion.alt_curve",
        measure=measure,
        visits=words.number(int(row["visits"])),
        precision=words.percent(row["precision"]) + interval,
        found=words.percent(row["found"]),
        last=words.number(int(rows["visits"].iloc[-1])),
        end=words.percent(rows["precision"].iloc[-1]),
        base=words.percent(base),
    )
