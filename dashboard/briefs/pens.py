"""Lines, closed shapes and marks on a reportlab canvas."""

from collections.abc import Sequence
from typing import Any, Final

from reportlab.lib.colors import HexColor

DASHES: Final[dict[str, tuple[float, ...]]] = {"solid": (), "dash": (6, 4), "dot": (1.5, 2.5), "longdash": (9, 4)}


def stroke(canvas: Any, *, colour: str, width: float, dash: str = "solid") -> None:
    """Set how lines look."""
    canvas.setStrokeColor(HexColor(colour))
    canvas.setLineWidth(width)
    canvas.setDash(list(DASHES[dash or "solid"]))


def polygon(canvas: Any, corners: Sequence[tuple[float, float]], *, filled: bool, stroked: bool = False) -> None:
    """Draw a closed shape."""
    path = canvas.beginPath()
    path.moveTo(*corners[0])
    for corner in corners[1:]:
        path.lineTo(*corner)
    path.close()
    canvas.drawPath(path, stroke=int(stroked), fill=int(filled))


def mark(
    canvas: Any, x: float, y: float, *, symbol: str, size: float, colour: str, edge: float = 0, line: str = ""
) -> None:
    """Draw one mark, `size` px across."""
    hollow, half = symbol.endswith("-open"), size / 2
    stroke(canvas, colour=line or colour, width=edge or 1)
    canvas.setFillColor(HexColor(colour))
    filled, stroked = not hollow, hollow or edge > 0
    shape = symbol.removesuffix("-open")
    if shape == "line-ns":
        canvas.line(x, y - half, x, y + half)
    elif shape == "square":
        polygon(canvas, [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)],
                filled=filled, stroked=stroked)  # fmt: skip
    elif shape == "diamond":
        wide = half * 1.3
        polygon(canvas, [(x - wide, y), (x, y - wide), (x + wide, y), (x, y + wide)], filled=filled, stroked=stroked)
    elif shape in {"triangle-up", "triangle-down"}:
        sign = 1 if shape == "triangle-up" else -1
        polygon(canvas, [(x - half * 1.15, y - sign * half / 1.5), (x + half * 1.15, y - sign * half / 1.5),
                         (x, y + sign * half * 1.3)], filled=filled, stroked=stroked)  # fmt: skip
    else:
        canvas.circle(x, y, half, stroke=int(stroked), fill=int(filled))
