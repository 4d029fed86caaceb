"""Whether a family received a programme when an objection was filed, as far as the snapshot can still tell."""

from typing import Any, Final, Literal

import ibis

from analytics.objections.screening.steps import Keep

Standing = Literal["receives", "listed", "paid_undecided", "refused", "none", "conflict", "unknown"]
LEAD_DAYS: Final = 92
"""A round of payments that opens within a quarter of a decision may still follow a list made before it (assumed)."""
KEY: Final = ("objection_id", "family_id", "programme", "filed_at")


def with_standing(rows: Any, tables: dict[str, Any], *, keep: Keep) -> Any:
    """Add how each family stood in its programme at the moment of filing.

    A payment counts in the latest round that was paid out to everybody, or since. A decision that was taken later under
    the same rule has taken an earlier one's place: then nobody can tell any more, and nothing is concluded.

    Args:
        rows: Objections: objection_id, family_id, programme ("" = all), filed_at.
        tables: Ibis tables of the contract; decisions and payments where there are any.
        keep: Works a step out.

    Returns:
        `rows` with standing (receives: found eligible and paid, or paid where no decisions are known at all; listed:
        found eligible, not yet paid; paid_undecided: paid, but by an earlier list; refused; none: neither decided nor
        paid; conflict: decision and payment do not agree; unknown),
        decided_on (moment of the decision that stood) and paid_on (moment of the last payment).
    """
    rows = keep(_with_decisions(rows, tables))
    rows = keep(_with_payments(rows, tables, keep=keep))
    eligible = rows.eligible_at.notnull() & (rows.refused_at.isnull() | (rows.eligible_at >= rows.refused_at))
    refused = rows.refused_at.notnull() & ~eligible
    decided = ibis.greatest(rows.eligible_at.coalesce(rows.refused_at), rows.refused_at.coalesce(rows.eligible_at))
    no = ibis.literal(value=False)
    paid = (rows.paid_on >= rows.round_from).fill_null(no)
    since = (rows.round_from > decided + ibis.interval(days=LEAD_DAYS)).fill_null(no)
    standing = ibis.cases(
        (rows.programme == "", "unknown"),
        ((refused & paid & since) | (eligible & ~paid & since), "conflict"),
        (eligible & paid, "receives"),
        (eligible, "listed"),
        (refused, "refused"),
        (rows.overtaken, "unknown"),
        (paid, "paid_undecided" if "decisions" in tables else "receives"),
        (rows.told, "none"),
        else_="unknown",
    )
    return rows.mutate(standing=standing, decided_on=decided).drop(
        "eligible_at", "refused_at", "overtaken", "round_from", "told"
    )


def _with_decisions(rows: Any, tables: dict[str, Any]) -> Any:
    """Add eligible_at, refused_at (latest by then) and overtaken (there is a later one)."""
    if "decisions" not in tables:
        return rows.mutate(
            eligible_at=ibis.null("timestamp"), refused_at=ibis.null("timestamp"), overtaken=ibis.literal(value=False)
        )
    decisions = tables["decisions"].select("family_id", "programme", "decided_at", decision="outcome")
    found = rows.select(*KEY).join(decisions, ["family_id", "programme"])
    by_then = found.decided_at <= found.filed_at
    found = found.group_by("objection_id").aggregate(
        eligible_at=found.decided_at.max(where=by_then & (found.decision == "eligible")),
        refused_at=found.decided_at.max(where=by_then & (found.decision == "ineligible")),
        overtaken=(found.decided_at > found.filed_at).ifelse(1, 0).max() == 1,
    )
    joined = rows.left_join(found, "objection_id").drop("objection_id_right")
    return joined.mutate(overtaken=joined.overtaken.fill_null(ibis.literal(value=False)))


def _with_payments(rows: Any, tables: dict[str, Any], *, keep: Keep) -> Any:
    """Add paid_on, round_from (first payment of the latest round that was paid out) and told (a list can be told)."""
    decided = "decisions" in tables
    if "payments" not in tables:
        none = ibis.null("timestamp")
        return rows.mutate(paid_on=none, round_from=none, told=ibis.literal(decided))
    payments = tables["payments"]
    payments = payments.filter((payments.amount > 0) & payments.paid_at.notnull())
    rounds = payments.group_by("programme", "period").aggregate(
        opened=payments.paid_at.min(), closed=payments.paid_at.max()
    )
    # Rounds are compared by day, so that this join is of days and not of objections.
    days = rows.select("programme", filed_on=rows.filed_at.date()).distinct()
    passed = days.join(rounds, "programme")
    passed = passed.filter(passed.closed.date() < passed.filed_on)
    latest = passed.group_by("programme", "filed_on").aggregate(round_from=passed.opened.max())
    paid = rows.select(*KEY).join(payments.select("family_id", "programme", "paid_at"), ["family_id", "programme"])
    paid = paid.filter(paid.paid_at <= paid.filed_at)
    paid = paid.group_by("objection_id").aggregate(paid_on=paid.paid_at.max())
    rows = keep(rows.mutate(filed_on=rows.filed_at.date()))
    rows = rows.left_join(latest, ["programme", "filed_on"]).drop("programme_right", "filed_on_right")
    rows = rows.left_join(paid, "objection_id").drop("objection_id_right")
    return rows.mutate(told=rows.round_from.notnull() | ibis.literal(decided)).drop("filed_on")
