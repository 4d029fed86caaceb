"""What several marts share: local days, a village's district, the first row of a group."""

from typing import Any

import ibis

Tables = dict[str, Any]
ALL = "*"
"""Programme of a row that speaks of all programmes together; it is never added to the others."""


def local_day(time: Any, offset_hours: int) -> Any:
    """Return the calendar day of a naive UTC time in the data set's zone (Indonesia has no summer time)."""
    return (time + ibis.interval(hours=offset_hours)).date()


def with_district(rows: Any, tables: Tables) -> Any:
    """Add `district`, the parent of `village`."""
    regions = tables["regions"].select(village=tables["regions"].code, district=tables["regions"].parent)
    return rows.join(regions, "village")


def village_of(rows: Any, tables: Tables) -> Any:
    """Add `village` and `district` of each row's family."""
    families = tables["families"].select("family_id", "village")
    return with_district(rows.join(families, "family_id"), tables)


def is_first(rows: Any, group: list[str], order: list[str]) -> Any:
    """True on the first row of each group in a total order, so that distinct things can be summed."""
    return ibis.row_number().over(ibis.window(group_by=group, order_by=[rows[name] for name in order])) == 0


def total(flag: Any) -> Any:
    """Count the rows where `flag` holds."""
    return whole(flag.ifelse(1, 0).sum())


def whole(amount: Any) -> Any:
    """Return a sum as a 64-bit whole number, 0 where nothing was summed (engines differ in a sum's type)."""
    return amount.coalesce(0).cast("int64")


def as_flag(flag: Any) -> Any:
    """Turn a boolean into 0 or 1 (sums of booleans are not portable)."""
    return flag.ifelse(1, 0)
