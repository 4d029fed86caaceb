"""Regions side by side: funnel, caterpillar, map; a chosen region stands out in all three."""

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analytics.audits.planning import visits_needed
from analytics.metrics.comparisons import Comparison
from analytics.metrics.peers import FACTS
from analytics.metrics.precision import design_effect
from analytics.settings import settings
from dashboard.basis import why_not
from dashboard.charts.caterpillar import caterpillar as caterpillar_chart
from dashboard.charts.chart import Chart, rows_of, withholding
from dashboard.charts.estimates import estimates
from dashboard.charts.funnel import funnel as funnel_chart
from dashboard.charts.region_map import boundary_map, tile_map
from dashboard.reader import Reader
from dashboard.words import Unit
from validation.errors import TepatError

USEFUL = 0.1
"""Half-width at which a region's rate begins to say something: ± 10 percentage points (assumed)."""
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
    chart = funnel_chart(
        data[["code", "name", "value", "low", "high", "denominator", "signal"]],
        words=words,
        measure=reader.label(metric),
        limits=found.limits,
        centre=found.centre,
        denominator_label=words(f"regions.denominator_{reader.metric(metric).kind}"),
        overdispersion=found.phi if found.phi > 1 else None,
        selected=selected or None,
    )
    return withholding(chart, found.regions["reason"], words=words)


def caterpillar(reader: Reader, metric: str, *, level: str, selected: str) -> Chart | None:
    """Estimates with intervals in order, against the whole area's."""
    found = reader.compare(metric, level=level)
    whole = reader.value(metric)
    if whole is None or found.regions["value"].notna().sum() == 0:
        return None
    chart = caterpillar_chart(
        with_ranks(reader, metric, found.regions, level=level),
        words=reader.words,
        measure=reader.label(metric),
        reference=float(whole["value"]),
        reference_label=reader.words("regions.whole"),
        selected=selected or None,
    )
    return withholding(chart, found.regions["reason"], words=reader.words)


def with_ranks(reader: Reader, metric: str, regions: pd.DataFrame, *, level: str) -> pd.DataFrame:
    """Return code, name, value, low, high of regions, and in words the places that each may hold."""
    words, columns = reader.words, ["code", "name", "value", "low", "high"]
    ranks = reader.ranking(metric, level=level)
    if ranks.empty:
        return regions[columns]
    said = {
        row.code: words("regions.rank", low=words.number(row.low), high=words.number(row.high), of=words.number(row.of))
        for row in rows_of(ranks)
    }
    return regions[columns].assign(rank=regions["code"].map(said).where(regions["value"].notna()).fillna(""))


def peers(reader: Reader, metric: str, *, level: str, selected: str) -> Chart | None:
    """The highlighted region beside those most like it in kind, wherever they lie."""
    words, everywhere = reader.words, reader.with_filters(area="")
    alike = reader.peers(selected, level=level) if selected else pd.DataFrame()
    if len(alike) < 2:
        return None
    found = alike.merge(everywhere.compare(metric, level=level).regions.drop(columns="name"), on="code")
    entry = reader.metric(metric)
    kinds = [_kind(reader, row) for _, row in found.iterrows()]
    missing = [why_not(reader, entry, row) for _, row in found.iterrows()]
    rows = found.assign(basis=[without or kind for without, kind in zip(missing, kinds, strict=True)])
    chart = estimates(
        rows[["name", "value", "low", "high", "basis"]],
        words=words,
        measure=reader.label(metric),
        category_label=words("charts.table_district"),
        notes=[words("regions.peers_how")],
        selected=reader.place(selected),
    )
    known = [name for name in FACTS if name in rows]
    headers = {name: words(f"regions.table_{name}") for name in known}
    return replace(chart, table=chart.table.join(rows[known].rename(columns=headers)))


def few(reader: Reader, metric: str, *, level: str) -> pd.DataFrame:
    """Regions without a rate: name, n, missing (checks up to the least), wanted (checks for a useful interval).

    Of a withheld region no number is told.
    """
    found, entry = reader.compare(metric, level=level).regions, reader.metric(metric)
    rows = found[found["value"].isna()].sort_values(["n", "name"], ascending=[False, True])
    n = rows["n"].astype(float).round().astype("Int64")
    wanted = checks_wanted(reader, metric) if entry.kind == "sample" else entry.minimum_n
    return pd.DataFrame(
        {
            "name": rows["name"],
            "n": n,
            "missing": (entry.minimum_n - n).clip(lower=0),
            "wanted": max(wanted, entry.minimum_n),
        }
    ).reset_index(drop=True)


def checks_wanted(reader: Reader, metric: str) -> int:
    """Return the checks under a region's rate that give ± `USEFUL`, at the whole area's share and design effect."""
    whole = reader.with_filters(method="direct").value(metric)
    if whole is None or not 0 < whole["value"] < 1:
        return reader.metric(metric).minimum_n
    return visits_needed(USEFUL, share=float(whole["value"]), design_effect=design_effect(whole))


def _kind(reader: Reader, row: pd.Series) -> str:
    """Return the first facts by which a region is like another, in words; the table has all."""
    words = reader.words
    shown: dict[str, tuple[Unit, int]] = {
        "families": ("number", 0),
        "mean_size": ("number", 1),
        "poorest_share": ("percent", 0),
    }
    return " · ".join(
        words(f"regions.fact_{name}", value=words.value(row[name], unit=unit, decimals=decimals))
        for name, (unit, decimals) in shown.items()
        if name in row
    )


def region_map(reader: Reader, metric: str, *, level: str, selected: str = "") -> Chart | None:
    """Tiles, or the user's own boundaries."""
    found: Comparison = reader.compare(metric, level=level)
    if not found.regions["value"].notna().any():
        return None
    chart = _map(reader, found.regions[["code", "name", "value"]], measure=reader.label(metric), selected=selected)
    return withholding(chart, found.regions["reason"], words=reader.words)


def _map(reader: Reader, data: pd.DataFrame, *, measure: str, selected: str) -> Chart:
    path = settings().boundaries
    if path is not None:
        shapes = _boundaries(path)
        if set(data["code"]) & {feature["properties"]["kode"] for feature in shapes["features"]}:
            return boundary_map(data, words=reader.words, measure=measure, boundaries=shapes, selected=selected or None)
    return tile_map(data, words=reader.words, measure=measure, selected=selected or None)


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
