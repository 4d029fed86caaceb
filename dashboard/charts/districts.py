"""What the district charts share: who stands out, how that is marked, and how a long list is said."""

from collections.abc import Sequence
from typing import Any, Final

from dashboard import theme
from dashboard.charts.marks import width_of
from dashboard.theme import Direction
from dashboard.words import Words

DIRECTIONS: Final[tuple[Direction, ...]] = ("none", "up", "down")
MOST_NAMED: Final = 6
"""An alt text names this many districts, then counts the rest."""
DOT: Final = 8
SIGNAL: Final = 11
CARD: Final = (222, 280)
"""Width and height of a plot in the narrowest card, px, where labels must not touch either."""
SLACK: Final = 6
"""A label may stand this far above or below the plot, px; sideways it would run into the tick labels."""
LABEL_ORDER: Final = (
    "middle right",
    "middle left",
    "top center",
    "bottom center",
    "top right",
    "top left",
    "bottom right",
    "bottom left",
)
"""Text positions of Plotly, the most readable first."""


def marker(direction: Direction) -> dict[str, Any]:
    """Return the shape and colour of a district that is above, below or not apart from the reference."""
    return {
        "symbol": theme.SHAPES[direction],
        "size": DOT if direction == "none" else SIGNAL,
        "color": theme.SIGNALS[direction],
    }


def named_list(names: Sequence[str], *, words: Words) -> str:
    """Return "A, B, dan C", or "A, B, …, dan 4 lainnya" when the list is long; "–" when it is empty."""
    if not names:
        return words("charts.none")
    if len(names) <= MOST_NAMED:
        return words.listed(list(names))
    rest = words("charts.others", count=words.number(len(names) - MOST_NAMED + 1))
    return words.listed([*names[: MOST_NAMED - 1], rest])


def label_positions(labels: Sequence[tuple[str, float, float]], *, taken: Sequence[tuple[float, float]]) -> list[str]:
    """Return a Plotly text position for each label so that labels keep off each other, the points and the edge.

    `labels` are texts with their place and `taken` the other marks, places as parts (0–1) of the plot.
    """
    wide, high = CARD
    marks = [(x, y, DOT / 2) for x, y in taken] + [(x, y, SIGNAL / 2 + 1) for _, x, y in labels]
    boxes = [(x * wide - reach, y * high - reach, x * wide + reach, y * high + reach) for x, y, reach in marks]
    found = []
    for text, x, y in labels:
        candidates = {name: _box(name, x * wide, y * high, width_of(text)) for name in LABEL_ORDER}
        best = min(LABEL_ORDER, key=lambda name: _cost(candidates[name], boxes))
        boxes.append(candidates[best])
        found.append(best)
    return found


def _box(position: str, x: float, y: float, width: float) -> tuple[float, float, float, float]:
    level, side = position.split()
    aside, near, far = SIGNAL / 2 + 2, SIGNAL / 2, SIGNAL / 2 + 14
    left = {"right": x + (aside if level == "middle" else 0), "center": x - width / 2}.get(
        side, x - width - (aside if level == "middle" else 0)
    )
    low = {"middle": y - 7, "top": y + near, "bottom": y - far}[level]
    return left, low, left + width, low + 14


def _cost(box: tuple[float, float, float, float], others: Sequence[tuple[float, float, float, float]]) -> float:
    """Return the area of `box` that is covered or outside; outside the plot weighs more, there text is cut."""
    x0, y0, x1, y1 = box
    wide, high = CARD
    outside = max(0.0, -x0, x1 - wide) + max(0.0, -y0 - SLACK, y1 - high - SLACK)
    covered = sum(
        max(0.0, min(x1, b1) - max(x0, a1)) * max(0.0, min(y1, b2) - max(y0, a2)) for a1, a2, b1, b2 in others
    )
    return outside * 100 + covered
