"""The mart of places: every region with the families known in it."""

from typing import Any

import ibis

from analytics.marts.common import Tables

_PARENTS = 3
"""Steps from a village to its province."""


def places(tables: Tables, offset_hours: int) -> Any:
    """Return code × level × name × parent: families known in the region, at every level."""
    del offset_hours
    regions, families = tables["regions"], tables["families"]
    counts = families.group_by(code=families.village).aggregate(families=families.count())
    levels = [counts]
    for _ in range(_PARENTS):
        step = levels[-1].join(regions.select("code", "parent"), "code")
        levels.append(step.group_by(code=step.parent).aggregate(families=step.families.sum()))
    known = ibis.union(*levels)
    rows = regions.left_join(known, "code").drop("code_right")
    return rows.mutate(families=rows.families.coalesce(0)).select("code", "level", "name", "parent", "families")
