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
CARD: Final = (210, 260)
"""Width and height of a plot in the narrowest card, px, where labels must not touch either."""
LABEL_ORDER: Final = ("middle right", "middle left", "top center", "bottom center")


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
    boxes = [
        (x * wide - 4, y * high - 4, x * wide + 4, y * high + 4) for x, y in [*taken, *((x, y) for _, x, y in labels)]
    ]
    found = []
    for text, x, y in labels:
        candidates = {name: _box(name, x * wide, y * high, width_of(text)) for name in LABEL_ORDER}
        best = min(LABEL_ORDER, key=lambda name: _cost(candidates[name], boxes))
        boxes.append(candidates[best])
        found.append(best)
    return found


def _box(position: str, x: float, y: float, width: float) -> tuple[float, float, float, float]:
    side, away, half = SIGNAL / 2 + 2, SIGNAL / 2 + 16, width / 2
    return {
        "middle right": (x + side, y - 7, x + side + width, y + 7),
        "middle left": (x - side - width, y - 7, x - side, y + 7),
        "top center": (x - half, y + side, x + half, y + away),
        "bottom center": (x - half, y - away, x + half, y - side),
    }[position]


def _cost(box: tuple[float, float, float, float], others: Sequence[tuple[float, float, float, float]]) -> float:
    """Return the area of `box` that is covered or outside; outside the plot weighs more, there text is cut."""
    x0, y0, x1, y1 = box
    wide, high = CARD
    outside = max(0.0, -x0) + max(0.0, x1 - wide) + max(0.0, -y0) + max(0.0, y1 - high)
    covered = sum(
        max(0.0, min(x1, b1) - max(x0, a1)) * max(0.0, min(y1, b2) - max(y0, a2)) for a1, a2, b1, b2 in others
    )
    return outside * 100 + covered
