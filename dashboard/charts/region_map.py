"""Districts on a map: equal tiles by default, true boundaries on request. Two makers, one kind of frame."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from dashboard import theme
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.charts.classes import (
    LEGEND_HEIGHT,
    add_legend,
    class_breaks,
    class_colour,
    class_names,
    class_text_colour,
    classify,
    printed,
)
from dashboard.charts.districts import named_list
from dashboard.charts.marks import shorten
from dashboard.charts.tiles import tile_layout
from dashboard.charts.view import view_of
from dashboard.words import NO_VALUE, Unit, Words

CARD_WIDTH: Final = 312
"""Room for a map in the narrowest card, px."""
LARGEST_TILE: Final = 60
READABLE_TILE: Final = 44
"""A smaller tile has no words on it; its name is in the tooltip and the table."""
TILE_LETTER: Final = 5.3
MAP_HEIGHT: Final = 380


def tile_map(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    unit: Unit = "percent",
    decimals: int | None = None,
    breaks: Sequence[float] | None = None,
    selected: str | None = None,
) -> Chart:
    """Draw one square per district with its name and value, coloured in at most four classes.

    `data`; without `row` and `col`, `tile_layout` places the codes; without `breaks`, the quartiles divide them:

        code | name | value  | row | col
        str  | str  | float? | int | int
    """
    table = _table(data, words=words, measure=measure)
    if data["value"].isna().all():
        return no_data(words, measure=measure, table=table)
    placed = data if {"row", "col"} <= set(data) else data.merge(tile_layout(list(data["code"])), on="code")
    cuts = list(breaks) if breaks is not None else class_breaks(data["value"], unit=unit, decimals=decimals)
    names = class_names(cuts, words=words, unit=unit, decimals=decimals)
    steps = classify(printed(placed["value"], unit=unit, decimals=decimals), cuts)
    columns, lines = int(placed["col"].max()) + 1, int(placed["row"].max()) + 1
    tile = min(LARGEST_TILE, CARD_WIDTH // columns)
    letters = max(2, int((tile - 6) / TILE_LETTER))
    said = [words.value(value, unit=unit, decimals=decimals) for value in placed["value"]]

    figure = theme.blank(words.language, height=lines * tile + LEGEND_HEIGHT + 12, top=LEGEND_HEIGHT + 4)
    figure.update_xaxes(visible=False, range=[-0.5, columns - 0.5], constrain="domain", constraintoward="left")
    figure.update_yaxes(
        visible=False, range=[lines - 0.5, -0.5], scaleanchor="x", constrain="domain", constraintoward="top"
    )
    figure.add_scatter(
        x=placed["col"],
        y=placed["row"],
        name="tiles",
        mode="markers+text" if tile >= READABLE_TILE else "markers",
        marker={
            "symbol": "square",
            "size": tile - 4,
            "opacity": 1,
            "color": [class_colour(step, count=len(names)) for step in steps],
            "line": {
                "width": [3 if code == selected else 0 for code in placed["code"]],
                "color": theme.TEXT,
            },
        },
        text=[
            f"{shorten(name, letters)}<br><span style='font-size:{theme.SMALL}px'><b>{value}</b></span>"
            for name, value in zip(placed["name"], said, strict=True)
        ],
        textfont={"size": theme.TINY - 1, "color": [class_text_colour(step, count=len(names)) for step in steps]},
        textposition="middle center",
        customdata=placed["code"],
        hovertext=_hover(placed, words=words, said=said),
        hoverinfo="text",
        cliponaxis=False,
    )
    add_legend(figure, names, no_data_name=words("charts.without_data"))
    return Chart(figure, _alt(data, words=words, measure=measure, unit=unit, decimals=decimals), table)


def boundary_map(
    data: pd.DataFrame,
    *,
    words: Words,
    measure: str,
    boundaries: Mapping[str, Any],
    unit: Unit = "percent",
    decimals: int | None = None,
    breaks: Sequence[float] | None = None,
    selected: str | None = None,
) -> Chart:
    """Draw districts within their boundaries on a plain background: nothing is fetched from any server.

    `data` as in `tile_map`; `boundaries` is a GeoJSON feature collection whose feature property `kode` is the code.
    """
    table = _table(data, words=words, measure=measure)
    if data["value"].isna().all():
        return no_data(words, measure=measure, table=table)
    cuts = list(breaks) if breaks is not None else class_breaks(data["value"], unit=unit, decimals=decimals)
    names = class_names(cuts, words=words, unit=unit, decimals=decimals)
    steps = classify(printed(data["value"], unit=unit, decimals=decimals), cuts)
    said = [words.value(value, unit=unit, decimals=decimals) for value in data["value"]]
    hover = pd.Series(_hover(data, words=words, said=said), index=data.index)

    figure = theme.blank(words.language, height=MAP_HEIGHT + LEGEND_HEIGHT + 12, top=LEGEND_HEIGHT + 4)
    for step in sorted(steps.unique()):
        part = data.loc[steps == step]
        colour = class_colour(step, count=len(names))
        figure.add_choroplethmap(
            geojson=boundaries,
            featureidkey="properties.kode",
            locations=part["code"],
            z=[0] * len(part),
            name=f"class {step}",
            colorscale=[[0, colour], [1, colour]],
            showscale=False,
            marker={"line": {"color": theme.BACKGROUND, "width": 1}},
            customdata=part["code"],
            hovertext=hover.loc[part.index],
            hoverinfo="text",
        )
    figure.add_choroplethmap(
        geojson=boundaries,
        featureidkey="properties.kode",
        locations=[code for code in data["code"] if code == selected],
        z=[0] * int((data["code"] == selected).sum()),
        name="selected",
        colorscale=[[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]],
        showscale=False,
        marker={"line": {"color": theme.TEXT, "width": 3}},
        hoverinfo="skip",
    )
    view = view_of(boundaries, codes=set(data["code"]), wide=CARD_WIDTH, high=MAP_HEIGHT)
    figure.update_layout(map={"style": "white-bg", **view})
    add_legend(figure, names, no_data_name=words("charts.without_data"))
    return Chart(figure, _alt(data, words=words, measure=measure, unit=unit, decimals=decimals), table)


def _table(data: pd.DataFrame, *, words: Words, measure: str) -> pd.DataFrame:
    return twin(data, {"code": words("charts.table_code"), "name": words("charts.table_district"), "value": measure})


def _hover(data: pd.DataFrame, *, words: Words, said: Sequence[str]) -> list[str]:
    known = [value if value != NO_VALUE else words("charts.no_data") for value in said]
    return [f"{shorten(name, 40)}<br><b>{value}</b>" for name, value in zip(data["name"], known, strict=True)]


def _alt(data: pd.DataFrame, *, words: Words, measure: str, unit: Unit, decimals: int | None) -> str:
    known = data.dropna(subset=["value"])
    low, high = (known.iloc[int(place)] for place in (known["value"].argmin(), known["value"].argmax()))
    sentence = words(
        "charts.alt_map",
        measure=measure,
        count=words.number(len(known)),
        low=f"{low['name']} {words.value(low['value'], unit=unit, decimals=decimals)}",
        high=f"{high['name']} {words.value(high['value'], unit=unit, decimals=decimals)}",
    )
    without = list(data.loc[data["value"].isna(), "name"])
    return f"{sentence} {words('charts.alt_without', names=named_list(without, words=words))}" if without else sentence
