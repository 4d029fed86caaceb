"""A share of two lists beside each other: before, after, and the change between them."""

from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.axes import value_axis
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.districts import DIRECTIONS, marker, named_list
from dashboard.charts.marks import add_note, note_height, shorten
from dashboard.words import Words, is_missing

PITCH: Final = 74
LABEL: Final = 18
BEFORE: Final = 26
AFTER: Final = 35
SECOND: Final = 43
"""Where in a row its words end, its two marks stand and its second line begins, px."""
BOTTOM: Final = 28
NAME_LENGTH: Final = 28
BARS: Final = {"before": 1.5, "after": 2.5}
"""Thickness of the intervals, px."""


def changes(data: pd.DataFrame, *, words: Words, measure: str, category_label: str) -> Chart:
    """Draw two dots with their intervals per row, hollow before and filled after; the change in words below.

    The filled dot is coloured and shaped only where the interval of the change leaves 0 out. `data`; a row that lacks
    a share or the change has too few checks: it is named, not drawn, and the table has what is known of it:

        name | before | before_low | before_high | after | after_low | after_high | change | change_low | change_high
        str  | float? | float?     | float?      | ...

    and `n`, the checks under the share after (int).
    """
    columns = [f"{side}{end}" for side in ("before", "after", "change") for end in ("", "_low", "_high")]
    table = twin(
        data,
        {"name": category_label}
        | {name: words(f"charts.changes_{name}") for name in columns}
        | {"n": words("charts.changes_n")},
    )
    drawn = data.dropna(subset=["before", "after", "change"]).reset_index(drop=True)
    if drawn.empty:
        return no_data(words, measure=measure, table=table)
    rows = drawn.assign(
        signal=np.select([drawn["change_low"] > 0, drawn["change_high"] < 0], ["up", "down"], "none"),
        place=[place * PITCH for place in range(len(drawn))],
    )
    few = [row.name for row in rows_of(data) if row.name not in set(rows["name"])]
    notes = [words("charts.changes_key")]
    if few:
        notes.append(
            words("charts.changes_few", names=named_list([shorten(name, NAME_LENGTH) for name in few], words=words))
        )
    top = note_height(notes) + 4
    height = len(rows) * PITCH
    figure = theme.blank(words.language, height=height + top + BOTTOM, left=14, right=22, top=top, bottom=BOTTOM)
    reach = rows[columns[:6]].to_numpy(dtype=float).ravel()
    figure.update_xaxes(**value_axis(reach, words=words, unit="percent"), showgrid=True, gridcolor=theme.GRID)
    # The axis counts pixels, so that lines of words keep their distance however many rows there are.
    figure.update_yaxes(visible=False, range=[height, 0])
    _add_words(figure, rows, words=words)
    _add_dots(
        figure,
        rows,
        "before",
        rows["place"] + BEFORE,
        {"symbol": "circle-open", "size": 9, "color": theme.QUIET_TEXT},
        words=words,
    )
    for direction in DIRECTIONS:
        part = rows[rows["signal"] == direction]
        _add_dots(figure, part, "after", part["place"] + AFTER, marker(direction), words=words, name=direction)
    add_note(figure, notes)
    parts = [f"{row.name}: {_sides(row, words=words)}, {change_words(row, words=words)}" for row in rows_of(rows)]
    alt = words("charts.alt_changes", measure=measure, parts="; ".join(parts))
    return Chart(figure, " ".join([alt, *notes[1:]]), table)


def change_words(row: "pd.Series[float]", *, words: Words) -> str:
    """Return a change with its interval in percentage points, or that the checks are too few to tell."""
    if is_missing(row.change):
        return words("charts.changes_unknown")
    low, high = (words.number(end * 100, decimals=1) for end in (row.change_low, row.change_high))
    return words("charts.change", change=words.points(row.change, signed=True), low=low, high=high)


def _sides(row: "pd.Series[float]", *, words: Words) -> str:
    return f"{words.percent(row.before)} → {words.percent(row.after)}"


def _add_words(figure: go.Figure, rows: pd.DataFrame, *, words: Words) -> None:
    for row in rows_of(rows):
        above = f"{shorten(row.name, NAME_LENGTH)}  {words.percent(row.before)} → <b>{words.percent(row.after)}</b>"
        quiet = {"size": theme.TINY, "color": theme.QUIET_TEXT}
        for text, y, anchor, font in (
            (above, row.place + LABEL, "bottom", {"size": theme.SIZE}),
            (change_words(row, words=words), row.place + SECOND, "top", quiet),
        ):
            figure.add_annotation(
                text=text, x=0, xref="paper", xanchor="left", y=y, yanchor=anchor, align="left",
                bgcolor=theme.BACKGROUND, borderpad=0, font=font,
            )  # fmt: skip


def _add_dots(
    figure: go.Figure,
    rows: pd.DataFrame,
    side: str,
    places: "pd.Series[float]",
    look: dict[str, object],
    *,
    words: Words,
    name: str = "",
) -> None:
    figure.add_scatter(
        x=rows[side],
        y=places,
        name=name or side,
        mode="markers",
        marker=look,
        error_x={
            "type": "data",
            "symmetric": False,
            "array": rows[f"{side}_high"] - rows[side],
            "arrayminus": rows[side] - rows[f"{side}_low"],
            "color": look["color"],
            "thickness": BARS[side],
            "width": 0,
        },
        hovertext=[
            words(
                f"charts.changes_hover_{side}",
                name=shorten(row.name, NAME_LENGTH),
                value=words.percent(getattr(row, side)),
                interval=words.interval(getattr(row, f"{side}_low"), getattr(row, f"{side}_high")),
            )
            for row in rows_of(rows)
        ],
        hoverinfo="text",
        cliponaxis=False,
    )
