"""Where a map has to look to show some districts whole."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

WORLD: Final = 512
"""Width of the world at zoom 0, px."""
MARGIN: Final = 0.1
"""Zoom given away so that no border touches the edge."""


def view_of(boundaries: Mapping[str, Any], *, codes: set[str], wide: int, high: int) -> dict[str, Any]:
    """Return centre and zoom that fit the features of `codes` (none of them known: all) into `wide` × `high` px."""
    features = [part for part in boundaries["features"] if part["properties"].get("kode") in codes]
    shapes = [part["geometry"]["coordinates"] for part in features or boundaries["features"]]
    corners = [place for shape in shapes for place in _corners(shape)]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    middle = {"lon": (west + east) / 2, "lat": (south + north) / 2}
    across = wide / WORLD * 360 / max(east - west, 1e-6)
    upward = high / WORLD * 360 * math.cos(math.radians(middle["lat"])) / max(north - south, 1e-6)
    return {"center": middle, "zoom": math.log2(min(across, upward)) - MARGIN}


def _corners(shape: Any) -> Iterator[tuple[float, float]]:
    """Yield every (longitude, latitude) of nested GeoJSON coordinates."""
    if isinstance(shape[0], int | float):
        yield float(shape[0]), float(shape[1])
    else:
        for part in shape:
            yield from _corners(part)
