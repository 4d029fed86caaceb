"""How narrow an interval gets with more visits: what they buy, where the checks stand, and what a target takes."""

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.axes import tick_room, value_axis
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.marks import add_note, add_right_labels, label_room, line, note_height, two_lines
from dashboard.words import Words, is_missing

PLOT_HEIGHT: Final = 280
BOTTOM: Final = 44
NAME_LENGTH: Final = 12
WIDEST: Final = 0.25
"""A half-width above this says next to nothing and is not drawn."""
LOOKS: Final = (
    {"color": theme.SERIES[0], "width": 2.5},
    {"color": theme.SERIES[1], "width": 2.5, "dash": "dash"},
    {"color": theme.SERIES[2], "width": 2, "dash": "dot"},
)


def precision_curve(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    target: float,
    now: tuple[float, float] | None = None,
    goal: float | None = None,
) -> Chart:
    """Draw half-widths by number of visits, one line a series, named at its end.

    `data`, at most three series in the order of their first row; a number of visits that allows no rate has no value:

        visits | series | value
        float  | str    | float?

    `target` is the half-width aimed at, `now` the visits and half-width of today's checks, `goal` the visits that the
    target takes; half-widths are shares, .03 = ± 3 percentage points.
    """
    table = twin(
        data,
        {"series": words("charts.table_series"), "visits": words("charts.table_visits"), "value": measure},
    )
    rows = data.dropna(subset=["value"])
    rows = rows[rows["value"] <= WIDEST]
    if rows.empty:
        return no_data(words, measure=measure, table=table)
    names = list(dict.fromkeys(data["series"]))
    points = rows.assign(points=rows["value"] * 100)
    notes = [words("charts.curve_key", target=words.points(target))]
    if now is not None:
        notes.append(words("charts.curve_now", visits=words.number(now[0]), width=words.points(now[1])))
    top = note_height(notes) + 8
    axis = value_axis([*points["points"], target * 100], words=words, unit="number")
    ends = points.groupby("series")["points"].last()
    labels = {two_lines(name, NAME_LENGTH): float(ends[name]) for name in names if name in ends}
    figure = theme.blank(
        words.language,
        height=PLOT_HEIGHT + top + BOTTOM,
        left=tick_room(axis),
        right=label_room(labels),
        top=top,
        bottom=BOTTOM,
    )
    figure.update_yaxes(**axis)
    across = value_axis([float(data["visits"].max())], words=words, unit="number", most=4)
    figure.update_xaxes(
        tickvals=across["tickvals"],
        ticktext=across["ticktext"],
        range=[0, float(data["visits"].max())],
        title={"text": words("charts.table_visits"), "standoff": 4},
    )
    for name, look in zip(names, LOOKS, strict=False):
        _add_line(figure, points[points["series"] == name], name, look, words=words)
    figure.add_hline(y=target * 100, **line(dash="dot"))
    _add_points(figure, now=now, goal=goal, target=target, words=words)
    add_right_labels(figure, labels, span=(axis["range"][0], axis["range"][1]), plot_height=PLOT_HEIGHT)
    add_note(figure, notes)
    return Chart(figure, _alt(points, names, notes, words=words, measure=measure, goal=goal), table)


def _add_line(figure: go.Figure, rows: pd.DataFrame, name: str, look: dict[str, object], *, words: Words) -> None:
    figure.add_scatter(
        x=rows["visits"],
        y=rows["points"],
        name=name,
        mode="lines",
        line=look,
        hovertext=[
            words("charts.curve_hover", visits=words.number(row.visits), width=words.points(row.value))
            for row in rows_of(rows)
        ],
        hoverinfo="text",
    )


def _add_points(
    figure: go.Figure, *, now: tuple[float, float] | None, goal: float | None, target: float, words: Words
) -> None:
    spots = {"now": (now, "circle"), "goal": (None if goal is None else (goal, target), "diamond-open")}
    for name, (spot, symbol) in spots.items():
        if spot is None or is_missing(spot[1]):
            continue
        figure.add_scatter(
            x=[spot[0]],
            y=[spot[1] * 100],
            name=name,
            mode="markers",
            marker={"symbol": symbol, "size": 11, "color": theme.TEXT, "line": {"width": 2}},
            hovertext=[words("charts.curve_hover", visits=words.number(spot[0]), width=words.points(spot[1]))],
            hoverinfo="text",
            cliponaxis=False,
        )


def _alt(
    points: pd.DataFrame, names: list[str], notes: list[str], *, words: Words, measure: str, goal: float | None
) -> str:
    parts = []
    for name in names:
        own = points[points["series"] == name]
        if len(own):
            last = own.iloc[-1]
            width, visits = words.points(last["value"]), words.number(last["visits"])
            parts.append(f"{name}: {words('charts.curve_hover', visits=visits, width=width)}")
    needed = "" if goal is None else words("charts.alt_curve_goal", visits=words.number(goal))
    said = words("charts.alt_curve", measure=measure, parts="; ".join(parts))
    return " ".join(part for part in (said, *notes[1:], needed) if part)
