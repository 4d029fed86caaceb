"""Two dimensions crossed: one field a pair, its value written in it, its class by a few shades."""

from typing import Final

import numpy as np
import pandas as pd

from dashboard import theme
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.charts.marks import add_note, note_height, shorten, two_lines, width_of
from dashboard.words import Unit, Words, is_missing

FIELD: Final = 30
"""Height of a field, px."""
NAME_LENGTH: Final = 16
COLUMN_LENGTH: Final = 9
SLANTED_LENGTH: Final = 14
HEAD: Final = 40
SLANTED_HEAD: Final = 76
SLANTED_ROOM: Final = 48
"""What the last slanted name needs beyond its column, px."""
MOST_UPRIGHT: Final = 4
"""Columns up to which their names fit side by side on a phone."""
MOST_WRITTEN: Final = 6
"""Columns up to which a value fits into its field on a phone."""


def matrix(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    row_label: str,
    series_label: str,
    unit: Unit = "number",
    decimals: int | None = None,
) -> Chart:
    """Draw one field a row and series, in the order given; grey where there is no value.

    `data`:

        row | series | value
        str | str    | float?
    """
    table = twin(data, {"row": row_label, "series": series_label, "value": measure})
    if data.empty or data["value"].isna().all():
        return no_data(words, measure=measure, table=table)
    names, series = list(data["row"].unique()), list(data["series"].unique())
    wide = data.pivot(index="row", columns="series", values="value").reindex(index=names, columns=series)
    values = wide.to_numpy(dtype=float)
    edges = np.linspace(np.nanmin(values), np.nanmax(values), len(theme.MAP_CLASSES) + 1)
    classes = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(theme.MAP_CLASSES) - 1)
    said = [[words.value(value, unit=unit, decimals=decimals) for value in row] for row in values]
    note = words("charts.matrix_shades", low=words.value(edges[0], unit=unit, decimals=decimals),
                 high=words.value(edges[-1], unit=unit, decimals=decimals))  # fmt: skip
    slanted = len(series) > MOST_UPRIGHT
    head = SLANTED_HEAD if slanted else HEAD
    top = head + note_height([note])
    labels = [shorten(name, NAME_LENGTH) for name in names]
    figure = theme.blank(
        words.language, height=len(names) * FIELD + top + 8, top=top, bottom=8,
        right=SLANTED_ROOM if slanted else 8,
        left=12 + min(max(map(width_of, labels)), 116),
    )  # fmt: skip
    figure.add_heatmap(
        z=np.where(wide.isna(), -1, classes), x=list(range(len(series))), y=list(range(len(names))), zmin=-1,
        zmax=len(theme.MAP_CLASSES) - 1, colorscale=_scale(), showscale=False, xgap=2, ygap=2, hoverinfo="text",
        hovertext=[[f"{shorten(name, 60)} · {shorten(one, 60)}  <b>{text}</b>"
                    for one, text in zip(series, row, strict=True)] for name, row in zip(names, said, strict=True)],
    )  # fmt: skip
    figure.update_xaxes(
        side="top", tickvals=list(range(len(series))), tickangle=-50 if slanted else 0,
        ticktext=[shorten(one, SLANTED_LENGTH) if slanted else two_lines(one, COLUMN_LENGTH) for one in series],
        tickfont={"size": theme.TINY}, showline=False, ticks="",
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=labels, range=[len(names) - 0.5, -0.5], showgrid=False
    )
    if len(series) <= MOST_WRITTEN:
        for row, texts in enumerate(said):
            for column, text in enumerate(texts):
                shade = theme.TEXT if is_missing(wide.iat[row, column]) else theme.MAP_TEXT[classes[row, column]]
                figure.add_annotation(text=text, x=column, y=row, font={"size": theme.TINY, "color": shade})
    add_note(figure, [note], above=head - 8)
    parts = [words("charts.named", name=f"{name}, {one}", value=text)
             for name, row in zip(names, said, strict=True) for one, text in zip(series, row, strict=True)]  # fmt: skip
    return Chart(figure, words("charts.alt_bars", measure=measure, parts=words.listed(parts)), table)


def _scale() -> list[tuple[float, str]]:
    """Return one flat colour a class, grey for none."""
    colours = (theme.NO_DATA, *theme.MAP_CLASSES)
    return [(at / len(colours), colour) for place, colour in enumerate(colours) for at in (place, place + 1)]
