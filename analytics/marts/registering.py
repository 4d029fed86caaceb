"""Marts of registering: applications by day, face checks, and how far families came."""

from typing import Any

import ibis

from analytics.marts.common import ALL, Tables, as_flag, is_first, local_day, total, village_of, whole, with_district


def registrations_daily(tables: Tables, offset_hours: int) -> Any:
    """Return day × district × channel × status: registrations, families (counted at their first), seconds."""
    rows = with_district(tables["registrations"], tables)
    rows = rows.mutate(
        day=local_day(rows.submitted_at, offset_hours),
        first=is_first(rows, ["family_id"], ["submitted_at", "registration_id"]),
    )
    return rows.group_by("day", "district", "channel", "status").aggregate(
        registrations=rows.count(),
        families=total(rows["first"]),
        seconds=rows.duration.sum().coalesce(0.0),
        timed=total(rows.duration.notnull()),
    )


def verifications_daily(tables: Tables, offset_hours: int) -> Any:
    """Return day × district × channel × subject × outcome × first attempt or later: checks."""
    registrations = with_district(tables["registrations"], tables).select("registration_id", "district", "channel")
    rows = tables["verifications"].join(registrations, "registration_id")
    rows = rows.mutate(
        day=local_day(rows.checked_at, offset_hours),
        turn=(rows.attempt == 1).ifelse("first", "later"),
    )
    return rows.group_by("day", "district", "channel", "subject", "outcome", "turn").aggregate(checks=rows.count())


def stages(tables: Tables, offset_hours: int) -> Any:
    """Return village × channel × programme: families registered, checked, verified, decided, eligible, paid.

    Programme `*` counts a family once, whatever it was found eligible for; paid is about the latest period.
    """
    del offset_hours
    families = _verified_families(tables)
    decided = _outcomes(tables)
    paid = _latest_paid(tables)
    programmes = ibis.union(decided.select("programme"), paid.select("programme"), distinct=True)
    single = families.cross_join(programmes)
    single = single.left_join(decided, ["family_id", "programme"]).drop("family_id_right", "programme_right")
    single = single.left_join(paid, ["family_id", "programme"]).drop("family_id_right", "programme_right")
    any_decided = decided.group_by("family_id").aggregate(
        decided=decided.decided.max(), eligible=decided.eligible.max()
    )
    any_paid = paid.group_by("family_id").aggregate(paid=paid.paid.max())
    together = families.mutate(programme=ibis.literal(ALL))
    together = together.left_join(any_decided, "family_id").drop("family_id_right")
    together = together.left_join(any_paid, "family_id").drop("family_id_right")
    columns = ["village", "district", "channel", "programme", "checked", "verified", "decided", "eligible", "paid"]
    rows = ibis.union(single.select(columns), together.select(columns))
    return rows.group_by("village", "district", "channel", "programme").aggregate(
        registered=rows.count(),
        **{name: whole(rows[name].sum()) for name in ("checked", "verified", "decided", "eligible", "paid")},
    )


def _verified_families(tables: Tables) -> Any:
    """One row a registered family: village, district, channel of its first application, checked, verified."""
    rows = with_district(tables["registrations"], tables)
    if "verifications" in tables:
        checks = tables["verifications"].filter(tables["verifications"].subject == "applicant")
        checks = checks.group_by("registration_id").aggregate(
            checked=as_flag(checks.outcome.notnull()).max(), verified=as_flag(checks.outcome == "match").max()
        )
        rows = rows.left_join(checks, "registration_id").drop("registration_id_right")
    else:
        rows = rows.mutate(checked=ibis.literal(0), verified=ibis.literal(0))
    rows = rows.mutate(
        first=is_first(rows, ["family_id"], ["submitted_at", "registration_id"]),
        checked=rows.checked.max().over(ibis.window(group_by="family_id")),
        verified=rows.verified.max().over(ibis.window(group_by="family_id")),
    )
    return rows.filter(rows["first"]).select("family_id", "village", "district", "channel", "checked", "verified")


def _outcomes(tables: Tables) -> Any:
    """Family × programme: decided, eligible (0 or 1)."""
    if "decisions" not in tables:
        return ibis.memtable({"family_id": [""], "programme": [ALL], "decided": [0], "eligible": [0]}).limit(0)
    rows = tables["decisions"]
    return rows.group_by("family_id", "programme").aggregate(
        decided=as_flag(rows.outcome != "pending").max(), eligible=as_flag(rows.outcome == "eligible").max()
    )


def _latest_paid(tables: Tables) -> Any:
    """Family × programme paid in the programme's latest period."""
    if "payments" not in tables:
        return ibis.memtable({"family_id": [""], "programme": [ALL], "paid": [0]}).limit(0)
    rows = tables["payments"].filter(tables["payments"].amount > 0)
    latest = rows.group_by("programme").aggregate(period=rows.period.max())
    return (
        rows.join(latest, ["programme", "period"])
        .select("family_id", "programme")
        .distinct()
        .mutate(paid=ibis.literal(1))
    )


def decisions_daily(tables: Tables, offset_hours: int) -> Any:
    """Return day × district × programme × rule × outcome: decisions."""
    rows = village_of(tables["decisions"], tables)
    rows = rows.mutate(day=local_day(rows.decided_at, offset_hours))
    return rows.group_by("day", "district", "programme", "rule", "outcome").aggregate(decisions=rows.count())
