"""Districts against the spread that chance alone would give (funnel plot, Spiegelhalter 2005)."""

from typing import Final

import numpy as np
import pandas as pd

from dashboard import theme
from dashboard.charts.axes import tick_room, value_axis
from dashboard.charts.chart import Chart, no_data, rows_of, twin
from dashboard.charts.districts import named_list
from dashboard.charts.funnel_marks import CURVES, add_districts, add_limits
from dashboard.charts.marks import add_note, add_right_labels, note_height, shorten
from dashboard.theme import Direction
from dashboard.words import Unit, Words, is_missing

PLOT_HEIGHT: Final = 280
RIGHT: Final = 66
BOTTOM: Final = 44
HEADROOM: Final = 1.06
"""The x axis runs this much past the largest denominator."""


def funnel(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    limits: pd.DataFrame,
    centre: float,
    denominator_label: str,
    unit: Unit = "percent",
    decimals: int | None = None,
    overdispersion: float | None = None,
    selected: str | None = None,
) -> Chart:
    """Draw districts by denominator and value with the 95 and 99.8 % limits; those outside 99.8 % are named.

    `data`, one row per district; `signal` ("none", "up", "down") says who is outside the 99.8 % limits, and when the
    column is absent the limits at the district's denominator decide:

        code | name | value  | low    | high   | denominator | signal
        str  | str  | float? | float? | float? | int         | str

    `limits`, curves rising in `denominator`, all columns float:

        denominator | low95 | high95 | low998 | high998
    """
    rows = data if "signal" in data else data.assign(signal=_signals(data, limits=limits))
    table = _table(rows, words=words, measure=measure, denominator_label=denominator_label)
    rows = rows.dropna(subset=["value"]).reset_index(drop=True)
    if rows.empty:
        return no_data(words, measure=measure, table=table)

    def say(value: float | None) -> str:
        return words.value(value, unit=unit, decimals=decimals)

    notes = [words("charts.funnel_key")]
    if overdispersion is not None:
        notes.append(words("charts.overdispersion", factor=words.number(overdispersion, decimals=2)))
    top = note_height(notes) + 8
    reach = float(rows["denominator"].max()) * HEADROOM
    curves = limits.loc[limits["denominator"].between(float(rows["denominator"].min()), reach)]
    axis = value_axis(
        [*rows["value"], *curves[list(CURVES)].to_numpy().ravel(), centre], words=words, unit=unit, from_zero=False
    )
    figure = theme.blank(
        words.language, height=PLOT_HEIGHT + top + BOTTOM, left=tick_room(axis), right=RIGHT, top=top, bottom=BOTTOM
    )
    figure.update_yaxes(**axis)
    across = value_axis([reach], words=words, unit="number", most=6)
    figure.update_xaxes(
        tickvals=across["tickvals"],
        ticktext=across["ticktext"],
        range=[0, reach],
        title={"text": denominator_label, "standoff": 4},
    )
    add_limits(figure, limits.loc[limits["denominator"] <= reach], centre=centre)
    hover = [
        f"<b>{shorten(row.name, 40)}</b><br>{say(row.value)}<br>{denominator_label}: {words.number(row.denominator)}"
        for row in rows_of(rows)
    ]
    add_districts(figure, rows.assign(hover=hover), selected=selected, reach=reach, span=tuple(axis["range"]))
    labels = {f"{words('charts.line_reference')}<br><b>{say(centre)}</b>": centre}
    if not curves.empty:
        end = curves.iloc[-1]
        labels |= {words.percent(0.95, decimals=0): float(end["high95"]), words.percent(0.998): float(end["high998"])}
    add_right_labels(figure, labels, span=tuple(axis["range"]), plot_height=PLOT_HEIGHT, lines=1)
    add_note(figure, notes)
    return Chart(figure, _alt(rows, words=words, measure=measure, centre=say(centre)), table)


def _signals(data: pd.DataFrame, *, limits: pd.DataFrame) -> list[Direction]:
    if limits.empty:
        return ["none"] * len(data)
    low, high = (np.interp(data["denominator"], limits["denominator"], limits[side]) for side in ("low998", "high998"))
    found: list[Direction] = []
    for value, floor, ceiling in zip(data["value"], low, high, strict=True):
        found.append("none" if is_missing(value) or floor <= value <= ceiling else "up" if value > ceiling else "down")
    return found


def _table(rows: pd.DataFrame, *, words: Words, measure: str, denominator_label: str) -> pd.DataFrame:
    headers = {
        "code": words("charts.table_code"),
        "name": words("charts.table_district"),
        "value": measure,
        "low": words("charts.table_low"),
        "high": words("charts.table_high"),
        "denominator": denominator_label,
        "signal": words("charts.table_signal"),
    }
    return twin(rows.assign(signal=[words(f"charts.funnel_{signal}") for signal in rows["signal"]]), headers)


def _alt(rows: pd.DataFrame, *, words: Words, measure: str, centre: str) -> str:
    above, below = (list(rows.loc[rows["signal"] == side, "name"]) for side in ("up", "down"))
    return words(
        "charts.alt_funnel",
        measure=measure,
        count=words.number(len(rows)),
        centre=centre,
        above=named_list(above, words=words),
        below=named_list(below, words=words),
    )
