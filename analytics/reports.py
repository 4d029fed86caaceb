"""Reports as plain data: what `tepat report … --json` prints, made of the same measures as the pages."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.comparisons import place_names
from analytics.metrics.incidence import floors, incidence
from analytics.metrics.metric import Metric
from analytics.metrics.scope import checks, scope
from analytics.store import Warehouse
from validation.contract import LEVELS

TARGETING = (
    "inclusion_error",
    "exclusion_error",
    "total_error",
    "inclusion_error_non_entitled",
    "coverage",
    "entitled_share",
)
REGISTRATIONS = (
    "registered_families",
    "registrations",
    "registered_share",
    "agent_share",
    "mean_duration",
    "first_attempt_match",
    "verified_share",
    "eligible_share",
)
OBJECTIONS = ("objections", "open_objections", "late_share", "upheld_share")
GROUPS = {
    "targeting": (*LEVELS, "rule", "period"),
    "registrations": (*LEVELS, "channel"),
    "objections": (*LEVELS[:3], "channel", "kind", "grounds", "programme"),
}
"""What each report can be broken down by."""


def targeting(warehouse: Warehouse, filters: Filters, *, by: Sequence[str] = ()) -> dict[str, Any]:
    """Report targeting for each programme: errors with intervals, floor, concentration, and the groups asked for.

    Without periods in the filters, the latest ones with field checks. Where several rules chose families, the errors
    by rule come unasked.
    """
    known = scope(warehouse)
    filters = replace(filters, periods=filters.periods or known.recent_periods)
    groups = list(dict.fromkeys([*by, *(["rule"] if len(known.rules) > 1 else [])]))
    programmes = (filters.programme,) if filters.programme else known.programmes
    results = []
    for programme in programmes:
        chosen = replace(filters, programme=programme)
        entered = checks(warehouse, chosen)
        if entered is None:
            continue
        spread, least = incidence(warehouse, chosen), floors(warehouse, chosen)
        results.append(
            {
                "programme": programme,
                "periods": list(chosen.periods),
                "checks": vars(entered),
                "metrics": _values(warehouse, TARGETING, chosen),
                "floor": least._asdict() if least else None,
                "concentration_coefficient": spread.coefficient if spread else None,
                "cgh_index": spread.cgh if spread else None,
                "by": {group: _grouped(warehouse, TARGETING, chosen, group) for group in groups},
            }
        )
    return _head(warehouse, filters) | {"results": results}


def counted(
    warehouse: Warehouse, metrics: Sequence[str], filters: Filters, *, by: Sequence[str] = ()
) -> dict[str, Any]:
    """Report register metrics, whole and by the groups asked for."""
    groups = {group: _grouped(warehouse, metrics, filters, group) for group in by}
    return _head(warehouse, filters) | {"metrics": _values(warehouse, metrics, filters), "by": groups}


def _head(warehouse: Warehouse, filters: Filters) -> dict[str, Any]:
    manifest = warehouse.manifest
    return {
        "dataset": manifest.dataset.name,
        "sensitivity": manifest.dataset.sensitivity,
        "snapshot": manifest.snapshot,
        "data_until": f"{manifest.data_until:%Y-%m-%dT%H:%M:%S}Z",
        "code_version": manifest.code_version,
        "filters": {name: _plain(getattr(filters, name)) for name in filters.given()} | {"unit": filters.unit},
    }


def _values(warehouse: Warehouse, metrics: Sequence[str], filters: Filters) -> dict[str, Any]:
    found = {name: measure(warehouse, METRICS[name], filters) for name in metrics}
    return {name: _result(METRICS[name], rows.iloc[0]) for name, rows in found.items() if len(rows)}


def _grouped(warehouse: Warehouse, metrics: Sequence[str], filters: Filters, group: str) -> list[dict[str, Any]]:
    """One entry a group: its key, its name when it is a region, and every metric that can be so grouped."""
    names = place_names(warehouse) if group in LEVELS else {}
    entries: dict[Any, dict[str, Any]] = {}
    for metric in (METRICS[name] for name in metrics):
        if group not in metric.dimensions and not (group in LEVELS[:3] and "district" in metric.dimensions):
            continue
        for _, row in measure(warehouse, metric, filters, by=[group]).iterrows():
            key = _plain(row[group])
            entry = entries.setdefault(key, {group: key} | ({"name": names.get(key, key)} if names else {}))
            entry.setdefault("metrics", {})[metric.id] = _result(metric, row)
    return list(entries.values())


def _result(metric: Metric, row: pd.Series) -> dict[str, Any]:
    fields = ["value", "numerator", "denominator", "n"] + (["low", "high"] if metric.kind == "sample" else [])
    return {name: _plain(row[name]) for name in fields} | ({"reason": row["reason"]} if row["reason"] else {})


def _plain(value: Any) -> Any:
    """Turn a pandas or numpy value into one that JSON knows; empty becomes null."""
    if isinstance(value, tuple):
        return list(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if pd.isna(value):
        return None
    plain = value.item() if hasattr(value, "item") else value
    return int(plain) if isinstance(plain, float) and plain.is_integer() and abs(plain) < 2**53 else plain
