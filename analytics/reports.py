"""Reports as plain data: what `tepat report … --json` prints, made of the same measures as the pages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from analytics.eligibility import compare, rulebook
from analytics.marts.groups import GROUPS as GROUPS_OF_FAMILIES
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.comparisons import place_names
from analytics.metrics.definitions.targeting import EXCLUSION_SOURCES, INCLUSION_SOURCES
from analytics.metrics.incidence import floors, incidence
from analytics.metrics.metric import Metric
from analytics.metrics.precision import gain, group_gaps
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
    "first_attempt_failed",
    "verification_failed",
    "verification_reviewed",
    "mean_attempts",
    "unverified_agent_days",
    "eligible_share",
)
OBJECTIONS = ("objections", "open_objections", "late_share", "upheld_share")
SOURCES = {"inclusion_error": INCLUSION_SOURCES, "exclusion_error": EXCLUSION_SOURCES}
"""Errors and the sources that each is split into."""
GROUPS = {
    "targeting": (*LEVELS, "rule", "period", *GROUPS_OF_FAMILIES),
    "registrations": (*LEVELS, "channel", "sex", "age_band"),
    "objections": (*LEVELS[:3], "channel", "kind", "grounds", "programme"),
}
"""What each report can be broken down by."""


def targeting(warehouse: Warehouse, filters: Filters, *, by: Sequence[str] = ()) -> dict[str, Any]:
    """Report targeting for each programme: errors with intervals, sources, floor, concentration, the groups asked for.

    Without periods in the filters, the latest ones with field checks. Where several rules chose families, the errors
    by rule come unasked. Groups of families (head_sex …) come with their gap to all other families. Every value names
    the method that it was found by: where a model cannot help, an assisted estimate is a direct one.
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
                "sources": {
                    error: _values(warehouse, [f"{error}_{source}" for source in sources], chosen)
                    for error, sources in SOURCES.items()
                },
                "gain": {name: vars(found) for name in SOURCES if (found := gain(warehouse, METRICS[name], chosen))},
                "floor": least._asdict() if least else None,
                "concentration_coefficient": spread.coefficient if spread else None,
                "cgh_index": spread.cgh if spread else None,
                "by": {group: _grouped(warehouse, TARGETING, chosen, group) for group in groups},
            }
        )
    return head(warehouse, filters) | {"results": results}


def counted(
    warehouse: Warehouse, metrics: Sequence[str], filters: Filters, *, by: Sequence[str] = ()
) -> dict[str, Any]:
    """Report register metrics, whole and by the groups asked for."""
    groups = {group: _grouped(warehouse, metrics, filters, group) for group in by}
    return head(warehouse, filters) | {"metrics": _values(warehouse, metrics, filters), "by": groups}


def what_if(warehouse: Warehouse, programme: str, changes: Mapping[str, int | None], *, by: str = "") -> dict[str, Any]:
    """Report what other thresholds of a programme's rules would do, see `analytics.eligibility.compare`.

    Args:
        warehouse: The snapshot; the rules are those in force on its day.
        programme: PKH or BPNT.
        changes: Rule id to its new threshold, None = the rule is left out.
        by: village, district or a group of families; empty = the whole.
    """
    day, book = warehouse.manifest.day, rulebook()
    changed = book.changed(programme, changes, day)
    found = compare(warehouse, programme, book, changed, day=day, by=[by] if by else [])
    after = {rule.id: rule.value for rule in changed.rule}
    rules = [
        {"id": rule.id, "before": rule.value, "after": after.get(rule.id), "unit": rule.unit, "status": rule.status}
        for rule in book.in_force(programme, day)
    ]
    return {
        "dataset": warehouse.manifest.dataset.name,
        "snapshot": warehouse.manifest.snapshot,
        "programme": programme,
        "day": day.isoformat(),
        "rules_version": book.version,
        "rules": rules,
        "periods": list(found.periods),
        "movers": records(found.movers),
        "errors": records(found.errors),
    }


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain values, empty ones as None."""
    return [{str(name): _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def head(warehouse: Warehouse, filters: Filters) -> dict[str, Any]:
    """Return what every report begins with: data set, snapshot, day of the data, version, filters."""
    manifest = warehouse.manifest
    return {
        "dataset": manifest.dataset.name,
        "sensitivity": manifest.dataset.sensitivity,
        "snapshot": manifest.snapshot,
        "data_until": f"{manifest.data_until:%Y-%m-%dT%H:%M:%S}Z",
        "code_version": manifest.code_version,
        "filters": {name: _plain(getattr(filters, name)) for name in filters.given()}
        | {"unit": filters.unit, "method": filters.method},
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
        compared = _gaps(warehouse, metric, filters, group)
        for _, row in measure(warehouse, metric, filters, by=[group]).iterrows():
            key = _plain(row[group])
            entry = entries.setdefault(key, {group: key} | ({"name": names.get(key, key)} if names else {}))
            entry.setdefault("metrics", {})[metric.id] = _result(metric, row) | compared.get(key, {})
    return list(entries.values())


def _gaps(warehouse: Warehouse, metric: Metric, filters: Filters, group: str) -> dict[Any, dict[str, Any]]:
    """Return each group's gap to all other families, for groups of families only."""
    if group not in GROUPS_OF_FAMILIES or metric.kind != "sample":
        return {}
    found = group_gaps(warehouse, metric, filters, by=group)
    columns = ["gap", "gap_low", "gap_high"]
    return {_plain(row[group]): {name: _plain(row[name]) for name in columns} for _, row in found.iterrows()}


def _result(metric: Metric, row: pd.Series) -> dict[str, Any]:
    fields = ["value", "numerator", "denominator", "n"] + (["low", "high", "method"] if metric.kind == "sample" else [])
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
