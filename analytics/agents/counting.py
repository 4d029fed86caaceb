"""One pass over the applications that agents entered: every indicator counted by agent and case mix, in the engine.

What else is known of an application (its first face check, whether the family had applied before, objections, field
checks) is joined to it, each once; the only grouping is by agent and mix, so that what comes out is small however many
applications there are.
"""

from typing import Any, Final

import ibis
import pyarrow as pa

from analytics.agents.local_time import local
from analytics.marts.common import Tables, as_flag, total, whole, with_district
from analytics.marts.groups import ELDERLY

NIGHT: Final = (22, 5)
"""Night begins and ends (assumed): hours in which nobody is visited at home."""
CROWDED: Final = 30
"""Applications in one clock hour above which it is crowded (assumed): one each two minutes, where the press says that
a record alone takes about one."""
ROUND_AREA: Final = 10
"""Floor areas that are multiples of this are rounded, m²."""
LEAST_SECONDS: Final = 1.0
"""Shorter times count as this long."""


def applications(tables: Tables) -> Any:
    """Return the applications that agents entered, with the case mix and what the rest of the warehouse says of each.

    Columns: registration_id, family_id, agent_id, device, district, hour (local, cut to the hour), day, night, weekend,
    elderly (0 or 1), duration, again (the family had applied before), floor_area, checked, failed (first face check),
    objected (an objection was upheld), visited and refuted (random field check of a receiver; not entitled).
    """
    # The district is that of the village: the one that the export states may be empty.
    entered = tables["registrations"].select(
        "registration_id", "family_id", "channel", "agent_id", "village", "device", "submitted_at", "duration"
    )
    rows = with_district(entered, tables)
    rows = rows.filter((rows.channel == "agent") & rows.agent_id.notnull())
    rows = rows.select(
        "registration_id", "family_id", "agent_id", "device", "district", "submitted_at", "duration",
        at=local(rows.submitted_at, rows.village),
    )  # fmt: skip
    rows = rows.mutate(hour=rows["at"].truncate("h"), day=rows["at"].date(), clock=rows["at"].hour())
    rows = rows.mutate(
        night=as_flag((rows.clock >= NIGHT[0]) | (rows.clock < NIGHT[1])),
        weekend=as_flag(rows.day.day_of_week.index() >= 5),
    )
    families = tables["families"].select("family_id", "head_birth_year", "floor_area")
    rows = _joined(rows, families, "family_id")
    rows = rows.mutate(elderly=as_flag(rows.day.year() - rows.head_birth_year >= ELDERLY).coalesce(0))
    rows = _joined(rows, _first_applied(tables), "family_id")
    rows = rows.mutate(again=as_flag(rows.submitted_at > rows.first_at).coalesce(0))
    rows = _joined(rows, _first_checks(tables), "registration_id")
    rows = _joined(rows, _objections(tables), "family_id")
    return _joined(rows, _visits(tables), "family_id")


def by_mix(rows: Any, tables: Tables) -> Any:
    """Return one row an agent and mix (district, elderly, weekend, night), of which the indicators are made.

    Args:
        rows: Of `applications`.
        tables: The warehouse.
    """
    rows = _joined(rows, _lent_devices(tables), "device")
    logs = rows.duration.clip(lower=LEAST_SECONDS).ln()
    fresh, lent = rows.again == 0, rows.lent.coalesce(0)
    return rows.group_by("agent_id", "district", "elderly", "weekend", "night").aggregate(
        applications=whole(rows.count()),
        again=whole(rows.again.sum()),
        timed=total(rows.duration.notnull()),
        logs=logs.sum(),
        squares=(logs * logs).sum(),
        known_device=total(rows.device.notnull()),
        lent=whole(lent.sum()),
        checked=whole(rows.checked.sum()),
        failed=whole(rows.failed.sum()),
        measured=total(fresh & rows.floor_area.notnull()),
        heaped=total(fresh & (rows.floor_area % ROUND_AREA == 0)),
        families=total(fresh),
        objected=total(fresh & (rows.objected == 1)),
        visited=total(fresh & (rows.visited == 1)),
        refuted=total(fresh & (rows.refuted == 1)),
    )


def hours(rows: Any) -> Any:
    """Return one row an agent and district: hours (in which anything was entered), crowded."""
    busy = rows.group_by("agent_id", "district", "hour").aggregate(entered=rows.count())
    return busy.group_by("agent_id", "district").aggregate(
        hours=whole(busy.count()), crowded=total(busy.entered > CROWDED)
    )


def days(rows: Any, tables: Tables) -> Any:
    """Return one row an agent and district: days (with an application), unchecked (without a match of the own face)."""
    if "verifications" not in tables:
        return None
    checks = tables["verifications"]
    own = checks.filter((checks.subject == "agent") & (checks.outcome == "match"))
    own = own.select("registration_id", own=ibis.literal(1)).distinct()
    worked = _joined(rows.select("registration_id", "agent_id", "district", "day"), own, "registration_id")
    worked = worked.group_by("agent_id", "district", "day").aggregate(own=worked.own.max())
    return worked.group_by("agent_id", "district").aggregate(
        days=whole(worked.count()), unchecked=total(worked.own.isnull())
    )


def helped_selves(tables: Tables) -> Any:
    """Return applications that families made "by themselves" on a device that an agent works with.

    Columns: agent_id, registration_id, family_id, applicant, device.
    """
    rows = tables["registrations"]
    worked_with = rows.filter((rows.channel == "agent") & rows.agent_id.notnull() & rows.device.notnull())
    worked_with = worked_with.select("agent_id", "device").distinct()
    alone = rows.filter(rows.channel == "self").select("registration_id", "family_id", "applicant", "device")
    return alone.join(worked_with, "device")


def _lent_devices(tables: Tables) -> Any:
    """Device: lent = 1 of those that several agents work with."""
    rows = tables["registrations"]
    rows = rows.filter((rows.channel == "agent") & rows.device.notnull()).select("agent_id", "device").distinct()
    users = rows.group_by("device").aggregate(users=rows.count())
    return users.filter(users.users > 1).select("device", lent=ibis.literal(1))


def _first_applied(tables: Tables) -> Any:
    """Family: first_at of those that applied more than once."""
    rows = tables["registrations"]
    first = rows.group_by("family_id").aggregate(first_at=rows.submitted_at.min(), times=rows.count())
    return first.filter(first.times > 1).select("family_id", "first_at")


def _first_checks(tables: Tables) -> Any:
    """Application: checked = 1, failed = 1 where the first check of the applicant did not match; absent without one."""
    if "verifications" not in tables:
        return _nothing(registration_id="string", checked="int8", failed="int8")
    checks = tables["verifications"]
    first = checks.filter((checks.subject == "applicant") & (checks.attempt == 1))
    return first.select("registration_id", checked=ibis.literal(1), failed=as_flag(first.outcome != "match"))


def _objections(tables: Tables) -> Any:
    """Family: objected = 1 where an objection to its decision was upheld."""
    if "objections" not in tables:
        return _nothing(family_id="string", objected="int8")
    rows = tables["objections"].filter(
        (tables["objections"].kind == "sanggah") & (tables["objections"].outcome == "upheld")
    )
    return rows.select("family_id", objected=ibis.literal(1)).distinct()


def _visits(tables: Tables) -> Any:
    """Family: visited = 1 of receivers who were drawn at random and checked, refuted = 1 where not entitled."""
    if "audits" not in tables:
        return _nothing(family_id="string", visited="int8", refuted="int8")
    rows = tables["audits"]
    rows = rows.filter((rows.reason == "random") & (rows.frame == "receivers") & rows.entitled.notnull())
    refuted = rows.group_by("family_id").aggregate(refuted=as_flag(~rows.entitled).max())
    return refuted.mutate(visited=ibis.literal(1))


def _nothing(**columns: str) -> Any:
    """Return what a table that the data set does not have would have been, without a row."""
    empty = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()]).empty_table()
    return ibis.memtable(empty)


def _joined(rows: Any, other: Any, key: str) -> Any:
    return rows.left_join(other, key).drop(f"{key}_right")
