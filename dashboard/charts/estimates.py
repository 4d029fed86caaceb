"""A few estimates with intervals, beside what was declared and what arithmetic allows at best."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.axes import value_axis
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.marks import add_note, add_row_labels, add_second_lines, note_height, row_label, shorten
from dashboard.words import Unit, Words, is_missing

PITCH: Final = 46
DEEP_PITCH: Final = 66
"""Height of a row with a second line of words, px."""
BOTTOM: Final = 28
MARK: Final = 0.22
"""Where the mark stands below its line of words, as a part of the row."""
BELOW: Final = 0.33
"""Where a second line begins, as a part of the row."""
NAME_LENGTH: Final = 26
DOT: Final = 10
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
TARGET_HEIGHT: Final = 16


def estimates(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    category_label: str,
    unit: Unit = "percent",
    decimals: int | None = None,
    target: float | None = None,
    notes: Sequence[str] = (),
    selected: str | None = None,
) -> Chart:
    """Draw one dot with its interval per row; declared figures hollow, the floor as an upright stroke.

    `data`; `declared` is what the programme itself reports, `floor` the least error its size allows, `basis` what
    stands behind the estimate, a second line of small words; these columns may be absent, as may `low` and `high`, and
    a row without a value says "–". `notes` stand above the figure; the name `selected` is bold:

        name | value  | low    | high   | declared | floor  | basis
        str  | float? | float? | float? | float?   | float? | str
    """
    rows = data.assign(
        **{column: float("nan") for column in ("low", "high", "declared", "floor") if column not in data}
    )
    headers = {column: words(f"charts.table_{column}") for column in ("low", "high", "declared", "floor", "basis")}
    table = twin(data, {"name": category_label, "value": measure, **headers})
    rows = rows.reset_index(drop=True)
    if rows.empty or ("basis" not in rows and rows[["value", "declared"]].isna().all(axis=None)):
        return no_data(words, measure=measure, table=table)

    spoken = [
        row_label(
            f"<b>{shorten(row.name, NAME_LENGTH)}</b>" if row.name == selected else shorten(row.name, NAME_LENGTH),
            words.value(row.value, unit=unit, decimals=decimals),
            "" if is_missing(row.low) else words.interval(row.low, row.high, unit=unit, decimals=decimals),
        )
        for row in rows_of(rows)
    ]
    keys = ["estimate", *(column for column in ("declared", "floor") if rows[column].notna().any())]
    notes = ["  ".join(words(f"charts.key_{key}").replace(" ", NO_BREAK) for key in keys), *notes]
    pitch = DEEP_PITCH if "basis" in rows else PITCH
    top = note_height(notes) + (TARGET_HEIGHT if target is not None else 0) + 6
    figure = theme.blank(
        words.language, height=len(rows) * pitch + top + BOTTOM, left=14, right=22, top=top, bottom=BOTTOM
    )
    reach = rows[["value", "low", "high", "declared", "floor"]].to_numpy(dtype=float).ravel()
    figure.update_xaxes(**value_axis([*reach, target], words=words, unit=unit), showgrid=True, gridcolor=theme.GRID)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.4, -0.5])
    _add_marks(figure, rows, words=words, unit=unit, decimals=decimals, spoken=spoken)
    add_row_labels(figure, spoken)
    if "basis" in rows:
        add_second_lines(figure, list(rows["basis"]), below=BELOW)
    if target is not None:
        figure.add_vline(x=target, line={"color": theme.SERIES[2], "width": 1.5, "dash": "dot"})
        figure.add_annotation(
            text=f"{words('charts.target')} <b>{words.value(target, unit=unit, decimals=decimals)}</b>",
            x=target,
            y=1,
            yref="paper",
            yanchor="bottom",
            font={"size": theme.TINY},
        )
    add_note(figure, notes, above=TARGET_HEIGHT if target is not None else 0)
    alt = _alt(rows, words=words, measure=measure, unit=unit, decimals=decimals, target=target)
    return Chart(figure, " ".join([alt, *notes[1:]]), table)


def _add_marks(
    figure: go.Figure, rows: pd.DataFrame, *, words: Words, unit: Unit, decimals: int | None, spoken: list[str]
) -> None:
    places = rows.index + MARK
    figure.add_scatter(
        x=rows["value"],
        y=places,
        name="estimate",
        mode="markers",
        marker={"size": DOT, "color": theme.SERIES[0]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": rows["high"] - rows["value"],
            "arrayminus": rows["value"] - rows["low"],
            "color": theme.SERIES[0],
            "thickness": 2.5,
            "width": 0,
        },
        hovertext=spoken,
        hoverinfo="text",
        cliponaxis=False,
    )
    looks = {
        "declared": {"symbol": "diamond-open", "size": DOT, "color": theme.TEXT, "line": {"width": 1.5}},
        "floor": {"symbol": "line-ns", "size": DOT, "line": {"width": 3, "color": theme.SIGNALS["none"]}},
    }
    for column, look in looks.items():
        if rows[column].notna().any():
            figure.add_scatter(
                x=rows[column],
                y=places,
                name=column,
                mode="markers",
                marker=look,
                hovertext=[
                    f"{words(f'charts.table_{column}')} <b>{words.value(value, unit=unit, decimals=decimals)}</b>"
                    for value in rows[column]
                ],
                hoverinfo="text",
                cliponaxis=False,
            )


def _alt(
    rows: pd.DataFrame, *, words: Words, measure: str, unit: Unit, decimals: int | None, target: float | None
) -> str:
    def say(value: float | None) -> str:
        return words.value(value, unit=unit, decimals=decimals)

    parts = []
    for row in rows_of(rows):
        interval = words.interval(row.low, row.high, unit=unit, decimals=decimals)
        extras = [] if is_missing(row.low) else [words("charts.alt_interval", interval=interval)]
        extras += [words("charts.alt_declared", value=say(row.declared))] if not is_missing(row.declared) else []
        extras += [words("charts.alt_floor", value=say(row.floor))] if not is_missing(row.floor) else []
        extras += [row.basis] if "basis" in rows and row.basis else []
        said = words("charts.named", name=row.name, value=say(row.value))
        parts.append(f"{said} ({', '.join(extras)})" if extras else said)
    alt = words("charts.alt_estimates", measure=measure, parts="; ".join(parts))
    return alt if target is None else f"{alt} {words('charts.alt_target', value=say(target))}"
