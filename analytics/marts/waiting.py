"""Marts of how long usul and sanggah wait: counts by days of each step, and by the weeks that they came and ended in.

Counts by day are all that Kaplan–Meier needs (`analytics.estimation.survival`), so that no page reads single cases.
"""

from datetime import datetime
from typing import Any, Final

import ibis

from analytics.marts.common import Tables, local_day, village_of, whole

STEPS: Final = ("screening", "field_check", "desk", "whole")
"""Filed to screened; screened to the outcome, through a field check or without one; filed to the outcome."""
OPEN: Final = "open"
"""Way of ending of what has not ended."""
DONE: Final = "done"
"""Of the step screening: it was screened."""
KNOWN_FOR: Final = 28
"""Days from the filing to the newest data are told apart up to here: cases of days still filling up are left out."""
_GROUPS: Final = ("district", "kind", "channel", "programme", "grounds")


def objection_durations(tables: Tables, offset_hours: int, *, until: datetime) -> Any:
    """Return step × groups × ended × days × known_for: objections.

    `days` are calendar days to the end of the step, or to `until` (newest moment of the data) where it is open. `ended`
    is upheld, rejected or withdrawn; of screening done, or withdrawn where the case ended unscreened.
    """
    rows = _rows(tables)
    filed, screened = local_day(rows.filed_at, offset_hours), local_day(rows.screened_at, offset_hours)
    resolved = local_day(rows.resolved_at, offset_hours)
    newest = ibis.literal(until) + ibis.interval(hours=offset_hours)
    rows = rows.mutate(filed=filed, screened=screened, resolved=resolved, newest=newest.date())
    rows = rows.mutate(known_for=ibis.least(_days(rows.newest, rows.filed), KNOWN_FOR))
    result = rows.resolved.isnull().ifelse(OPEN, rows.outcome)
    unscreened = rows.resolved.isnull().ifelse(OPEN, "withdrawn")
    after = rows.screened.notnull()
    parts = [
        _counted(
            rows,
            step=ibis.literal("screening"),
            ended=rows.screened.notnull().ifelse(DONE, unscreened),
            days=_days(rows.screened.coalesce(rows.resolved, rows.newest), rows.filed),
        ),
        _counted(
            rows.filter(after),
            step=(rows.screening == "field_check").fill_null(ibis.literal(value=False)).ifelse("field_check", "desk"),
            ended=result,
            days=_days(rows.resolved.coalesce(rows.newest), rows.screened),
        ),
        _counted(
            rows,
            step=ibis.literal("whole"),
            ended=result,
            days=_days(rows.resolved.coalesce(rows.newest), rows.filed),
        ),
    ]
    return ibis.union(*parts)


def objection_weeks(tables: Tables, offset_hours: int) -> Any:
    """Return groups × came (Monday of the week in which it reached the portal) × ended (empty = open): objections.

    By the week of arrival and not of filing: what was open at the end of any week is then known for good.
    """
    rows = _rows(tables)
    came = local_day(rows.received_at.coalesce(rows.filed_at), offset_hours).truncate("W")
    ended = local_day(rows.resolved_at, offset_hours).truncate("W")
    rows = rows.mutate(came=came, ended=ended)
    return rows.group_by(*_GROUPS, "came", "ended").aggregate(objections=whole(rows.count()))


def _rows(tables: Tables) -> Any:
    rows = village_of(tables["objections"], tables)
    return rows.mutate(programme=rows.programme.coalesce(""))


def _days(end: Any, start: Any) -> Any:
    return ibis.greatest(end.delta(start, unit="day"), 0).cast("int64")


def _counted(rows: Any, *, step: Any, ended: Any, days: Any) -> Any:
    rows = rows.mutate(step=step, way=ended, days=days).select("step", *_GROUPS, "way", "days", "known_for")
    rows = rows.rename(ended="way")
    return rows.group_by("step", *_GROUPS, "ended", "days", "known_for").aggregate(objections=whole(rows.count()))
