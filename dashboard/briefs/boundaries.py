"""A map of boundaries on paper: the polygons of the figure's own GeoJSON."""

import math
from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go
from reportlab.lib.colors import HexColor

from dashboard.briefs.traces import CLEAR

Ring = list[tuple[float, float]]


def draw_map(canvas: Any, figure: go.Figure, *, box: tuple[float, float, float, float]) -> None:
    """Draw each trace's regions in its colour, north up, fitted into `box` (left, low, width, height) px."""
    traces = [trace for trace in figure.data if trace.type == "choroplethmap"]
    rings = {id(trace): list(_rings(trace)) for trace in traces}
    corners = [corner for trace in traces for _, ring in rings[id(trace)] for corner in ring]
    if not corners:
        return
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    # A degree of longitude is shorter than one of latitude away from the equator.
    squeeze = math.cos(math.radians((south + north) / 2))
    left, low, wide, high = box
    scale = min(wide / max((east - west) * squeeze, 1e-9), high / max(north - south, 1e-9))
    for trace in traces:
        colour, edge = str(trace.colorscale[0][1]), trace.marker.line
        canvas.setStrokeColor(HexColor(edge.color))
        canvas.setLineWidth(edge.width)
        if colour != CLEAR:
            canvas.setFillColor(HexColor(colour))
        for region in {region: None for region, _ in rings[id(trace)]}:
            path = canvas.beginPath()
            for ring in (part for name, part in rings[id(trace)] if name == region):
                placed = [(left + (x - west) * squeeze * scale, low + (y - south) * scale) for x, y in ring]
                path.moveTo(*placed[0])
                for corner in placed[1:]:
                    path.lineTo(*corner)
                path.close()
            canvas.drawPath(path, stroke=1, fill=int(colour != CLEAR), fillMode=0)


def _rings(trace: Any) -> Iterator[tuple[str, Ring]]:
    """Yield the rings of the trace's regions: outer borders and holes alike."""
    key = trace.featureidkey.removeprefix("properties.")
    wanted = set(trace.locations if trace.locations is not None else ())
    for feature in trace.geojson["features"]:
        code = feature["properties"].get(key)
        if code in wanted:
            shape = feature["geometry"]["coordinates"]
            for part in shape if feature["geometry"]["type"] == "MultiPolygon" else [shape]:
                for ring in part:
                    yield code, [(float(corner[0]), float(corner[1])) for corner in ring]
