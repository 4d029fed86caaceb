"""Marts of the field checks: the weighted cells that targeting is estimated from, and what did not enter."""

from typing import Any

import ibis

from analytics.marts.common import Tables, with_district

NO_RULE = ""


def targeting_cells(tables: Tables, offset_hours: int) -> Any:
    """Return the weighted cells of the field checks.

    Only checks with a known positive inclusion probability enter, each with weight 1/probability. The family receives
    when it was paid for the programme in the period that the check refers to.

    Returns:
        period × month × stratum × village (cluster) × district × programme × rule × decile (measured welfare)
        × receives × entitled (empty = could not be told): n (families checked), weight (families stood for),
        persons (weight × size), amount (weight × rupiah received).
    """
    checks = tables["audits"]
    checks = checks.filter(checks.inclusion_probability.notnull() & (checks.inclusion_probability > 0))
    rows = _with_payment(_with_rule(_with_size(checks, tables), tables), tables)
    month = (rows.visited_at + ibis.interval(hours=offset_hours)).date().truncate("month")
    weight = 1.0 / rows.inclusion_probability
    rows = with_district(rows, tables).mutate(
        month=month,
        decile=rows.welfare_decile,
        receives=rows.amount > 0,
        weight=weight,
        persons=weight * rows["size"].coalesce(1).cast("float64"),
        weighted_amount=weight * rows.amount.cast("float64"),
    )
    dimensions = (
        "period", "month", "stratum", "village", "district", "programme", "rule", "decile", "receives", "entitled",
    )  # fmt: skip
    return rows.group_by(*dimensions).aggregate(
        n=rows.count(), weight=rows.weight.sum(), persons=rows.persons.sum(), amount=rows.weighted_amount.sum()
    )


def checks_by_reason(tables: Tables, offset_hours: int) -> Any:
    """Return period × district × programme × reason × answer × enters: checks; what enters an estimate, what not."""
    del offset_hours
    rows = with_district(tables["audits"], tables)
    probability = rows.inclusion_probability.coalesce(0.0)
    rows = rows.mutate(
        answer=ibis.cases((rows.entitled.isnull(), "unknown"), (rows.entitled, "entitled"), else_="not_entitled"),
        enters=((probability > 0) & rows.entitled.notnull()).ifelse("yes", "no"),
    )
    return rows.group_by("period", "district", "programme", "reason", "answer", "enters").aggregate(checks=rows.count())


def _with_size(checks: Any, tables: Tables) -> Any:
    return checks.join(tables["families"].select("family_id", "size"), "family_id")


def _with_rule(checks: Any, tables: Tables) -> Any:
    """Add the rule that had last decided on the family when it was visited, empty where none had."""
    if "decisions" not in tables:
        return checks.mutate(rule=ibis.literal(NO_RULE))
    keys = ["family_id", "programme"]
    decisions = tables["decisions"].select(*keys, "rule", "decided_at")
    known = checks.select(*keys, "period", "visited_at").join(decisions, keys)
    before = known.decided_at.isnull() | known.visited_at.isnull() | (known.decided_at <= known.visited_at)
    rules = known.filter(before).group_by(*keys, "period").aggregate(rule=lambda t: t.rule.max())
    keys = [*keys, "period"]
    rows = checks.left_join(rules, keys).drop(*(f"{key}_right" for key in keys))
    return rows.mutate(rule=rows.rule.coalesce(NO_RULE))


def _with_payment(checks: Any, tables: Tables) -> Any:
    """Add the rupiah that the family received for the programme and period, 0 where none."""
    if "payments" not in tables:
        return checks.mutate(amount=ibis.literal(0))
    payments = tables["payments"]
    keys = ["family_id", "programme", "period"]
    paid = payments.group_by(*keys).aggregate(amount=payments.amount.sum())
    rows = checks.left_join(paid, keys).drop(*(f"{key}_right" for key in keys))
    return rows.mutate(amount=rows.amount.coalesce(0))
