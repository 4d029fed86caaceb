"""Pass rates in order: a dot each, and the gap that it leaves to 100 %."""

from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import value_axis
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.charts.marks import add_note, add_row_labels, note_height, row_label, shorten
from dashboard.words import Words

PITCH: Final = 44
BOTTOM: Final = 28
MARK: Final = 0.22
"""Where the mark stands below its line of words, as a part of the row."""
NAME_LENGTH: Final = 22
MOST: Final = 12
"""Rows drawn; the table twin has all."""
DOT: Final = 10
GAP: Final = 5
"""Thickness of the gap's line, px."""


def rate(share: float, *, words: Words) -> str:
    """Return a pass rate in words; one that is not whole never reads as 100 %.

    >>> rate(0.99999, words=Words("en"))
    '> 99.9%'
    """
    below, full = words.percent(0.999), words.percent(1.0)
    said = words.percent(share)
    return f"> {below}" if share < 1 and said == full else said


def pass_rates(
    data: pd.DataFrame, *, words: Words, measure: str, category_label: str, leave_out: str = "", note: str = ""
) -> Chart:
    """Draw one dot per row with a broken rule, in the order given (worst first), and its distance to 100 %.

    The row named `leave_out` stands in the table twin alone; `note` says why.

    `data`:

        name | passed | failed | checked
        str  | float? | int    | int
    """
    table = twin(
        data,
        {
            "name": category_label,
            "passed": measure,
            "failed": words("quality.broken"),
            "checked": words("quality.checked"),
        },
    )
    known = data[data["name"] != leave_out].dropna(subset=["passed"])
    broken = known[known["failed"] > 0]
    rows = broken.head(MOST).reset_index(drop=True)
    if rows.empty:
        return no_data(words, measure=measure, table=table)
    rates = [rate(share, words=words) for share in rows["passed"]]
    counts = [
        words("quality.of", failed=words.number(failed), checked=words.number(checked))
        for failed, checked in zip(rows["failed"], rows["checked"], strict=True)
    ]
    notes = [
        words("quality.key_gap"),
        words("quality.key_more", count=words.number(len(broken) - MOST)) if len(broken) > MOST else "",
        words("quality.key_whole", count=words.number(len(known) - len(broken))) if len(known) > len(broken) else "",
        note,
    ]
    top = note_height(notes) + 6
    figure = theme.blank(
        words.language, height=len(rows) * PITCH + top + BOTTOM, left=14, right=26, top=top, bottom=BOTTOM
    )
    axis = value_axis([*rows["passed"], 1.0], words=words, unit="percent", from_zero=False)
    figure.update_xaxes(**axis, showgrid=True, gridcolor=theme.GRID)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.4, -0.5])
    places = rows.index + MARK
    for place, share in zip(places, rows["passed"], strict=True):
        figure.add_shape(
            type="line", x0=share, x1=1, y0=place, y1=place, line={"color": theme.MAP_CLASSES[0], "width": GAP}
        )
    figure.add_vline(x=1, line={"color": theme.TEXT, "width": 1})
    figure.add_scatter(
        x=rows["passed"],
        y=places,
        name="passed",
        mode="markers",
        marker={"size": DOT, "color": theme.SERIES[0]},
        hovertext=[
            row_label(shorten(name, 80), value, count)
            for name, value, count in zip(rows["name"], rates, counts, strict=True)
        ],
        hoverinfo="text",
        cliponaxis=False,
    )
    add_row_labels(
        figure,
        [
            row_label(shorten(name, NAME_LENGTH), value, count)
            for name, value, count in zip(rows["name"], rates, counts, strict=True)
        ],
    )
    add_note(figure, notes)
    parts = [
        words("quality.alt_part", name=name, rate=value, counts=count)
        for name, value, count in zip(rows["name"], rates, counts, strict=True)
    ]
    alt = words("quality.alt_rates", measure=measure, parts="; ".join(parts))
    return Chart(figure, " ".join(filter(None, [alt, note])), table)
