"""The mart of usul and sanggah: how they flow and how long they wait."""

from datetime import datetime
from typing import Any

import ibis

from analytics.marts.common import Tables, local_day, village_of

AGE_BANDS = ((7, "0-7"), (14, "8-14"), (30, "15-30"), (60, "31-60"))
"""Upper bounds in days; 30 is the objection window (one month, as the press reports)."""
OLDEST = "61+"


def objections_daily(tables: Tables, offset_hours: int, *, until: datetime) -> Any:
    """Return day filed × district × kind × channel × programme × grounds × screening × outcome × age: objections.

    The age is the time to the resolution, or to `until` (newest moment of the data) for what is pending.
    """
    rows = village_of(tables["objections"], tables)
    end = rows.resolved_at.coalesce(ibis.literal(until))
    days = end.date().delta(rows.filed_at.date(), unit="day")
    rows = rows.mutate(
        day=local_day(rows.filed_at, offset_hours),
        age=ibis.cases(*((days <= bound, name) for bound, name in AGE_BANDS), else_=OLDEST),
        screening=rows.screening.coalesce("waiting"),
        programme=rows.programme.coalesce(""),
    )
    dimensions = ("day", "district", "kind", "channel", "programme", "grounds", "screening", "outcome", "age")
    return rows.group_by(*dimensions).aggregate(objections=rows.count())
