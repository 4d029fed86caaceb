"""The figures of the page Usul & Sanggah as plain values, for the command line."""

from typing import Any

import numpy as np
import pandas as pd

from analytics.eligibility import rulebook
from analytics.marts.overturning import ABOUT
from analytics.metrics.filters import Filters
from analytics.objections.backlog import backlog
from analytics.objections.durations import durations
from analytics.objections.evidence import agent_spread, overturned
from analytics.objections.flow import flow
from analytics.objections.sources import corrections
from analytics.reports import head, records
from analytics.store import Warehouse

WARNING = "Objectors select themselves: none of these is a rate of mistargeting."


def flow_report(warehouse: Warehouse, filters: Filters, *, by: str, window: int) -> dict[str, Any]:
    """Report flow and durations by groups, each step's durations, and the forecast of the backlog.

    Args:
        warehouse: The snapshot.
        filters: What is counted.
        by: One of `analytics.objections.flow.GROUPS`.
        window: Days within which a case should have ended.
    """
    found = backlog(warehouse, filters)
    return head(warehouse, filters) | {
        "by": by,
        "window_days": window,
        "groups": records(flow(warehouse, filters, by=by)),
        "durations": records(_finite(durations(warehouse, filters, window=window, by=by))),
        "steps": records(_finite(durations(warehouse, filters, window=window))),
        "backlog": None
        if found is None
        else {
            "open": float(found.weeks["open"].iloc[-1]),
            "came_a_week": found.came,
            "ended_a_week": found.ended,
            "past_forecasts": found.errors,
            "ahead": records(found.ahead.assign(week=found.ahead["week"].dt.strftime("%Y-%m-%d"))),
        },
    }


def evidence_report(warehouse: Warehouse, filters: Filters, *, by: str) -> dict[str, Any]:
    """Report overturn rates by groups, how far agents lie apart, and what correcting each source would change.

    Args:
        warehouse: The snapshot.
        filters: What is counted; without a programme, sources are told for each that has rules.
        by: One of `analytics.objections.evidence.GROUPS`.
    """
    day, book = warehouse.manifest.day, rulebook()
    rates = {}
    for about in ABOUT:
        found = overturned(warehouse, filters, by=by, about=about)
        if found is not None and (about == "refusal" or by != "rule"):
            rates[about] = {
                "judged": found.judged,
                "value": _plain(found.value),
                "centre": _plain(found.centre),
                "spread": _plain(found.spread),
                "groups": records(found.groups),
            }
    agents = agent_spread(warehouse, filters)
    sources = {}
    for programme in [filters.programme] if filters.programme else book.programmes():
        corrected = corrections(warehouse, programme, book, day=day, filters=filters)
        if corrected is not None:
            sources[programme] = {
                "periods": list(corrected.periods),
                "refused": records(corrected.refused),
                "errors": records(corrected.errors),
            }
    return head(warehouse, filters) | {
        "warning": WARNING,
        "by": by,
        "overturned": rates,
        "agents": None if agents is None else {name: _plain(value) for name, value in vars(agents).items()},
        "sources": sources,
    }


def _finite(found: pd.DataFrame) -> pd.DataFrame:
    """Give ends of intervals that are not in sight no value: JSON has no infinity."""
    return found.replace(np.inf, np.nan)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else value
