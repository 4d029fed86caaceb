"""Who benefits along the income ladder: coverage by decile and the concentration curve."""

from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import tick_room, value_axis
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.words import Unit, Words

PLOT_HEIGHT: Final = 220
BOTTOM: Final = 44
TOP: Final = 26
PALE: Final = theme.MAP_CLASSES[1]
EDGES: Final = (0.4, 10.6)


def incidence(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    unit: Unit = "percent",
    decimals: int | None = None,
    entitled: int | None = None,
) -> Chart:
    """Draw one bar with a whisker per decile, the poorest on the left.

    `data`; deciles up to `entitled` are the programme's own and are drawn darker, with a line after the last:

        decile | value  | low    | high
        1..10  | float? | float? | float?
    """
    table = twin(
        data,
        {
            "decile": words("charts.table_decile"),
            "value": measure,
            "low": words("charts.table_low"),
            "high": words("charts.table_high"),
        },
    )
    rows = data.dropna(subset=["value"]).sort_values("decile").reset_index(drop=True)
    if rows.empty:
        return no_data(words, measure=measure, table=table)

    axis = value_axis(rows[["value", "low", "high"]].to_numpy(dtype=float).ravel(), words=words, unit=unit)
    figure = theme.blank(
        words.language,
        height=PLOT_HEIGHT + TOP + BOTTOM,
        left=tick_room(axis),
        top=TOP if entitled is not None else 8,
        bottom=BOTTOM,
    )
    figure.update_yaxes(**axis)
    deciles = list(range(1, 11))
    figure.update_xaxes(
        tickvals=deciles,
        ticktext=[str(decile) for decile in deciles],
        tickangle=0,
        range=list(EDGES),
        ticks="",
        title={"text": words("charts.table_decile"), "standoff": 0},
    )
    for key, end, anchor in (("poorest", EDGES[0], "left"), ("richest", EDGES[1], "right")):
        figure.add_annotation(
            text=words(f"charts.{key}"),
            x=end,
            xanchor=anchor,
            y=0,
            yref="paper",
            yanchor="top",
            yshift=-18,
            font={"size": theme.SMALL, "color": theme.QUIET_TEXT},
        )
    figure.update_layout(bargap=0.25)
    values = [words.value(value, unit=unit, decimals=decimals) for value in rows["value"]]
    figure.add_bar(
        x=rows["decile"],
        y=rows["value"],
        name="value",
        marker={"color": [_colour(decile, entitled=entitled) for decile in rows["decile"]]},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": rows["high"] - rows["value"],
            "arrayminus": rows["value"] - rows["low"],
            "color": theme.TEXT,
            "thickness": 1.2,
            "width": 3,
        },
        hovertext=[
            f"{words('charts.table_decile')} {row.decile}<br><b>{value}</b>"
            f" ({words.interval(row.low, row.high, unit=unit, decimals=decimals)})"
            for row, value in zip(rows_of(rows), values, strict=True)
        ],
        hoverinfo="text",
        textposition="none",
    )
    if entitled is not None:
        figure.add_vline(x=entitled + 0.5, line={"color": theme.QUIET_TEXT, "width": 1, "dash": "dash"})
        figure.add_annotation(
            text=words("charts.entitled", last=entitled),
            x=EDGES[0],
            xanchor="left",
            y=1,
            yref="paper",
            yanchor="bottom",
            font={"size": theme.SMALL},
        )
    parts = [
        words("charts.named", name=f"{words('charts.decile')} {decile}", value=value)
        for decile, value in zip(rows["decile"], values, strict=True)
    ]
    return Chart(figure, words("charts.alt_incidence", measure=measure, parts=words.listed(parts)), table)


def _colour(decile: int, *, entitled: int | None) -> str:
    return theme.SERIES[0] if entitled is None or decile <= entitled else PALE
