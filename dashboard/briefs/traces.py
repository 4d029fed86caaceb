"""The traces that the product's figures are made of, drawn on a reportlab canvas."""

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np
from reportlab.lib.colors import HexColor

from dashboard import theme
from dashboard.briefs.axes import Axis, numbers
from dashboard.briefs.pens import mark, polygon, stroke
from dashboard.briefs.richtext import Anchor, draw_lines, height_of, lines_of

DEFAULT_SIZE: Final = 6
DEFAULT_GAP: Final = 0.2
TEXT_GAP: Final = 3
CLEAR: Final = "rgba(0,0,0,0)"

Points = list[tuple[float, float]]


class Bars:
    """Bars of one figure: those of a stack stand on each other."""

    def __init__(self, *, stacked: bool, gap: float | None) -> None:
        self._stacked = stacked
        self._gap = DEFAULT_GAP if gap is None else gap
        self._tops: dict[float, float] = defaultdict(float)

    def draw(self, canvas: Any, trace: Any, across: Axis, upward: Axis) -> None:
        """Draw one trace of bars."""
        flat = trace.orientation == "h"
        along, values = (across, upward) if not flat else (upward, across)
        places, lengths = (numbers(part) for part in ((trace.y, trace.x) if flat else (trace.x, trace.y)))
        steps = [after - before for before, after in pairwise(sorted(set(places)))]
        wide = trace.width if trace.width is not None else (min(steps) if steps else 1.0) * (1 - self._gap)
        half = along.length(float(wide)) / 2
        colours = each(trace.marker.color or theme.SERIES[0], len(places))
        opacities = each(1.0 if trace.marker.opacity is None else trace.marker.opacity, len(places))
        for place, length, colour, opacity in zip(places, lengths, colours, opacities, strict=True):
            if math.isnan(length):
                continue
            foot = self._tops[place] if self._stacked else 0.0
            self._tops[place] = foot + length
            low, high = sorted((values.place(foot), values.place(foot + length)))
            middle = along.place(place)
            canvas.setFillColor(HexColor(colour))
            canvas.setFillAlpha(opacity)
            box = (low, middle - half, high - low, 2 * half) if flat else (middle - half, low, 2 * half, high - low)
            canvas.rect(*box, stroke=0, fill=1)
        canvas.setFillAlpha(1)
        error_bars(canvas, trace, across, upward)


def scatter(canvas: Any, trace: Any, across: Axis, upward: Axis, *, before: Any) -> None:
    """Draw lines, the band down to the trace `before`, intervals, marks and texts, as the trace's mode says."""
    mode = trace.mode or "lines"
    if trace.fill == "tonexty" and before is not None:
        _band(canvas, trace, before, across, upward)
    if "lines" in mode:
        _line(canvas, trace, across, upward)
    error_bars(canvas, trace, across, upward)
    if "markers" in mode:
        marks(canvas, trace, across, upward)
    if "text" in mode:
        texts(canvas, trace, across, upward)


def points(trace: Any, across: Axis, upward: Axis) -> Points:
    """Return the places of a trace's points; NaN where there is none."""
    return [
        (across.place(x), upward.place(y)) for x, y in zip(numbers(trace.x), numbers(trace.y), strict=True)
    ]  # fmt: skip


def stretches(places: Points) -> Iterator[Points]:
    """Yield the runs of points between gaps."""
    run: Points = []
    for place in places:
        if math.isnan(place[0]) or math.isnan(place[1]):
            if run:
                yield run
            run = []
        else:
            run.append(place)
    if run:
        yield run


def _stepped(run: Points) -> Points:
    """Turn from one value to the next halfway between two points, as Plotly's shape `hvh`."""
    path = [run[0]]
    for (x0, y0), (x1, y1) in pairwise(run):
        middle = (x0 + x1) / 2
        path += [(middle, y0), (middle, y1), (x1, y1)]
    return path


def _line(canvas: Any, trace: Any, across: Axis, upward: Axis) -> None:
    width = 2 if trace.line.width is None else trace.line.width
    if not width:
        return
    stroke(canvas, colour=trace.line.color or theme.SERIES[0], width=width, dash=trace.line.dash)
    for run in stretches(points(trace, across, upward)):
        path = canvas.beginPath()
        path.moveTo(*run[0])
        for place in (_stepped(run) if trace.line.shape == "hvh" else run)[1:]:
            path.lineTo(*place)
        canvas.drawPath(path, stroke=1, fill=0)
    canvas.setDash([])


def _band(canvas: Any, trace: Any, before: Any, across: Axis, upward: Axis) -> None:
    top, bottom = (next(stretches(points(part, across, upward)), []) for part in (trace, before))
    if top and bottom:
        canvas.setFillColor(HexColor(trace.fillcolor or theme.CHOSEN))
        polygon(canvas, [*top, *reversed(bottom)], filled=True)


def error_bars(canvas: Any, trace: Any, across: Axis, upward: Axis) -> None:
    """Draw the intervals of a trace."""
    for bar, sideways in ((trace.error_x, True), (trace.error_y, False)):
        if bar is None or bar.array is None:
            continue
        above = numbers(bar.array)
        below = numbers(bar.arrayminus) if bar.arrayminus is not None else above
        stroke(canvas, colour=bar.color or theme.TEXT, width=bar.thickness or 2)
        cap = bar.width or 0
        for x, y, more, less in zip(numbers(trace.x), numbers(trace.y), above, below, strict=True):
            if any(map(math.isnan, (x, y, more, less))):
                continue
            if sideways:
                ends = [(across.place(x + step), upward.place(y)) for step in (-less, more)]
            else:
                ends = [(across.place(x), upward.place(y + step)) for step in (-less, more)]
            canvas.line(*ends[0], *ends[1])
            for x_end, y_end in ends if cap else ():
                wide, high = (0, cap) if sideways else (cap, 0)
                canvas.line(x_end - wide, y_end - high, x_end + wide, y_end + high)


def marks(canvas: Any, trace: Any, across: Axis, upward: Axis) -> None:
    """Draw the marks of a trace."""
    places, look = points(trace, across, upward), trace.marker
    count = len(places)
    columns = (
        each(look.symbol or "circle", count),
        each(DEFAULT_SIZE if look.size is None else look.size, count),
        each(look.color or theme.SERIES[0], count),
        each(look.line.width or 0, count),
        each(look.line.color or "", count),
    )
    for (x, y), symbol, size, colour, edge, edge_colour in zip(places, *columns, strict=True):
        if not (math.isnan(x) or math.isnan(y)) and size:
            mark(canvas, x, y, symbol=str(symbol), size=float(size), colour=colour, edge=float(edge), line=edge_colour)


def texts(canvas: Any, trace: Any, across: Axis, upward: Axis) -> None:
    """Write the texts beside or on the marks."""
    places = points(trace, across, upward)
    count, font = len(places), trace.textfont
    size = float(font.size or theme.SIZE)
    said = each(trace.text or "", count)
    positions, colours = each(trace.textposition or "middle center", count), each(font.color or theme.TEXT, count)
    radii = [float(part) / 2 for part in each(trace.marker.size or DEFAULT_SIZE, count)]
    for (x, y), text, position, colour, radius in zip(places, said, positions, colours, radii, strict=True):
        if not text or math.isnan(x) or math.isnan(y):
            continue
        vertical, horizontal = str(position).split()
        lines = lines_of(str(text), size=size, colour=str(colour))
        high, off = height_of(lines, size=size), radius + TEXT_GAP
        top = y + {"top": off + high, "middle": high / 2, "bottom": -off}[vertical]
        # A text to the left of its mark ends there.
        align: Anchor = {"left": "right", "center": "center", "right": "left"}[horizontal]  # type: ignore[assignment]
        aside = {"left": -off, "center": 0.0, "right": off}[horizontal] if vertical == "middle" else 0.0
        draw_lines(canvas, lines, x=x + aside, top=top, size=size, align=align)


def each(value: Any, count: int) -> list[Any]:
    """Return one value a point: a single one is every point's."""
    return list(value) if isinstance(value, list | tuple | np.ndarray) else [value] * count
