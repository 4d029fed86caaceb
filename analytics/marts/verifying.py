"""Marts of verification by face: whose application got through, and whether agents were verified before they worked."""

from typing import Any

import ibis

from analytics.marts.common import Tables, is_first, local_day, total, whole, with_district
from analytics.marts.groups import ELDERLY

AGE_BANDS = {"0-39": 0, "40-59": 40, "60-69": ELDERLY, "70+": 70}
"""Age bands of applicants and the age that each begins at."""


def verification_results(tables: Tables, offset_hours: int) -> Any:
    """Return village × channel × sex × age band: how the face checks of each application ended.

    Columns: applications (with a check of the applicant), firsts (whose first attempt is in the data), first_failed (it
    did not match), failed (no attempt matched), reviewed (an attempt went to a person), attempts, most (attempts of the
    application with the most). Sex and age band are empty where the applicant is not known.
    """
    checks = tables["verifications"].filter(tables["verifications"].subject == "applicant")
    first, match = checks.attempt == 1, checks.outcome == "match"
    courses = checks.group_by("registration_id").aggregate(
        firsts=total(first),
        first_failed=total(first & ~match),
        matched=total(match),
        reviews=total(checks.outcome == "review"),
        attempts=whole(checks.count()),
        began=checks.checked_at.min(),
    )
    rows = _with_applicant(with_district(tables["registrations"], tables), tables)
    rows = rows.join(courses, "registration_id")
    age = local_day(rows.began, offset_hours).year() - rows.birth_year
    older = [(age >= start, band) for band, start in reversed(AGE_BANDS.items())]
    rows = rows.mutate(age_band=ibis.cases(*older, else_=ibis.null("string")))
    return rows.group_by("village", "district", "channel", "sex", "age_band").aggregate(
        applications=whole(rows.count()),
        firsts=whole(rows.firsts.sum()),
        first_failed=whole(rows.first_failed.sum()),
        failed=total(rows.matched == 0),
        reviewed=total(rows.reviews > 0),
        attempts=whole(rows.attempts.sum()),
        most=whole(rows.attempts.max()),
    )


def _with_applicant(registrations: Any, tables: Tables) -> Any:
    """Add sex and birth_year of the person who applied, empty where the persons do not say."""
    rows = registrations.select("registration_id", "village", "district", "channel", "applicant")
    if "persons" not in tables:
        return rows.mutate(sex=ibis.null("string"), birth_year=ibis.null("int64"))
    persons = tables["persons"].select("person_id", "sex", "birth_year")
    return rows.left_join(persons, rows.applicant == persons.person_id)


def agent_days(tables: Tables, offset_hours: int) -> Any:
    """Return day × district: on how many days agents worked, and on how many of them verified.

    A working day is an agent and a local day on which the agent entered a registration; its district is that of the
    day's first one. It is verified when a check of the agent matched on that day, no later than the first registration.

    Columns: agent_days, unverified, late (of the unverified: a check matched, but after the first registration),
    entered (registrations), entered_unverified (those of the unverified days).
    """
    rows = with_district(tables["registrations"], tables)
    rows = rows.filter((rows.channel == "agent") & rows.agent_id.notnull())
    rows = rows.mutate(day=local_day(rows.submitted_at, offset_hours))
    rows = rows.mutate(
        opening=is_first(rows, ["agent_id", "day"], ["submitted_at", "registration_id"]),
        entered=rows.registration_id.count().over(ibis.window(group_by=["agent_id", "day"])),
    )
    days = rows.filter(rows.opening).select("agent_id", "day", "district", "submitted_at", "entered")
    checks = tables["verifications"].filter(
        (tables["verifications"].subject == "agent") & (tables["verifications"].outcome == "match")
    )
    checks = checks.select("registration_id", "checked_at", day=local_day(checks.checked_at, offset_hours))
    checks = checks.join(tables["registrations"].select("registration_id", "agent_id"), "registration_id")
    checks = checks.group_by("agent_id", "day").aggregate(matched_at=checks.checked_at.min())
    days = days.left_join(checks, ["agent_id", "day"]).drop("agent_id_right", "day_right")
    verified = (days.matched_at <= days.submitted_at).coalesce(ibis.literal(value=False))
    days = days.mutate(verified=verified)
    return days.group_by("day", "district").aggregate(
        agent_days=whole(days.count()),
        unverified=total(~days.verified),
        late=total(~days.verified & days.matched_at.notnull()),
        entered=whole(days.entered.sum()),
        entered_unverified=whole(days.verified.ifelse(0, days.entered).sum()),
    )
