"""Shares from batch to batch: one line a series, batches side by side in the order they came."""

from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import TICKS, tick_room, value_axis
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.charts.marks import add_note, add_right_labels, label_room, note_height, shorten, two_lines
from dashboard.words import Words

PLOT_HEIGHT: Final = 220
BOTTOM: Final = 44
LABEL_LENGTH: Final = 14
"""Characters a line of a label; a longer name takes two."""
SYMBOLS: Final = ("circle", "square", "diamond", "triangle-up")
GLYPHS: Final = ("●", "■", "◆", "▲")
"""The same shapes in the labels, so that no colour speaks alone."""
DOT: Final = 9


def batches(data: pd.DataFrame, *, words: Words, measure: str, series_label: str) -> Chart:
    """Draw a line a series over the batches; the worst of the last batch first, the others stand in the table twin.

    `data`, one row per batch and series, batches in the order they came; `day` and `moment` are when a batch was
    judged, in local time and in words:

        batch | day  | moment | series | share | failed | checked
        str   | date | str    | str    | float | int    | int
    """
    table = twin(
        data,
        {
            "moment": words("quality.batch_at"),
            "batch": words("quality.batch"),
            "series": series_label,
            "share": measure,
            "failed": words("quality.broken"),
            "checked": words("quality.checked"),
        },
    )
    if data.empty:
        return no_data(words, measure=measure, table=table)
    order = list(dict.fromkeys(data["batch"]))
    latest = data.drop_duplicates("series", keep="last").set_index("series")["share"]
    peak = data.groupby("series")["share"].max()
    names = sorted(latest.index, key=lambda name: (-latest[name], -peak[name], name))
    drawn = names[: len(theme.SERIES)]
    rows = data[data["series"].isin(drawn)].assign(place=lambda found: found["batch"].map(order.index))

    labels = {
        f'<span style="color:{colour}">{glyph}</span> {two_lines(name.replace(".", ". "), LABEL_LENGTH)}<br>'
        f"<b>{words.percent(latest[name])}</b>": float(latest[name])
        for name, glyph, colour in zip(drawn, GLYPHS, theme.SERIES, strict=False)
    }
    notes = (
        [words("quality.key_series", drawn=words.number(len(drawn)), all=words.number(len(names)))]
        if len(names) > len(drawn)
        else []
    )
    top = note_height(notes) + 12
    axis = value_axis(rows["share"], words=words, unit="percent")
    figure = theme.blank(
        words.language,
        height=PLOT_HEIGHT + top + BOTTOM,
        left=tick_room(axis),
        right=label_room(labels),
        top=top,
        bottom=BOTTOM,
    )
    figure.update_yaxes(**axis)
    figure.update_xaxes(**_ticks(data, order, words=words), range=[-0.4, len(order) - 0.6])
    for name, symbol, colour in zip(drawn, SYMBOLS, theme.SERIES, strict=False):
        own = rows[rows["series"] == name]
        figure.add_scatter(
            x=own["place"],
            y=own["share"],
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"symbol": symbol, "size": DOT, "color": colour},
            hovertext=[
                f"{shorten(name, 80)}  <b>{words.percent(share)}</b><br>{moment}"
                for share, moment in zip(own["share"], own["moment"], strict=True)
            ],
            hoverinfo="text",
            cliponaxis=False,
        )
    lines = max(text.count("<br>") for text in labels) + 1
    add_right_labels(figure, labels, span=(axis["range"][0], axis["range"][1]), plot_height=PLOT_HEIGHT, lines=lines)
    add_note(figure, notes)
    parts = [words("charts.named", name=name, value=words.percent(latest[name])) for name in drawn]
    alt = words("quality.alt_batches", measure=measure, count=words.number(len(order)), parts=words.listed(parts))
    return Chart(figure, alt, table)


def _ticks(data: pd.DataFrame, order: list[str], *, words: Words) -> dict[str, object]:
    """Return a few batches named by their day, and by their clock where two came on one day."""
    first = data.drop_duplicates("batch").set_index("batch").loc[order]
    step = -(-len(order) // TICKS)
    shown = list(range(len(order) - 1, -1, -step))[::-1]
    days = [words.day_of_month(first["day"].iloc[place]) for place in shown]
    if first["day"].duplicated().any():
        clocks = [first["moment"].iloc[place].rsplit(" ", 2)[-2] for place in shown]
        days = [f"{day}<br>{clock}" for day, clock in zip(days, clocks, strict=True)]
    return {"tickvals": shown, "ticktext": days, "tickfont": {"size": theme.TINY}}
