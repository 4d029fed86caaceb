"""Patterns that are named and told: mass filing, answers in kind, misused NIKs. None of them rejects anything.

Counts are of the snapshot that is read: of one that is limited to an area, what was filed there.
"""

from typing import Any, Final

import ibis

from analytics.objections.screening.steps import Keep
from analytics.objections.screening.thresholds import Thresholds

PATTERNS: Final = ("mass_filing", "retaliation", "after_own_rejection", "nik_misuse", "registered_unawares")
FLAGS: Final = ("by_person", "by_device", "by_agent", "by_office")
SECONDS_A_DAY: Final = 86_400


def with_patterns(rows: Any, tables: dict[str, Any], limits: Thresholds, *, keep: Keep) -> Any:
    """Add one flag a pattern, false where the export does not say who filed.

    Args:
        rows: Objections: objection_id, family_id, village, direction, channel, filed_by, filed_at, outcome,
            resolved_at, filer, agent_id, device.
        tables: Ibis tables of the contract; persons and registrations where there are any.
        limits: Thresholds.
        keep: Works a step out.

    Returns:
        `rows` with PATTERNS, and registered_by_agent (an agent had registered the family when it filed).
    """
    rows = keep(_with_mass(rows, limits))
    rows = keep(_with_answers(rows, tables, limits))
    return _with_misuse(rows, tables)


def _with_mass(rows: Any, limits: Thresholds) -> Any:
    """A row belongs to a mass where some window that holds it holds as many as the threshold."""
    rows = rows.mutate(__second=rows.filed_at.epoch_seconds())
    office = (rows.channel == "village_office").ifelse(rows.village, ibis.null("string"))
    rows = rows.mutate(__office=office)
    groups = {
        "by_person": ("filer", limits.mass_filed, rows.direction == "against"),
        # An agent's own phone files for many; the agent is counted as such.
        "by_device": ("device", limits.mass_filed, rows.filed_by != "agent"),
        "by_agent": ("agent_id", limits.mass_filed_by_agent, rows.agent_id.notnull()),
        "by_office": ("__office", limits.mass_filed_at_office, rows["__office"].notnull()),
    }
    width = limits.mass_days * SECONDS_A_DAY
    counted = {}
    for name, (group, _, counts) in groups.items():
        backwards = ibis.range_window(preceding=width, following=0, group_by=rows[group], order_by=rows["__second"])
        counted[f"__n_{name}"] = counts.ifelse(1, 0).sum().over(backwards)
    rows = rows.mutate(**counted)
    flags = {}
    for name, (group, least, _) in groups.items():
        forwards = ibis.range_window(preceding=0, following=width, group_by=rows[group], order_by=rows["__second"])
        most = rows[f"__n_{name}"].max().over(forwards)
        flags[name] = rows[group].notnull() & (most >= least)
    rows = rows.mutate(**flags)
    own = {"by_person": rows.direction == "against", "by_device": rows.filed_by != "agent"}
    mass = [rows[name] & own[name] if name in own else rows[name] for name in FLAGS]
    found = mass[0] | mass[1] | mass[2] | mass[3]
    kept = [name for name in rows.columns if not name.startswith("__") and name not in FLAGS]
    return rows.mutate(mass_filing=found.fill_null(ibis.literal(value=False))).select(*kept, "mass_filing")


def _with_answers(rows: Any, tables: dict[str, Any], limits: Thresholds) -> Any:
    no = ibis.literal(value=False)
    if "persons" not in tables:
        return rows.mutate(retaliation=no, after_own_rejection=no)
    persons = tables["persons"].select(filer="person_id", filer_family="family_id")
    # Only the objections that name their filer, and only those against a family, are matched.
    named = rows.filter(rows.filer.notnull() & (rows.direction == "against"))
    named = named.select("objection_id", "family_id", "filed_at", "filer").join(persons, "filer")
    named = named.filter(named.filer_family != named.family_id)
    first = named.select(by="filer_family", about="family_id", first_filed="filed_at")
    answers = named.join(first, [named.family_id == first.by, named.filer_family == first.about])
    window = ibis.interval(days=limits.retaliation_days)
    answers = answers.filter(
        (answers.first_filed < answers.filed_at) & (answers.first_filed >= answers.filed_at - window)
    )
    answers = answers.group_by("objection_id").aggregate(answered=answers.first_filed.max())
    rejected = _after_rejection(rows, named, limits)
    rows = rows.left_join(answers, "objection_id").drop("objection_id_right")
    rows = rows.left_join(rejected, "objection_id").drop("objection_id_right")
    return rows.mutate(retaliation=rows.answered.notnull(), after_own_rejection=rows.own_rejected.notnull()).drop(
        "answered", "own_rejected"
    )


def _after_rejection(rows: Any, named: Any, limits: Thresholds) -> Any:
    """Return the objections against others that form a cluster after the filer's family's own was rejected."""
    own = rows.filter((rows.direction == "claim") & (rows.outcome == "rejected"))
    own = own.select(filer_family="family_id", rejected_at="resolved_at")
    window = ibis.interval(days=limits.rejected_days)
    after = named.join(own, "filer_family")
    after = after.filter((after.filed_at >= after.rejected_at) & (after.filed_at <= after.rejected_at + window))
    cluster = after.group_by("filer_family", "rejected_at").aggregate(filed=after.objection_id.nunique())
    cluster = cluster.filter(cluster.filed >= limits.rejected_filed)
    found = after.semi_join(cluster, ["filer_family", "rejected_at"])
    return found.group_by("objection_id").aggregate(own_rejected=found.rejected_at.max())


def _with_misuse(rows: Any, tables: dict[str, Any]) -> Any:
    """A family says that its NIK was used, or that it was never recorded while an agent had registered it."""
    no = ibis.literal(value=False)
    if "registrations" not in tables:
        return rows.mutate(nik_misuse=rows.direction == "misuse", registered_unawares=no, registered_by_agent=no)
    filed = tables["registrations"].semi_join(rows, "family_id")
    by_agent = filed.filter(filed.channel == "agent").group_by("family_id").aggregate(
        agent_from=filed.submitted_at.min()
    )  # fmt: skip
    rows = rows.left_join(by_agent, "family_id").drop("family_id_right")
    through_agent = (rows.agent_from <= rows.filed_at).fill_null(no)
    says_never = (rows.filed_by == "self") & (rows.grounds == "never_recorded")
    return rows.mutate(
        nik_misuse=rows.direction == "misuse",
        registered_unawares=says_never & through_agent,
        registered_by_agent=through_agent,
    ).drop("agent_from")
