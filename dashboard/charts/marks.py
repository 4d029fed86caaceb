"""Text and ticks on a figure that must be read on a wide screen and in a narrow card alike.

The page decides the width, so nothing here may depend on it: labels have a length limit and offsets are pixels.
"""

import html
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from dashboard import theme

NOTE_WIDTH: Final = 54
"""Characters a line of the narrowest card (328 px) holds at the small size."""
LINE: Final = 17
"""Height of one line of small text, px."""
NOTE_GAP: Final = 10
"""Room between the notes and what is below them, half a tick label included, px."""
LABEL_GAP: Final = 6
LETTER: Final = 6.4
"""Width of an average letter of small text, px; generous, so that a fallback font fits too."""


def shorten(text: str, limit: int) -> str:
    """Return `text` safe for a figure, cut to `limit` characters with an ellipsis."""
    cut = text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
    return html.escape(cut, quote=False)


def two_lines(text: str, limit: int) -> str:
    """Return `text` safe for a figure on at most two lines of `limit` characters."""
    parts = textwrap.wrap(text, limit)
    return "<br>".join(shorten(part, limit) for part in [*parts[:1], " ".join(parts[1:])] if part)


def width_of(text: str) -> int:
    """Return a generous estimate of the width of plain small text, px."""
    return round(len(text) * LETTER)


def note_lines(notes: Sequence[str]) -> list[str]:
    """Return the notes that say something, broken into lines of the narrowest card; a note never joins another."""
    return [line for note in notes if note for line in textwrap.wrap(note, NOTE_WIDTH)]


def note_height(notes: Sequence[str]) -> int:
    """Return the room the notes need above a figure, px."""
    lines = note_lines(notes)
    return len(lines) * LINE + (NOTE_GAP if lines else 0)


def add_note(figure: go.Figure, notes: Sequence[str], *, above: int = 0) -> None:
    """Write the notes at the top left, in the room `note_height` asked for, `above` px over the plot."""
    lines = note_lines(notes)
    if lines:
        figure.add_annotation(
            text="<br>".join(lines),
            x=0,
            xref="paper",
            xanchor="left",
            xshift=8 - figure.layout.margin.l,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=above + NOTE_GAP,
            align="left",
            font={"size": theme.SMALL, "color": theme.QUIET_TEXT},
        )


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return `places` moved apart until neighbours are `gap` away, kept within `low` and `high` where that fits.

    >>> spread([1.0, 1.0, 5.0], 1.0, 0.0, 10.0)
    [1.0, 2.0, 5.0]
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = [places[index] for index in order]
    for step in range(1, len(moved)):
        moved[step] = max(moved[step], moved[step - 1] + gap)
    ceiling = high
    for step in reversed(range(len(moved))):
        moved[step] = max(min(moved[step], ceiling), low)
        ceiling = moved[step] - gap
    result = list(places)
    for index, place in zip(order, moved, strict=True):
        result[index] = place
    return result


def label_room(labels: Iterable[str]) -> int:
    """Return the right margin that html labels need, px."""
    lines = [re.sub("<[^>]*>", "", line) for text in labels for line in text.split("<br>")]
    return LABEL_GAP + 4 + max((width_of(html.unescape(line)) for line in lines), default=0)


def add_right_labels(
    figure: go.Figure, labels: Mapping[str, float], *, span: tuple[float, float], plot_height: int, lines: int = 2
) -> None:
    """Write labels (html text to y) in the right margin beside the line or band they name, apart from each other."""
    low, high = span
    a_pixel = (high - low) / plot_height
    room = lines * LINE * a_pixel
    places = spread(list(labels.values()), room, low + room / 2 - LINE * a_pixel, high - room / 2 + LINE * a_pixel)
    for text, place in zip(labels, places, strict=True):
        figure.add_annotation(
            text=text,
            x=1,
            xref="paper",
            xanchor="left",
            xshift=LABEL_GAP,
            y=place,
            yanchor="middle",
            align="left",
            font={"size": theme.TINY},
        )


def row_label(name: str, value: str, more: str = "") -> str:
    """Return the line above a bar: name, the value in bold, and what else belongs to it."""
    return f"{name}  <b>{value}</b>" + (f" · {more}" if more else "")


def add_row_labels(figure: go.Figure, texts: Sequence[str]) -> None:
    """Write one line per row above its mark, from the left edge, so that no name is ever squeezed by its bar."""
    for row, text in enumerate(texts):
        figure.add_annotation(
            text=text,
            x=0,
            xref="paper",
            xanchor="left",
            y=row,
            yanchor="bottom",
            align="left",
            bgcolor=theme.BACKGROUND,
            borderpad=0,
            font={"size": theme.SIZE},
        )


def add_second_lines(figure: go.Figure, texts: Sequence[str], *, below: float) -> None:
    """Write one quiet line per row under its mark, `below` rows from its middle."""
    for row, text in enumerate(texts):
        figure.add_annotation(
            text=text,
            x=0,
            xref="paper",
            xanchor="left",
            y=row + below,
            yanchor="top",
            align="left",
            bgcolor=theme.BACKGROUND,
            borderpad=0,
            font={"size": theme.TINY, "color": theme.QUIET_TEXT},
        )


def line(**style: Any) -> dict[str, Any]:
    """Return a shape line over the whole width or height of the plot in a quiet colour, `style` on top."""
    return {"line": {"color": theme.QUIET_TEXT, "width": 1, "dash": "dash", **style}}
