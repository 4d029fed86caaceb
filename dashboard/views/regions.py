"""Regions side by side: funnel, caterpillar, map; a chosen region stands out in all three."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from analytics.metrics.comparisons import Comparison
from analytics.settings import settings
from dashboard.charts.caterpillar import caterpillar as caterpillar_chart
from dashboard.charts.chart import Chart
from dashboard.charts.funnel import funnel as funnel_chart
from dashboard.charts.region_map import boundary_map, tile_map
from dashboard.reader import Reader
from validation.errors import TepatError

SIGNAL = {("beyond998", "high"): "up", ("beyond998", "low"): "down"}


def funnel(reader: Reader, metric: str, *, level: str, selected: str) -> Chart | None:
    """Value by denominator with 95 and 99.8 % limits."""
    found = reader.compare(metric, level=level)
    if found.limits.empty:
        return None
    known = found.regions.dropna(subset=["value"])
    pairs = zip(known["position"], known["side"], strict=True)
    data = known.assign(denominator=known["denominator_effective"], signal=[SIGNAL.get(pair, "none") for pair in pairs])
    words = reader.words
    return funnel_chart(
        data[["code", "name", "value", "low", "high", "denominator", "signal"]],
        words=words,
        measure=reader.label(metric),
        limits=found.limits,
        centre=found.centre,
        denominator_label=words(f"regions.denominator_{reader.metric(metric).kind}"),
        overdispersion=found.phi if found.phi > 1 else None,
        selected=selected or None,
    )


def caterpillar(reader: Reader, metric: str, *, level: str, selected: str) -> Chart | None:
    """Estimates with intervals in order, against the whole area's."""
    found = reader.compare(metric, level=level)
    whole = reader.value(metric)
    if whole is None or found.regions["value"].notna().sum() == 0:
        return None
    return caterpillar_chart(
        found.regions[["code", "name", "value", "low", "high"]],
        words=reader.words,
        measure=reader.label(metric),
        reference=float(whole["value"]),
        reference_label=reader.words("regions.whole"),
        selected=selected or None,
    )


def region_map(reader: Reader, metric: str, *, level: str, selected: str = "") -> Chart | None:
    """Tiles, or the user's own boundaries."""
    found: Comparison = reader.compare(metric, level=level)
    if not found.regions["value"].notna().any():
        return None
    data = found.regions[["code", "name", "value"]]
    path = settings().boundaries
    if path is not None:
        shapes = _boundaries(path)
        if set(data["code"]) & {feature["properties"]["kode"] for feature in shapes["features"]}:
            return boundary_map(
                data, words=reader.words, measure=reader.label(metric), boundaries=shapes, selected=selected or None
            )
    return tile_map(data, words=reader.words, measure=reader.label(metric), selected=selected or None)


@lru_cache(maxsize=4)
def _boundaries(path: Path) -> dict[str, Any]:
    """Read the user's GeoJSON.

    Raises:
        TepatError: it cannot be read, or has no features with the property `kode`.
    """
    try:
        shapes: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        [feature["properties"]["kode"] for feature in shapes["features"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TepatError(
            f"The boundaries {path.name} cannot be used.",
            cause="A GeoJSON feature collection with the property kode is needed.",
            next_step="Correct TEPAT_BOUNDARIES or leave it empty for the tile grid.",
        ) from error
    return shapes
