"""Marts of the field checks: the weighted cells that targeting is estimated from, and what did not enter."""

from datetime import datetime
from typing import Any

import ibis

from analytics.marts.common import Tables, with_district
from analytics.marts.groups import GROUPS, with_groups
from analytics.marts.sources import with_source

NO_RULE = ""
FROM_FAMILIES = 1.0
"""Probability of the village where families were drawn without drawing villages first."""


def targeting_cells(tables: Tables, offset_hours: int, *, until: datetime) -> Any:
    """Return the weighted cells of the field checks.

    Only checks with a known positive inclusion probability enter, each with weight 1/probability. The family receives
    when it was paid for the programme in the period that the check refers to. The cluster is the village, or the family
    itself where families were drawn without drawing villages first; only then is the share that was not drawn known.

    Returns:
        period × month × frame_date × stratum × cluster × village × district × programme × rule × decile (measured
        welfare) × receives × entitled (empty = could not be told) × source (of the error, empty = none) × groups of the
        family: n (families checked), weight (families stood for), persons (weight × size), amount (weight × rupiah
        received), predicted and predicted_persons (weight × predicted probability of being entitled, empty without a
        prediction), unsampled (share of the stratum's clusters not drawn).
    """
    checks = tables["audits"]
    checks = checks.filter(checks.inclusion_probability.notnull() & (checks.inclusion_probability > 0))
    checks = with_cluster(checks)
    rows = with_groups(with_size(checks, tables), tables, until=until)
    rows = _with_payment(with_rule(rows, tables, until="visited_at"), tables)
    rows = with_prediction(rows, tables)
    weight = 1.0 / rows.inclusion_probability
    rows = with_district(rows, tables).mutate(
        month=(rows.visited_at + ibis.interval(hours=offset_hours)).date().truncate("month"),
        decile=rows.welfare_decile,
        receives=rows.amount > 0,
        weight=weight,
        persons=weight * rows.persons_of_family,
        weighted_amount=weight * rows.amount.cast("float64"),
    )
    rows = with_source(rows, tables)
    dimensions = (
        "period", "month", "frame_date", "stratum", "cluster", "village", "district", "programme", "rule", "decile",
        "receives", "entitled", "source", *GROUPS,
    )  # fmt: skip
    return rows.group_by(*dimensions).aggregate(
        n=rows.count(),
        weight=rows.weight.sum(),
        persons=rows.persons.sum(),
        amount=rows.weighted_amount.sum(),
        predicted=(rows.weight * rows.probability).sum(),
        predicted_persons=(rows.persons * rows.probability).sum(),
        unsampled=rows.unsampled.mean(),
    )


def frame_cells(tables: Tables, offset_hours: int, *, until: datetime) -> Any:
    """Return every family of the frame with its prediction, summed; what model-assisted estimates are corrected by.

    Returns:
        period × programme (those with predictions) × village × district × rule × receives × groups: families, persons,
        predicted, predicted_persons (sums of the predicted probability of being entitled).
    """
    del offset_hours
    families = tables["families"].select("family_id", "village")
    rows = with_district(families, tables).join(tables["predictions"], "family_id")
    rows = rows.cross_join(tables["audits"].select("period").distinct())
    rows = with_groups(with_size(rows, tables), tables, until=until)
    rows = _with_payment(with_rule(rows, tables, until=""), tables)
    rows = rows.mutate(receives=rows.amount > 0, persons=rows.persons_of_family)
    dimensions = ("period", "programme", "village", "district", "rule", "receives", *GROUPS)
    return rows.group_by(*dimensions).aggregate(
        families=rows.count(),
        persons=rows.persons.sum(),
        predicted=rows.probability.sum(),
        predicted_persons=(rows.persons * rows.probability).sum(),
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


def with_cluster(checks: Any) -> Any:
    """Add `cluster` and `unsampled` (share of the stratum's clusters that was not drawn) to field checks.

    The cluster is the village, or the family itself, under a number, where families were drawn without drawing villages
    first.
    """
    direct = (checks.cluster_probability == FROM_FAMILIES).fill_null(ibis.literal(value=False))
    number = ibis.dense_rank().over(ibis.window(order_by=checks.family_id)).cast("string")
    checks = checks.mutate(direct=direct, number=number)
    return checks.mutate(
        cluster=checks.direct.ifelse(ibis.literal("family ") + checks.number, checks.village),
        unsampled=checks.direct.ifelse(1.0 - checks.inclusion_probability, 1.0),
    ).drop("direct", "number")


def with_size(rows: Any, tables: Tables) -> Any:
    """Add `persons_of_family`, 1 where the size is not known."""
    families = tables["families"]
    return rows.join(
        families.select("family_id", persons_of_family=families["size"].coalesce(1).cast("float64")), "family_id"
    )


def with_prediction(rows: Any, tables: Tables) -> Any:
    """Add the predicted `probability` of being entitled, empty where there is none."""
    if "predictions" not in tables:
        return rows.mutate(probability=ibis.null("float64"))
    keys = ["family_id", "programme"]
    known = tables["predictions"].select(*keys, "probability")
    return rows.left_join(known, keys).drop(*(f"{key}_right" for key in keys))


def with_rule(rows: Any, tables: Tables, *, until: str) -> Any:
    """Add what was decided last on the family and programme: rule (empty where nothing), outcome and reasons.

    Args:
        rows: With family_id, programme, period.
        tables: The contract's tables.
        until: Column of the time after which a decision does not count; empty counts all.
    """
    if "decisions" not in tables:
        empty = ibis.null("string")
        return rows.mutate(rule=ibis.literal(NO_RULE), outcome=empty, reasons=empty)
    keys = ["family_id", "programme", *(["period"] if until else [])]
    decisions = tables["decisions"].select("family_id", "programme", "rule", "decided_at", "outcome", "reasons")
    known = decisions
    if until:
        known = rows.select(*keys, until).join(decisions, ["family_id", "programme"])
        limit = known[until]
        known = known.filter(known.decided_at.isnull() | limit.isnull() | (known.decided_at <= limit))
    latest = ibis.window(
        group_by=keys, order_by=[ibis.desc(known.decided_at, nulls_first=False), ibis.desc(known.rule)]
    )
    known = known.mutate(place=ibis.row_number().over(latest))
    last = known.filter(known.place == 0).select(*keys, "rule", "outcome", "reasons")
    found = rows.left_join(last, keys).drop(*(f"{key}_right" for key in keys))
    return found.mutate(rule=found.rule.coalesce(NO_RULE))


def _with_payment(rows: Any, tables: Tables) -> Any:
    """Add the rupiah that the family received for the programme and period, 0 where none."""
    if "payments" not in tables:
        return rows.mutate(amount=ibis.literal(0))
    payments = tables["payments"]
    keys = ["family_id", "programme", "period"]
    paid = payments.group_by(*keys).aggregate(amount=payments.amount.sum())
    found = rows.left_join(paid, keys).drop(*(f"{key}_right" for key in keys))
    return found.mutate(amount=found.amount.coalesce(0))
