"""Earlier objections that said the same of the same family, and whether anything has changed since."""

from functools import reduce
from operator import and_
from typing import Any, Final

import ibis

from analytics.objections.screening.steps import Keep
from validation.contract import CROSS_CHECKS

SAME: Final = ("family_id", "programme", "kind", "grounds")
"""What makes two objections identical."""


def with_history(rows: Any, tables: dict[str, Any], *, repeat_days: int, keep: Keep) -> Any:
    """Add what came of identical objections that were filed before.

    Args:
        rows: Objections: objection_id, SAME, filed_at, screening, resolved_at, outcome.
        tables: Ibis tables of the contract: families, and decisions where there are any.
        repeat_days: How far back one that was rejected still counts.
        keep: Works a step out.

    Returns:
        `rows` with open_since (when the first identical one was filed that was still open), rejected_on,
        rejected_unseen_on and upheld_on (when the latest identical one was resolved: rejected after a field check,
        rejected at the desk, upheld; rejections within `repeat_days` alone), and unchanged (since rejected_on no
        decision was taken, and every record of another register is older; empty where a record has no date and nobody
        can tell).
    """
    earlier = rows.select(
        *SAME,
        other="objection_id",
        earlier_filed="filed_at",
        earlier_screening="screening",
        earlier_resolved="resolved_at",
        earlier_outcome="outcome",
    )
    found = rows.select("objection_id", *SAME, "filed_at").join(earlier, list(SAME))
    before = (found.earlier_filed < found.filed_at) | (
        (found.earlier_filed == found.filed_at) & (found.other < found.objection_id)
    )
    found = found.filter(before)
    resolved = (found.earlier_resolved <= found.filed_at).fill_null(ibis.literal(value=False))
    recent = found.earlier_resolved >= found.filed_at - ibis.interval(days=repeat_days)
    rejected = resolved & recent & (found.earlier_outcome == "rejected")
    looked = (found.earlier_screening == "field_check").fill_null(ibis.literal(value=False))
    found = found.group_by("objection_id").aggregate(
        open_since=found.earlier_filed.min(where=~resolved),
        rejected_on=found.earlier_resolved.max(where=rejected & looked),
        rejected_unseen_on=found.earlier_resolved.max(where=rejected & ~looked),
        upheld_on=found.earlier_resolved.max(where=resolved & (found.earlier_outcome == "upheld")),
    )
    rows = rows.left_join(found, "objection_id").drop("objection_id_right")
    return _with_unchanged(keep(rows), tables)


def _with_unchanged(rows: Any, tables: dict[str, Any]) -> Any:
    again = rows.filter(rows.rejected_on.notnull()).select("objection_id", "family_id", "programme", "filed_at",
                                                           "rejected_on")  # fmt: skip
    names = [part for name in CROSS_CHECKS for part in (name, f"{name}_date")]
    again = again.join(tables["families"].select("family_id", *names), "family_id")
    older = [again[name].isnull() | (again[f"{name}_date"] <= again.rejected_on.date()) for name in CROSS_CHECKS]
    found = again.select("objection_id", unchanged=reduce(and_, older))
    if "decisions" in tables:
        found = found.left_join(_decided_since(again, tables["decisions"]), "objection_id").drop("objection_id_right")
        same = found.decided_since.isnull()
        found = found.select("objection_id", unchanged=found.unchanged & same)
    return rows.left_join(found, "objection_id").drop("objection_id_right")


def _decided_since(again: Any, decisions: Any) -> Any:
    """Return the objections between whose earlier rejection and filing a decision was taken."""
    found = again.join(decisions.select("family_id", "programme", "decided_at"), ["family_id", "programme"])
    found = found.filter((found.decided_at > found.rejected_on) & (found.decided_at <= found.filed_at))
    return found.group_by("objection_id").aggregate(decided_since=found.decided_at.max())
