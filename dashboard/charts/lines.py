"""A measure over time for a few groups, each line named at its end; a gap where nothing may be told."""

from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import tick_room, value_axis
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.charts.grouped import interval_bars
from dashboard.charts.marks import add_right_labels, label_room, shorten, two_lines
from dashboard.words import Unit, Words

PLOT_HEIGHT: Final = 260
BOTTOM: Final = 40
LABEL_LENGTH: Final = 12
TICKS: Final = 4


def lines(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    series_label: str,
    unit: Unit = "number",
    decimals: int | None = None,
) -> Chart:
    """Draw one line a series, at most four.

    `data`, in time order; `when` as it is written:

        when | series | value  | low    | high
        str  | str    | float? | float? | float? (columns may be absent)
    """
    headers = {column: words(f"charts.table_{column}") for column in ("low", "high")}
    table = twin(data, {"when": words("charts.table_date"), "series": series_label, "value": measure, **headers})
    if data.empty or data["value"].isna().all():
        return no_data(words, measure=measure, table=table)
    moments, names = list(data["when"].unique()), list(data["series"].unique())
    if len(names) > len(theme.SERIES):
        raise ValueError(f"{len(names)} series; at most {len(theme.SERIES)} can be told apart")
    reach = [name for name in ("value", "low", "high") if name in data]
    axis = value_axis(data[reach].to_numpy(dtype=float).ravel(), words=words, unit=unit)
    texts = {name: two_lines(name, LABEL_LENGTH) for name in names}
    figure = theme.blank(
        words.language, height=PLOT_HEIGHT + 16 + BOTTOM, left=tick_room(axis), top=16, bottom=BOTTOM,
        right=16 + label_room(texts.values()),
    )  # fmt: skip
    figure.update_yaxes(**axis)
    step = -(-len(moments) // TICKS)
    figure.update_xaxes(
        tickvals=list(range(0, len(moments), step)),
        ticktext=[str(when).replace(" ", "<br>") for when in moments[::step]],
        range=[-0.3, len(moments) - 0.7], tickangle=0, tickfont={"size": theme.TINY},
    )  # fmt: skip
    ends, spoken = {}, []
    for name, colour in zip(names, theme.SERIES, strict=False):
        rows = data[data["series"] == name].set_index("when").reindex(moments)
        part = rows["value"]
        said = [words.value(value, unit=unit, decimals=decimals) for value in part]
        figure.add_scatter(
            x=list(range(len(moments))), y=part, name=name, mode="lines+markers", connectgaps=False,
            line={"color": colour, "width": 2}, marker={"color": colour, "size": 6}, hoverinfo="text",
            error_y=interval_bars(rows, colour=colour),
            hovertext=[f"{when}<br>{shorten(name, 60)}  <b>{text}</b>"
                       for when, text in zip(moments, said, strict=True)],
        )  # fmt: skip
        known = part.dropna()
        if len(known):
            ends[f'<span style="color:{colour}">■</span> {texts[name]}'] = float(known.iloc[-1])
            value = words.value(known.iloc[-1], unit=unit, decimals=decimals)
            spoken.append(words("charts.named", name=f"{name}, {known.index[-1]}", value=value))
    tall = max(text.count("<br>") for text in ends) + 1
    add_right_labels(figure, ends, span=(axis["range"][0], axis["range"][1]), plot_height=PLOT_HEIGHT, lines=tall)
    alt = words("charts.alt_lines", measure=measure, first=moments[0], last=moments[-1], parts=words.listed(spoken))
    return Chart(figure, alt, table)
