"""Groups of families beside each other, and how far each lies from all others."""

from typing import Final, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.axes import value_axis
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.districts import DIRECTIONS, marker
from dashboard.charts.marks import add_note, note_height, row_label, shorten
from dashboard.words import Unit, Words, is_missing

HEADING: Final = 26
"""Height of the line that names what groups are told apart by, px."""
PITCH: Final = 58
FEW_PITCH: Final = 44
"""Height of a row without an estimate: two lines of words, px."""
LABEL: Final = 18
MARK: Final = 27
SECOND: Final = 34
FEW_SECOND: Final = 18
"""Where in a row its words end, its mark stands and its second line begins, px."""
BOTTOM: Final = 28
Against = Literal["others", "reference"]
"""What gaps are measured to: all others, or one group of each heading."""
NAME_LENGTH: Final = 24
BASIS_LENGTH: Final = 50


def gaps(
    data: pd.DataFrame, *, words: Words, measure: str, unit: Unit = "percent", against: Against = "others"
) -> Chart:
    """Draw one dot with its interval per group; coloured and shaped only where the gap's interval leaves 0 out.

    `data`, groups of one `heading` together; `basis` says in words what stands behind a row; a row without a value has
    too few checks: `basis` says so, and no rate is drawn:

        heading | name | value  | low    | high   | gap    | gap_low | gap_high | basis
        str     | str  | float? | float? | float? | float? | float?  | float?   | str

    Where gaps are measured `against` a reference, its row has none and a column `reference` (bool) marks it.
    """
    sides = np.select([data["gap_low"] > 0, data["gap_high"] < 0], ["up", "down"], "none")
    rows = data.assign(signal=np.where(data["value"].isna(), "few", sides)).reset_index(drop=True)
    table = twin(
        rows.assign(signal=[words(f"charts.gap_{signal}") for signal in rows["signal"]]),
        {
            "heading": words("charts.table_grouped_by"),
            "name": words("charts.table_group"),
            "value": measure,
            **{name: words(f"charts.table_{name}") for name in ("low", "high")},
            "gap": words(f"charts.table_gap_{against}"),
            **{name: words(f"charts.table_{name}") for name in ("gap_low", "gap_high")},
            "signal": words("charts.table_signal"),
            "basis": words("charts.table_basis"),
        },
    )
    if rows["value"].isna().all():
        return no_data(words, measure=measure, table=table)

    places, headings, height = _places(rows)
    rows = rows.assign(place=places)
    notes = [words(f"charts.gaps_key_{against}")]
    top = note_height(notes) + 4
    figure = theme.blank(words.language, height=height + top + BOTTOM, left=14, right=22, top=top, bottom=BOTTOM)
    spans = rows[["value", "low", "high"]].to_numpy(dtype=float).ravel()
    figure.update_xaxes(**value_axis(spans, words=words, unit=unit), showgrid=True, gridcolor=theme.GRID)
    # The axis counts pixels, so that lines of words keep their distance whatever the rows hold.
    figure.update_yaxes(visible=False, range=[height, 0])
    for heading, place in headings:
        _write(figure, f"<b>{shorten(heading, NAME_LENGTH * 2)}</b>", place, size=theme.SIZE, colour=theme.TEXT)
    for row in rows_of(rows):
        drawn = not is_missing(row.value)
        said = row_label(
            shorten(row.name, NAME_LENGTH),
            words.value(row.value, unit=unit),
            words.interval(row.low, row.high, unit=unit) if drawn else "",
        )
        _write(figure, said, row.place + LABEL, size=theme.SIZE, colour=theme.TEXT, box=theme.BACKGROUND)
        second = gap_words(row, words=words) if drawn else shorten(row.basis, BASIS_LENGTH)
        place = row.place + (SECOND if drawn else FEW_SECOND)
        _write(figure, second, place, size=theme.TINY, colour=theme.QUIET_TEXT, under=True)
    _add_groups(figure, rows.dropna(subset=["value"]), words=words, unit=unit)
    add_note(figure, notes)
    parts = [_spoken(row, words=words, unit=unit) for row in rows_of(rows)]
    return Chart(figure, words(f"charts.alt_gaps_{against}", measure=measure, parts="; ".join(parts)), table)


def gap_words(row: "pd.Series[float]", *, words: Words) -> str:
    """Return a gap with its interval in percentage points, or that it cannot be given."""
    if getattr(row, "reference", False):
        return words("charts.gap_reference")
    if is_missing(row.gap):
        return words("charts.gap_unknown")
    low, high = (words.number(end * 100, decimals=1) for end in (row.gap_low, row.gap_high))
    return words("charts.gap", gap=words.points(row.gap, signed=True), low=low, high=high)


def _places(rows: pd.DataFrame) -> tuple[list[int], list[tuple[str, int]], int]:
    """Return the top of each row, each heading with its baseline, and the height of all, px."""
    places, headings, at, last = [], [], 0, None
    for row in rows_of(rows):
        if row.heading != last:
            at += HEADING
            headings.append((row.heading, at))
            last = row.heading
        places.append(at)
        at += FEW_PITCH if is_missing(row.value) else PITCH
    return places, headings, at


def _write(
    figure: go.Figure, text: str, place: float, *, size: int, colour: str, box: str | None = None, under: bool = False
) -> None:
    figure.add_annotation(
        text=text,
        x=0,
        xref="paper",
        xanchor="left",
        y=place,
        yanchor="top" if under else "bottom",
        align="left",
        bgcolor=box,
        borderpad=0,
        font={"size": size, "color": colour},
    )


def _add_groups(figure: go.Figure, rows: pd.DataFrame, *, words: Words, unit: Unit) -> None:
    for direction in DIRECTIONS:
        part = rows.loc[rows["signal"] == direction]
        look = marker(direction)
        figure.add_scatter(
            x=part["value"],
            y=part["place"] + MARK,
            name=direction,
            mode="markers",
            marker=look,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": part["high"] - part["value"],
                "arrayminus": part["value"] - part["low"],
                "color": look["color"],
                "thickness": 2.5,
                "width": 0,
            },
            hovertext=[
                f"<b>{shorten(row.name, 40)}</b> {words.value(row.value, unit=unit)}<br>{row.basis}"
                for row in rows_of(part)
            ],
            hoverinfo="text",
            cliponaxis=False,
        )


def _spoken(row: "pd.Series[float]", *, words: Words, unit: Unit) -> str:
    if is_missing(row.value):
        return f"{row.heading}, {row.name}: {row.basis}"
    value = f"{words.value(row.value, unit=unit)} ({words.interval(row.low, row.high, unit=unit)})"
    return f"{row.heading}, {row.name}: {value}, {gap_words(row, words=words)}"
