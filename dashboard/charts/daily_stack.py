"""Counts a day, split by a few series such as the channel."""

from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import day_axis, tick_room, value_axis
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.charts.marks import add_right_labels, label_room, shorten, two_lines
from dashboard.charts.unsettled import add_shade, half_step, shade_height
from dashboard.words import Words

PLOT_HEIGHT: Final = 220
BOTTOM: Final = 40
LABEL_LENGTH: Final = 11
"""Characters a line of a label; a longer name takes two."""
UNSETTLED_OPACITY: Final = 0.45
RECENT: Final = 14
"""Settled days whose mean band decides how high a series' label stands."""


def daily_stack(data: pd.DataFrame, *, words: Words, measure: str, series_label: str) -> Chart:
    """Draw stacked bars a day, each series named beside its band.

    `data`, one row per day and series, at most four series (in the order they first appear, from the bottom):

        when | series | value | settled
        date | str    | float | bool
    """
    table = twin(
        data.assign(settled=[words("charts.yes" if settled else "charts.not_yet") for settled in data["settled"]]),
        {
            "when": words("charts.table_date"),
            "series": series_label,
            "value": measure,
            "settled": words("charts.table_settled"),
        },
    )
    rows = data.dropna(subset=["value"])
    if rows.empty:
        return no_data(words, measure=measure, table=table)
    names = list(rows["series"].unique())
    if len(names) > len(theme.SERIES):
        raise ValueError(f"{len(names)} series; merge them into at most {len(theme.SERIES)} before drawing")

    wide = rows.assign(when=pd.to_datetime(rows["when"])).pivot_table(
        index="when", columns="series", values="value", aggfunc="sum", sort=True
    )[names]
    settled = rows.groupby(pd.to_datetime(rows["when"]))["settled"].all()
    days = pd.DataFrame({"when": wide.index, "settled": settled.to_numpy()})
    axis = value_axis(wide.sum(axis=1), words=words, unit="number")
    shade = shade_height(days["settled"])
    texts = [two_lines(name, LABEL_LENGTH) for name in names]
    figure = theme.blank(
        words.language,
        height=PLOT_HEIGHT + shade + 8 + BOTTOM,
        left=tick_room(axis),
        right=16 + label_room(texts),
        top=shade + 8,
        bottom=BOTTOM,
    )
    half = half_step(days["when"])
    first, last = days["when"].iloc[0], days["when"].iloc[-1]
    figure.update_layout(barmode="stack", bargap=0.15)
    figure.update_yaxes(**axis)
    figure.update_xaxes(**day_axis(first, last, words=words), range=[first - half, last + half])
    add_shade(figure, days, words=words)
    for name, colour in zip(names, theme.SERIES, strict=False):
        figure.add_bar(
            x=wide.index,
            y=wide[name],
            name=name,
            marker={
                "color": colour,
                "line": {"width": 0},
                "opacity": [1.0 if done else UNSETTLED_OPACITY for done in days["settled"]],
            },
            hovertext=[
                f"{words.day(day)}<br>{shorten(name, 60)}  <b>{words.number(value)}</b>"
                for day, value in wide[name].items()
            ],
            hoverinfo="text",
            textposition="none",
        )
    recent = wide[settled.to_numpy()].tail(RECENT) if settled.any() else wide.tail(RECENT)
    tops = recent.mean().fillna(0).cumsum()
    middles = tops - recent.mean().fillna(0) / 2
    add_right_labels(
        figure,
        {
            f'<span style="color:{colour}">■</span> {text}': float(middles[name])
            for name, text, colour in zip(names, texts, theme.SERIES, strict=False)
        },
        span=(axis["range"][0], axis["range"][1]),
        plot_height=PLOT_HEIGHT,
        lines=max(text.count("<br>") for text in texts) + 1,
    )
    parts = [words("charts.named", name=name, value=words.number(wide[name].sum())) for name in names]
    alt = words(
        "charts.alt_daily_stack",
        measure=measure,
        first=words.day(first),
        last=words.day(last),
        total=words.number(wide.to_numpy(na_value=0).sum()),
        parts=words.listed(parts),
    )
    unsettled = int((~days["settled"]).sum())
    if unsettled:
        alt += " " + words("charts.alt_unsettled", count=words.number(unsettled))
    return Chart(figure, alt, table)
