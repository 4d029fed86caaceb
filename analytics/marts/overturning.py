"""Marts of what field checks made of usul and sanggah: the cells that evidence is estimated from."""

from typing import Any, Final

import ibis

from analytics.marts.common import Tables, village_of, whole

ABOUT: Final = ("refusal", "receipt", "proposal")
"""What a case is about: one's own refusal, somebody else's receipt, a family that was never decided on."""
JUDGED: Final = ("upheld", "rejected")


def objection_evidence(tables: Tables, offset_hours: int) -> Any:
    """Return district × about × channel × programme × grounds × rules × outcome: objections decided by a field check.

    `rules` are the ids of the rules that refuse the family on its record, separated by `;`: empty where none does (such
    families are refused for their rank) or where the rules were not applied. They are read from the record and not
    from the reasons of the decision, which an upheld objection replaces (docs/adr/0018).
    """
    del offset_hours
    rows = _judged(tables)
    if "verdicts" in tables:
        keys = ["family_id", "programme"]
        refused = tables["verdicts"].select(*keys, rules=tables["verdicts"].refused_by)
        rows = rows.left_join(refused, keys).drop(*(f"{key}_right" for key in keys))
    else:
        rows = rows.mutate(rules=ibis.literal(""))
    rows = rows.mutate(rules=(rows.about == "refusal").ifelse(rows.rules.coalesce(""), ""))
    dimensions = ("district", "about", "channel", "programme", "grounds", "rules", "outcome")
    return rows.group_by(*dimensions).aggregate(objections=whole(rows.count()))


def objections_by_agent(tables: Tables, offset_hours: int) -> Any:
    """Return district (of the agent) × judged × upheld: agents with so many refusals that a field check judged.

    Of families that the agent registered first. No agent can be told from it: it says how many have such counts.
    """
    del offset_hours
    rows = _judged(tables)
    rows = rows.filter(rows.about == "refusal").select("family_id", "outcome")
    registrations = tables["registrations"].filter(tables["registrations"].agent_id.notnull())
    registered = registrations.group_by("family_id").aggregate(agent_id=registrations.agent_id.min())
    rows = rows.join(registered, "family_id")
    agents = tables["agents"].select("agent_id", "village")
    regions = tables["regions"].select(village=tables["regions"].code, district=tables["regions"].parent)
    counted = rows.group_by("agent_id").aggregate(
        judged=whole(rows.count()), upheld=whole((rows.outcome == "upheld").ifelse(1, 0).sum())
    )
    counted = counted.join(agents, "agent_id").join(regions, "village")
    return counted.group_by("district", "judged", "upheld").aggregate(agents=whole(counted.count()))


def _judged(tables: Tables) -> Any:
    rows = tables["objections"]
    rows = rows.filter((rows.screening == "field_check") & rows.outcome.isin(list(JUDGED)))
    rows = village_of(rows, tables)
    about = ibis.cases((rows.kind == "usul", "proposal"), (rows.filed_by == "public", "receipt"), else_="refusal")
    return rows.mutate(about=about, programme=rows.programme.coalesce(""))
