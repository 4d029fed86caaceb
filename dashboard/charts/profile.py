"""One agent's indicators as distances from what is usual, each on its own line with the limits of honest spread."""

from typing import Final

import pandas as pd

from dashboard import theme
from dashboard.charts.axes import value_axis
from dashboard.charts.chart import Chart, no_data, twin
from dashboard.charts.districts import marker
from dashboard.charts.marks import add_note, add_row_labels, note_height
from dashboard.words import Words

PITCH: Final = 40
BOTTOM: Final = 40
LIMITS: Final = (-3.09, -1.96, 1.96, 3.09)
"""Two-sided 99.8 and 95 % limits of a normal variable."""
REACH: Final = 12.0
"""Distances beyond are drawn here; their words give the true one."""


def profile(data: pd.DataFrame, *, words: Words, measure: str) -> Chart:
    """Draw one mark per indicator, in the order given, the first at the top.

    `data`:

        name | z     | said
        str  | float | str
    """
    table = twin(data, {"name": words("agents.indicator"), "z": measure, "said": words("agents.found_expected")})
    if data.empty:
        return no_data(words, measure=measure, table=table)
    rows = data.iloc[::-1].reset_index(drop=True)
    notes = [words("agents.profile_key")]
    top = note_height(notes) + 16
    figure = theme.blank(
        words.language, height=len(rows) * PITCH + top + BOTTOM, left=8, right=16, top=top, bottom=BOTTOM
    )
    placed = rows["z"].clip(-REACH, REACH)
    figure.update_xaxes(
        **value_axis([*placed, *LIMITS], words=words, unit="number", from_zero=False),
        title={"text": measure, "standoff": 4},
    )
    figure.update_yaxes(visible=False, range=[-0.6, len(rows) - 0.1])
    for at in LIMITS:
        dash = "solid" if abs(at) > 3 else "dot"
        figure.add_vline(x=at, line={"color": theme.LIMIT, "width": 1, "dash": dash})
    figure.add_vline(x=0, line={"color": theme.TEXT, "width": 1})
    out = rows["z"] > LIMITS[-1]
    for direction, part in (("none", rows[~out]), ("up", rows[out])):
        figure.add_scatter(
            x=placed[part.index], y=part.index - 0.15, name=direction, mode="markers",
            marker=marker("up" if direction == "up" else "none"), hovertext=part["said"], hoverinfo="text",
        )  # fmt: skip
    add_row_labels(
        figure,
        [f"{name}  <b>{words.number(z, decimals=1)}</b>" for name, z in zip(rows["name"], rows["z"], strict=True)],
    )
    add_note(figure, notes)
    named = [str(name) for name in data.loc[data["z"] > LIMITS[-1], "name"]]
    alt = words("agents.alt_profile", count=words.number(len(data)), named=words.listed(named) or words("charts.none"))
    return Chart(figure, alt, table)
