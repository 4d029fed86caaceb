"""A Plotly figure of the product drawn as vectors on a reportlab canvas, without a browser.

The product's figures say all of their ranges, ticks, margins and labels themselves (`dashboard.charts`): what is read
here is what the browser reads, bars, lines, bands, intervals, marks, texts, shapes, annotations, maps of boundaries.
"""

from typing import Any, Final

import plotly.graph_objects as go
from reportlab.lib.colors import HexColor

from dashboard import theme
from dashboard.briefs.axes import Axis, axis
from dashboard.briefs.boundaries import draw_map
from dashboard.briefs.pens import stroke
from dashboard.briefs.richtext import Anchor, draw_lines, height_of, lines_of, width_of
from dashboard.briefs.traces import Bars, scatter

DRAWN: Final = frozenset({"bar", "scatter", "choroplethmap"})
"""Kinds of traces that can be drawn."""
TICK: Final = 4
TITLE_ROOM: Final = 22


def can_draw(figure: go.Figure) -> bool:
    """Say whether every trace of a figure can be drawn."""
    return all(trace.type in DRAWN for trace in figure.data)


def draw(canvas: Any, figure: go.Figure, *, width: float) -> None:
    """Draw a figure `width` px wide and as high as it says, its lower left corner at the canvas's origin."""
    margin, high = figure.layout.margin, float(figure.layout.height)
    left, right = float(margin.l), width - float(margin.r)
    low, top = float(margin.b), high - float(margin.t)
    across = axis(figure, "x", start=left, end=right)
    upward = axis(figure, "y", start=low, end=top)
    if figure.layout.yaxis.scaleanchor == "x":
        across, upward = _squared(across, upward)
    shapes = list(figure.layout.shapes)
    canvas.saveState()
    canvas.setLineJoin(1)
    for shape in shapes:
        if shape.layer == "below":
            _shape(canvas, shape, across, upward)
    _axes(canvas, across, upward, low=low, left=left)
    if any(trace.type == "choroplethmap" for trace in figure.data):
        draw_map(canvas, figure, box=(left, low, right - left, top - low))
    bars = Bars(stacked=figure.layout.barmode == "stack", gap=figure.layout.bargap)
    before = None
    for trace in figure.data:
        if trace.type == "bar":
            bars.draw(canvas, trace, across, upward)
        elif trace.type == "scatter":
            scatter(canvas, trace, across, upward, before=before)
            before = trace
    for shape in shapes:
        if shape.layer != "below":
            _shape(canvas, shape, across, upward)
    for note in figure.layout.annotations:
        _annotation(canvas, note, across, upward)
    canvas.restoreState()


def _squared(across: Axis, upward: Axis) -> tuple[Axis, Axis]:
    """Return axes whose units are equally long, kept at the left and the top."""
    a_unit = min(
        (across.end - across.start) / abs(across.high - across.low),
        (upward.end - upward.start) / abs(upward.high - upward.low),
    )
    wide, high = a_unit * abs(across.high - across.low), a_unit * abs(upward.high - upward.low)
    return (
        Axis(across.low, across.high, across.start, across.start + wide, across.looks),
        Axis(upward.low, upward.high, upward.end - high, upward.end, upward.looks),
    )


def _axes(canvas: Any, across: Axis, upward: Axis, *, low: float, left: float) -> None:
    if across.looks.get("visible", True):
        size, colour = _font(across)
        for place, text in across.ticks():
            if across.looks.get("showgrid"):
                stroke(canvas, colour=across.looks.get("gridcolor", theme.GRID), width=1)
                canvas.line(place, upward.start, place, upward.end)
            if across.looks.get("ticks"):
                stroke(canvas, colour=theme.GRID, width=1)
                canvas.line(place, low - TICK, place, low)
            lines = lines_of(text, size=size, colour=colour)
            draw_lines(canvas, lines, x=place, top=low - TICK - 1, size=size, align="center")
        if across.looks.get("showline"):
            stroke(canvas, colour=theme.GRID, width=1)
            canvas.line(across.start, low, across.end, low)
        _title(canvas, across, x=(across.start + across.end) / 2, top=low - TITLE_ROOM)
    if upward.looks.get("visible", True):
        size, colour = _font(upward)
        for place, text in upward.ticks():
            if upward.looks.get("showgrid"):
                stroke(canvas, colour=upward.looks.get("gridcolor", theme.GRID), width=1)
                canvas.line(across.start, place, across.end, place)
            lines = lines_of(text, size=size, colour=colour)
            top = place + height_of(lines, size=size) / 2
            draw_lines(canvas, lines, x=left - TICK, top=top, size=size, align="right")


def _title(canvas: Any, of: Axis, *, x: float, top: float) -> None:
    title = of.looks.get("title", {})
    if title.get("text"):
        font = title.get("font", {})
        size = float(font.get("size", theme.SMALL))
        lines = lines_of(title["text"], size=size, colour=font.get("color", theme.QUIET_TEXT))
        draw_lines(canvas, lines, x=x, top=top, size=size, align="center")


def _font(of: Axis) -> tuple[float, str]:
    font = of.looks.get("tickfont", {})
    return float(font.get("size", theme.SMALL)), str(font.get("color", theme.QUIET_TEXT))


def _at(of: Axis, value: Any, ref: str | None) -> float:
    """Return where a shape or a note lies: on the axis, or at a part of the plot."""
    inside = ref == "paper" or (ref is not None and ref.endswith("domain"))
    return of.part(float(value)) if inside else of.place(value)


def _shape(canvas: Any, shape: Any, across: Axis, upward: Axis) -> None:
    if shape.xsizemode == "pixel":
        x, y = across.part(float(shape.xanchor)), upward.part(float(shape.yanchor))
        ends = (x + shape.x0, y + shape.y0, x + shape.x1, y + shape.y1)
    else:
        ends = (
            _at(across, shape.x0, shape.xref),
            _at(upward, shape.y0, shape.yref),
            _at(across, shape.x1, shape.xref),
            _at(upward, shape.y1, shape.yref),
        )
    edge = 2 if shape.line.width is None else shape.line.width
    if edge:
        stroke(canvas, colour=shape.line.color or theme.TEXT, width=edge, dash=shape.line.dash)
    if shape.type == "line":
        canvas.line(*ends)
    else:
        if shape.fillcolor:
            canvas.setFillColor(HexColor(shape.fillcolor))
        low_x, high_x = sorted(ends[::2])
        low_y, high_y = sorted(ends[1::2])
        canvas.rect(low_x, low_y, high_x - low_x, high_y - low_y, stroke=int(edge > 0), fill=int(bool(shape.fillcolor)))
    canvas.setDash([])


def _annotation(canvas: Any, note: Any, across: Axis, upward: Axis) -> None:
    size = float(note.font.size or theme.SMALL)
    lines = lines_of(note.text or "", size=size, colour=note.font.color or theme.TEXT)
    high, wide = height_of(lines, size=size), width_of(lines)
    x = _at(across, note.x, note.xref) + (note.xshift or 0)
    y = _at(upward, note.y, note.yref) + (note.yshift or 0)
    anchor: Anchor = note.xanchor if note.xanchor in {"left", "right"} else "center"
    top = y + {"bottom": high, "top": 0.0}.get(note.yanchor, high / 2)
    left = x - {"left": 0.0, "center": wide / 2, "right": wide}[anchor]
    if note.bgcolor:
        canvas.setFillColor(HexColor(note.bgcolor))
        canvas.rect(left, top - high, wide, high, stroke=0, fill=1)
    align: Anchor = note.align or anchor
    at = {"left": left, "center": left + wide / 2, "right": left + wide}[align]
    draw_lines(canvas, lines, x=at, top=top, size=size, align=align)
