"""The marts of places: every region, and the families known in each village."""

from typing import Any

from analytics.marts.common import Tables, whole, with_district


def places(tables: Tables, offset_hours: int) -> Any:
    """Return code × level × name × parent: every region."""
    del offset_hours
    return tables["regions"].select("code", "level", "name", "parent")


def registered_by_village(tables: Tables, offset_hours: int) -> Any:
    """Return village × district: families known, and those of them with a registration."""
    del offset_hours
    rows = with_district(tables["families"], tables)
    known = tables["registrations"].select("family_id").distinct()
    rows = rows.mutate(registered=rows.family_id.isin(known.family_id).ifelse(1, 0))
    return rows.group_by("village", "district").aggregate(
        families=whole(rows.count()), registered=whole(rows.registered.sum())
    )
