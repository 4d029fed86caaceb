"""Marts of payments: by period, and over the registry's welfare deciles."""

from typing import Any

from analytics.marts.common import Tables, is_first, total, village_of, whole, with_district


def payments_by_period(tables: Tables, offset_hours: int) -> Any:
    """Return period × district × programme × component: payments, families (once a programme and period), amount."""
    del offset_hours
    rows = village_of(tables["payments"], tables)
    rows = rows.mutate(first=is_first(rows, ["family_id", "programme", "period"], ["component"]))
    return rows.group_by("period", "district", "programme", "component").aggregate(
        payments=rows.count(), families=total(rows["first"]), amount=whole(rows.amount.sum())
    )


def coverage_by_decile(tables: Tables, offset_hours: int) -> Any:
    """Return period × district × programme × registry decile: families, receivers, persons, amount; no sample."""
    del offset_hours
    families = with_district(tables["families"], tables)
    families = families.filter(families.decile.notnull())
    there = families.group_by("district", "decile").aggregate(
        families=families.count(), persons=whole(families["size"].sum())
    )
    payments = tables["payments"].filter(tables["payments"].amount > 0)
    paid = payments.group_by("family_id", "programme", "period").aggregate(amount=payments.amount.sum())
    paid = paid.join(families.select("family_id", "district", "decile"), "family_id")
    got = paid.group_by("period", "programme", "district", "decile").aggregate(
        receivers=paid.count(), amount=whole(paid.amount.sum())
    )
    cells = there.cross_join(payments.select("period", "programme").distinct())
    keys = ["period", "programme", "district", "decile"]
    joined = cells.left_join(got, keys).drop(*(f"{key}_right" for key in keys))
    return joined.mutate(receivers=joined.receivers.coalesce(0), amount=joined.amount.coalesce(0))
