"""Districts' estimates with their intervals, sorted: no league table."""

from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.axes import value_axis
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.districts import DIRECTIONS, marker, named_list
from dashboard.charts.marks import add_note, note_height, shorten, width_of
from dashboard.words import Unit, Words

PITCH: Final = 22
DENSE_PITCH: Final = 13
DENSE_SIZE: Final = 10
MOST_WIDE: Final = 60
"""More rows than this, such as villages, stand closer together."""
BOTTOM: Final = 32
NAME_LENGTH: Final = 16
REFERENCE_HEIGHT: Final = 16


def caterpillar(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    reference: float,
    reference_label: str,
    unit: Unit = "percent",
    decimals: int | None = None,
    selected: str | None = None,
    few_key: str = "charts.few_not_drawn",
) -> Chart:
    """Draw estimates from low to high; only those whose interval excludes `reference` are coloured and shaped.

    `data`, one row per district; a row without a value has too few checks: listed in the table, not drawn. `rank`, in
    words, says which places the district may hold; the column may be absent. `few_key` is the text that counts those
    not drawn:

        code | name | value  | low    | high   | rank
        str  | str  | float? | float? | float? | str
    """
    verdicts = np.select([data["low"] > reference, data["high"] < reference], ["up", "down"], "none")
    rows = data.assign(signal=np.where(data["value"].isna(), "few", verdicts)).sort_values("value", kind="stable")
    table = twin(
        rows.assign(signal=[words(f"charts.caterpillar_{signal}") for signal in rows["signal"]]),
        {
            "code": words("charts.table_code"),
            "name": words("charts.table_district"),
            "value": measure,
            "low": words("charts.table_low"),
            "high": words("charts.table_high"),
            "signal": words("charts.table_signal"),
            "rank": words("charts.table_rank"),
        },
    )
    few = int(rows["value"].isna().sum())
    rows = rows.dropna(subset=["value"]).reset_index(drop=True)
    if rows.empty:
        return no_data(words, measure=measure, table=table)

    notes = [
        words("charts.caterpillar_key"),
        words(few_key, count=words.number(few)) if few else "",
    ]
    top = note_height(notes) + REFERENCE_HEIGHT + 4
    dense = len(rows) > MOST_WIDE
    names = [shorten(name, NAME_LENGTH) for name in rows["name"]]
    figure = theme.blank(
        words.language,
        height=len(rows) * (DENSE_PITCH if dense else PITCH) + top + BOTTOM,
        left=14 + max(width_of(name) for name in names),
        right=16,
        top=top,
        bottom=BOTTOM,
    )
    spans = rows[["value", "low", "high"]].to_numpy(dtype=float).ravel()
    figure.update_xaxes(**value_axis([*spans, reference], words=words, unit=unit, from_zero=False), showgrid=True)
    figure.update_xaxes(gridcolor=theme.GRID, ticks="")
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[
            f"<b>{name}</b>" if code == selected else name for code, name in zip(rows["code"], names, strict=True)
        ],
        tickfont={"color": theme.TEXT, "size": DENSE_SIZE if dense else theme.SMALL},
        range=[-0.7, len(rows) - 0.3],
        showgrid=False,
    )
    _add_districts(figure, rows, words=words, unit=unit, decimals=decimals, selected=selected)
    spoken = words.value(reference, unit=unit, decimals=decimals)
    figure.add_vline(x=reference, line={"color": theme.TEXT, "width": 1})
    figure.add_annotation(
        text=f"{shorten(reference_label, NAME_LENGTH)} <b>{spoken}</b>",
        x=reference,
        y=1,
        yref="paper",
        yanchor="bottom",
        font={"size": theme.TINY},
    )
    add_note(figure, notes, above=REFERENCE_HEIGHT)
    above, below = (list(rows.loc[rows["signal"] == side, "name"]) for side in ("up", "down"))
    alt = words(
        "charts.alt_caterpillar",
        measure=measure,
        count=words.number(len(rows)),
        reference=f"{reference_label} {spoken}",
        above=named_list(above, words=words),
        below=named_list(below, words=words),
    )
    return Chart(figure, " ".join([alt, *notes[1:]]).strip(), table)


def _add_districts(
    figure: go.Figure, rows: pd.DataFrame, *, words: Words, unit: Unit, decimals: int | None, selected: str | None
) -> None:
    for place in rows.index[rows["code"] == selected]:
        figure.add_hrect(
            y0=place - 0.5, y1=place + 0.5, layer="below", line={"width": 0}, fillcolor=theme.CHOSEN, name="selected"
        )
    for direction in DIRECTIONS:
        part = rows.loc[rows["signal"] == direction]
        look = marker(direction)
        figure.add_scatter(
            x=part["value"],
            y=part.index,
            name=direction,
            mode="markers",
            marker=look,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": part["high"] - part["value"],
                "arrayminus": part["value"] - part["low"],
                "color": look["color"],
                "thickness": 2,
                "width": 0,
            },
            customdata=part["code"],
            hovertext=[
                f"<b>{shorten(row.name, 40)}</b><br>{words.value(row.value, unit=unit, decimals=decimals)}"
                f" ({words.interval(row.low, row.high, unit=unit, decimals=decimals)})"
                f"{f'<br>{row.rank}' if 'rank' in part and row.rank else ''}"
                for row in rows_of(part)
            ],
            hoverinfo="text",
        )
