"""Evidence step by step: from the odds before any evidence, by what each field adds, to the odds after it."""

from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts.chart import Chart, rows_of, twin
from dashboard.charts.marks import add_note, add_row_labels, note_height, row_label, shorten
from dashboard.theme import Direction
from dashboard.words import Words

PITCH: Final = 40
"""Height of a row: the line of words and the bar, px."""
BAR: Final = 0.3
"""Thickness of a bar as a part of its row."""
NAME_LENGTH: Final = 30
DIGITS: Final = 2
"""Significant digits of a factor."""
LARGE: Final = 10.0**9
"""Factors from here on are said as a power of ten."""
SUPERSCRIPTS: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def waterfall(data: pd.DataFrame, *, words: Words, measure: str, start: float, end: float) -> Chart:
    """Draw one bar per step, from where the steps before it led to.

    `data`, in the order drawn; `start` and `end` are log10 odds, `value` log10 likelihood ratios:

        name | value
        str  | float
    """
    names = [words("charts.odds_before"), *data["name"], words("charts.odds_after")]
    values = [start, *data["value"], end]
    kinds = ["absolute", *["relative"] * len(data), "total"]
    table = twin(
        pd.DataFrame({"name": names, "value": [round(value, DIGITS) for value in values]}),
        {"name": words("charts.step"), "value": words("charts.log10")},
    )
    says = [_odds(words, start), *(_step(words, row.value) for row in rows_of(data)), _odds(words, end)]
    notes = [words("charts.waterfall_key")]
    top = note_height(notes) + 6
    figure = theme.blank(words.language, height=len(names) * PITCH + top + 12, left=14, right=22, top=top)
    figure.update_xaxes(visible=False).update_yaxes(visible=False, range=[len(names) - 0.4, -0.6])
    figure.add_trace(
        go.Waterfall(
            x=[start, *data["value"], 0.0],
            y=[row + BAR for row in range(len(names))],
            measure=kinds,
            orientation="h",
            width=BAR,
            increasing={"marker": {"color": theme.SIGNALS["up"]}},
            decreasing={"marker": {"color": theme.SIGNALS["down"]}},
            totals={"marker": {"color": theme.SIGNALS["none"]}},
            connector={"line": {"color": theme.GRID, "width": 1}},
            hovertext=[row_label(shorten(name, 80), said) for name, said in zip(names, says, strict=True)],
            hoverinfo="text",
            textposition="none",
        )
    )
    figure.add_vline(x=0, line={"color": theme.TEXT, "width": 1, "dash": "dot"})
    add_row_labels(
        figure, [row_label(shorten(name, NAME_LENGTH), said) for name, said in zip(names, says, strict=True)]
    )
    add_note(figure, notes)
    parts = [words("charts.named", name=name, value=said) for name, said in zip(names, says, strict=True)]
    return Chart(figure, words("charts.alt_waterfall", measure=measure, parts="; ".join(parts)), table)


def _step(words: Words, value: float) -> str:
    """Return what a step does to the odds: ▲ × 180 or ▼ ÷ 20."""
    factor = _rounded(abs(value))
    if factor == 1:
        return f"{theme.GLYPHS['none']} × 1"
    direction: Direction = "up" if value > 0 else "down"
    sign = "×" if value > 0 else "÷"
    return f"{theme.GLYPHS[direction]} {sign} {_factor(words, factor)}"


def _odds(words: Words, value: float) -> str:
    """Return log10 odds as 1 : 18.000.000 or 250 : 1."""
    factor = _factor(words, _rounded(abs(value)))
    return f"1 : {factor}" if value < 0 else f"{factor} : 1"


def _rounded(power: float) -> float:
    """Return ten to a power with `DIGITS` significant digits."""
    return float(f"{10.0**power:.{DIGITS - 1}e}")


def _factor(words: Words, factor: float) -> str:
    decimals = 1 if factor < 10 and factor != round(factor) else 0
    if factor < LARGE:
        return words.number(factor, decimals=decimals)
    mantissa, _, power = f"{factor:.1e}".partition("e")
    return f"{words.number(float(mantissa), decimals=1)} × 10{str(int(power)).translate(SUPERSCRIPTS)}"
