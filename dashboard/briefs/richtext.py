"""The few HTML tags that figures' labels are written with, drawn on paper line by line."""

import html
import re
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from reportlab.lib.colors import HexColor

from dashboard.briefs.fonts import BOLD, REGULAR, width, writable
from dashboard.briefs.pens import mark

Anchor = Literal["left", "center", "right"]
MARKS: Final = {
    "○": "circle-open",
    "●": "circle",
    "▲": "triangle-up",
    "▼": "triangle-down",
    "■": "square",
    "◆": "diamond",
    "◇": "diamond-open",
    "❙": "line-ns",
}
"""Signs that the typeface does not have, drawn as the marks that they stand for."""
LEADING: Final = 1.3
"""From one line to the next, in sizes of the letters; as Plotly's."""
_FIT: Final = 0.87
"""Letters are this much smaller than in the browser, whose typeface is narrower: the same words take the same room."""
# Of a drawn sign, in sizes of the letters: how wide it stands, how big it is, and how high its middle lies.
_MARK_WIDTH: Final = 0.85
_MARK_SIZE: Final = 0.62
_MARK_HEIGHT: Final = 0.34
_TAG: Final = re.compile(r"(</?[a-zA-Z][^>]*>)")
_SIGNS: Final = re.compile(f"([{''.join(MARKS)}])")
_COLOUR: Final = re.compile(r"(?<![-\w])color:\s*(#[0-9a-fA-F]{6})")
_SIZE: Final = re.compile(r"font-size:\s*(\d+)px")


@dataclass(frozen=True)
class Run:
    """Letters of one look."""

    text: str
    size: float
    colour: str
    bold: bool = False

    @property
    def width(self) -> float:
        """Width of the letters; a drawn sign is as wide as its size."""
        return sum(
            _MARK_WIDTH * self.size if part in MARKS else width(part, size=self.size, bold=self.bold)
            for part in _parts(self.text)
        )


def lines_of(text: str, *, size: float, colour: str) -> list[list[Run]]:
    """Return the lines of a label, each a list of runs.

    >>> [[run.text for run in line] for line in lines_of("a <b>b</b><br>c", size=9, colour="#000000")]
    [['a ', 'b'], ['c']]
    """
    lines: list[list[Run]] = [[]]
    looks = [Run("", size * _FIT, colour)]
    for part in _TAG.split(text):
        if not _TAG.fullmatch(part):
            said = writable(html.unescape(part), keep="".join(MARKS))
            if said:
                lines[-1].append(replace(looks[-1], text=said))
        elif part.startswith("<br"):
            lines.append([])
        elif part.startswith("</"):
            looks = looks[:-1] or looks
        else:
            looks.append(_styled(looks[-1], part))
    return lines


def _styled(look: Run, tag: str) -> Run:
    size, colour = _SIZE.search(tag), _COLOUR.search(tag)
    return replace(
        look,
        bold=look.bold or tag in {"<b>", "<strong>"},
        size=float(size[1]) * _FIT if size else look.size,
        colour=colour[1] if colour else look.colour,
    )


def height_of(lines: list[list[Run]], *, size: float) -> float:
    """Return how high the lines are together."""
    return len(lines) * size * LEADING


def width_of(lines: list[list[Run]]) -> float:
    """Return how wide the widest line is."""
    return max((sum(run.width for run in line) for line in lines), default=0.0)


def draw_lines(canvas: Any, lines: list[list[Run]], *, x: float, top: float, size: float, align: Anchor) -> None:
    """Draw lines whose first one's top is at `top`, on a canvas whose y axis points up."""
    baseline = top - size
    for line in lines:
        total = sum(run.width for run in line)
        at = x - {"left": 0.0, "center": total / 2, "right": total}[align]
        for run in line:
            canvas.setFillColor(HexColor(run.colour))
            for part in _parts(run.text):
                at = _write(canvas, run, part, at, baseline)
        baseline -= size * LEADING


def _parts(text: str) -> list[str]:
    return [part for part in _SIGNS.split(text) if part]


def _write(canvas: Any, run: Run, part: str, x: float, y: float) -> float:
    if part not in MARKS:
        canvas.setFont(BOLD if run.bold else REGULAR, run.size)
        canvas.drawString(x, y, part)
        return x + width(part, size=run.size, bold=run.bold)
    mark(
        canvas,
        x + _MARK_WIDTH * run.size / 2,
        y + _MARK_HEIGHT * run.size,
        symbol=MARKS[part],
        size=_MARK_SIZE * run.size,
        colour=run.colour,
    )
    return x + _MARK_WIDTH * run.size
