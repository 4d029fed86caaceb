"""Horizontal bars whose name and value stand on one line above them."""

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.charts.marks import add_row_labels, row_label, shorten
from dashboard.words import Unit, Words

PITCH: Final = 46
"""Height of a row: the line of words and the bar, px."""
BAR: Final = 0.34
"""Thickness of a bar as a part of its row."""
NAME_LENGTH: Final = 28
LATE: Final = theme.SERIES[3]


def bars(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    category_label: str,
    unit: Unit = "number",
    decimals: int | None = None,
    limit_after: str | None = None,
    limit_label: str = "",
) -> Chart:
    """Draw one bar per category in the order given.

    `data`:

        name | value | share
        str  | float | float? (column may be absent)

    `limit_after` names the last category still within a limit, such as an age in days; a line labelled `limit_label`
    follows it and the bars beyond are marked; without bars beyond there is no line.
    """
    table = twin(data, {"name": category_label, "value": measure, "share": words("charts.table_share")})
    rows = data.dropna(subset=["value"]).reset_index(drop=True)
    if rows.empty:
        return no_data(words, measure=measure, table=table)
    values = [words.value(value, unit=unit, decimals=decimals) for value in rows["value"]]
    shares = [words.percent(share) for share in rows["share"]] if "share" in rows else [""] * len(rows)
    before = list(data["name"])[: list(data["name"]).index(limit_after) + 1] if limit_after is not None else []
    within = int(rows["name"].isin(before).sum()) - 1 if limit_after is not None else len(rows)
    late = [row > within for row in range(len(rows))]

    figure = draw_rows(words, names=list(rows["name"]), lengths=list(rows["value"]), values=values, more=shares)
    figure.update_traces(
        marker={"color": [LATE if beyond else theme.SERIES[0] for beyond in late]}, selector={"name": "bars"}
    )
    if any(late):
        _add_limit(figure, after=within, text=limit_label)
    parts = [words("charts.named", name=name, value=value) for name, value in zip(rows["name"], values, strict=True)]
    alt = words("charts.alt_bars", measure=measure, parts=words.listed(parts))
    if any(late):
        beyond = words.value(rows["value"][late].sum(), unit=unit, decimals=decimals)
        alt += " " + words("charts.alt_limit", limit=limit_label, value=beyond)
    return Chart(figure, alt, table)


def draw_rows(
    words: Words,
    *,
    names: list[str],
    lengths: list[float],
    values: list[str],
    more: list[str],
    full: float | None = None,
) -> go.Figure:
    """Return a figure of labelled bars; with `full`, a pale track shows what the whole would be."""
    count = len(names)
    figure = theme.blank(words.language, height=count * PITCH + 12, top=4)
    figure.update_layout(barmode="overlay")
    reach = full if full is not None else max(*lengths, 0) or 1
    figure.update_xaxes(visible=False, range=[min(*lengths, 0), reach])
    figure.update_yaxes(visible=False, range=[count - 0.5, -0.5])
    middles = [row + BAR / 2 + 0.04 for row in range(count)]
    if full is not None:
        figure.add_bar(
            x=[full] * count,
            y=middles,
            name="track",
            orientation="h",
            width=BAR,
            hoverinfo="skip",
            marker={"color": theme.TRACK},
        )
    figure.add_bar(
        x=lengths,
        y=middles,
        name="bars",
        orientation="h",
        width=BAR,
        marker={"color": theme.SERIES[0]},
        hovertext=[
            row_label(shorten(name, 80), value, extra) for name, value, extra in zip(names, values, more, strict=True)
        ],
        hoverinfo="text",
        textposition="none",
    )
    add_row_labels(
        figure,
        [
            row_label(shorten(name, NAME_LENGTH), value, extra)
            for name, value, extra in zip(names, values, more, strict=True)
        ],
    )
    return figure


def _add_limit(figure: go.Figure, *, after: int, text: str) -> None:
    place = after + 0.5
    figure.add_hline(y=place, line={"color": theme.TEXT, "width": 1, "dash": "dash"})
    figure.add_annotation(
        text=shorten(text, NAME_LENGTH),
        x=1,
        xref="paper",
        xanchor="right",
        y=place,
        yanchor="top",
        font={"size": theme.TINY},
    )
