"""Which marts there are, what tables and filters each knows, and how all of them are built."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.marts.auditing import checks_by_reason, frame_cells, targeting_cells
from analytics.marts.common import Tables
from analytics.marts.groups import GROUPS
from analytics.marts.objecting import objections_daily
from analytics.marts.overturning import objection_evidence, objections_by_agent
from analytics.marts.paying import coverage_by_decile, payments_by_period
from analytics.marts.places import places, registered_by_village
from analytics.marts.registering import decisions_daily, registrations_daily, stages, verifications_daily
from analytics.marts.verifying import agent_days, verification_results
from analytics.marts.waiting import objection_durations, objection_weeks


@dataclass(frozen=True)
class Context:
    """What a mart must know beside the tables."""

    offset_hours: int
    until: datetime


@dataclass(frozen=True)
class Mart:
    """One mart: the tables it needs and the columns that can be filtered or grouped by."""

    name: str
    needs: tuple[str, ...]
    dimensions: tuple[str, ...]
    expression: Callable[[Tables, Context], Any]


def _plain(make: Callable[[Tables, int], Any]) -> Callable[[Tables, Context], Any]:
    return lambda tables, context: make(tables, context.offset_hours)


def _dated(make: Callable[..., Any]) -> Callable[[Tables, Context], Any]:
    return lambda tables, context: make(tables, context.offset_hours, until=context.until)


def _mart(name: str, needs: str, dimensions: str, expression: Callable[[Tables, Context], Any]) -> Mart:
    return Mart(name, tuple(needs.split()), tuple(dimensions.split()), expression)


_GROUPS = " ".join(GROUPS)
_ALL = (
    _mart("places", "", "code level parent", _plain(places)),
    _mart("registered_by_village", "registrations", "village district", _plain(registered_by_village)),
    _mart("registrations_daily", "registrations", "day district channel status", _plain(registrations_daily)),
    _mart(
        "verifications_daily",
        "registrations verifications",
        "day district channel subject outcome turn",
        _plain(verifications_daily),
    ),
    _mart(
        "verification_results",
        "registrations verifications",
        "village district channel sex age_band",
        _plain(verification_results),
    ),
    _mart("agent_days", "registrations verifications", "day district", _plain(agent_days)),
    _mart("stages", "registrations", "village district channel programme", _plain(stages)),
    _mart("decisions_daily", "decisions", "day district programme rule outcome", _plain(decisions_daily)),
    _mart(
        "objections_daily",
        "objections",
        "day district kind channel programme grounds screening outcome age",
        _dated(objections_daily),
    ),
    _mart(
        "objection_durations",
        "objections",
        "step district kind channel programme grounds ended days known_for",
        _dated(objection_durations),
    ),
    _mart(
        "objection_weeks", "objections", "district kind channel programme grounds came ended", _plain(objection_weeks)
    ),
    _mart(
        "objection_evidence",
        "objections",
        "district about channel programme grounds rules outcome",
        _plain(objection_evidence),
    ),
    _mart(
        "objections_by_agent", "objections registrations agents", "district judged upheld", _plain(objections_by_agent)
    ),
    _mart("payments_by_period", "payments", "period district programme component", _plain(payments_by_period)),
    _mart("coverage_by_decile", "payments", "period district programme decile", _plain(coverage_by_decile)),
    _mart(
        "targeting_cells",
        "audits",
        "period month frame_date stratum cluster village district programme rule decile receives entitled source "
        + _GROUPS,
        _dated(targeting_cells),
    ),
    _mart(
        "frame_cells",
        "audits predictions",
        f"period programme village district rule receives {_GROUPS}",
        _dated(frame_cells),
    ),
    _mart("checks_by_reason", "audits", "period district programme reason answer enters", _plain(checks_by_reason)),
)
MARTS: dict[str, Mart] = {mart.name: mart for mart in _ALL}


def build(tables: Tables, context: Context) -> Iterator[tuple[str, Any]]:
    """Give the name and expression of each mart that the tables allow, its rows in the order of its dimensions."""
    for mart in MARTS.values():
        if all(name in tables for name in mart.needs):
            expression = mart.expression(tables, context)
            yield mart.name, expression.order_by([name for name in mart.dimensions if name in expression.columns])
