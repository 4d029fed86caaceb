"""From a Plotly figure's values to places on paper, px from the figure's lower left corner."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

_ROOM: Final = 0.05
"""Room that an axis without a range leaves at either end, in parts of what it holds."""


@dataclass(frozen=True)
class Axis:
    """One axis: the values at its ends and the places of these, px."""

    low: float
    high: float
    start: float
    end: float
    looks: Mapping[str, Any]

    def place(self, value: Any) -> float:
        """Return where a value or a day lies."""
        return self.start + (number(value) - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.start)

    def part(self, share: float) -> float:
        """Return where a share of the axis lies."""
        return self.start + share * (self.end - self.start)

    def length(self, value: float) -> float:
        """Return how long a stretch of the axis is."""
        return abs(value / ((self.high - self.low) or 1.0) * (self.end - self.start))

    def ticks(self) -> Iterable[tuple[float, str]]:
        """Yield the places and texts of the ticks inside the range."""
        values, texts = self.looks.get("tickvals"), self.looks.get("ticktext")
        if values is None or texts is None:
            return
        for value, text in zip(values, texts, strict=True):
            inside = min(self.low, self.high) - 1e-9 <= number(value) <= max(self.low, self.high) + 1e-9
            if inside:
                yield self.place(value), str(text)


def number(value: Any) -> float:
    """Return a value, or a day as nanoseconds; NaN for none."""
    if value is None or value is pd.NaT:
        return float("nan")
    if isinstance(value, int | float | np.integer | np.floating):
        return float(value)
    return float(pd.Timestamp(value).as_unit("ns").value)


def numbers(values: Any) -> list[float]:
    """Return a trace's values as numbers."""
    return [] if values is None else [number(value) for value in values]


def axis(figure: go.Figure, letter: str, *, start: float, end: float) -> Axis:
    """Return the x or the y axis of a figure between two places."""
    own = figure.layout[f"{letter}axis"].to_plotly_json()
    template = figure.layout.template.layout[f"{letter}axis"].to_plotly_json()
    looks = _merged(template, own)
    span: Sequence[Any] | None = looks.get("range")
    low, high = (number(span[0]), number(span[1])) if span is not None else _held(figure, letter)
    return Axis(low, high, start, end, looks)


def _held(figure: go.Figure, letter: str) -> tuple[float, float]:
    held = [value for trace in figure.data for value in numbers(getattr(trace, letter, None)) if np.isfinite(value)]
    if any(trace.type == "bar" and (trace.orientation == "h") == (letter == "x") for trace in figure.data):
        held.append(0.0)
    if not held:
        return 0.0, 1.0
    room = (max(held) - min(held)) * _ROOM or 1.0
    return min(held) - room, max(held) + room


def _merged(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for name, value in top.items():
        old = both.get(name)
        both[name] = _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return both
