"""Groups of families that are compared: who heads them, how large they are, how they registered."""

from datetime import datetime
from typing import Any

import ibis

from analytics.marts.common import Tables, is_first

GROUPS = ("head_sex", "head_60", "disability", "small_family", "channel")
"""Columns of text; empty where the record does not say."""

ELDERLY = 60
"""Age from which a head counts as elderly (UU 13/1998)."""
SMALL = 2
"""Members up to which a family is small: lists by assets a family miss them most."""
NOT_REGISTERED = "none"


def with_groups(rows: Any, tables: Tables, *, until: datetime) -> Any:
    """Add the columns of `GROUPS` to rows with family_id.

    head_sex male or female; head_60, disability and small_family yes or no; channel of the family's first registration:
    self, agent, or none.
    """
    families = tables["families"]
    known = families.select(
        "family_id",
        head_sex=families.head_sex,
        head_60=_yes_no(families.head_birth_year <= until.year - ELDERLY),
        disability=_yes_no(families.disability),
        small_family=_yes_no(families["size"] <= SMALL),
    )
    rows = rows.join(known, "family_id")
    if "registrations" not in tables:
        return rows.mutate(channel=ibis.null("string"))
    registrations = tables["registrations"]
    registrations = registrations.mutate(
        first=is_first(registrations, ["family_id"], ["submitted_at", "registration_id"])
    )
    channels = registrations.filter(registrations["first"]).select("family_id", "channel")
    rows = rows.left_join(channels, "family_id").drop("family_id_right")
    return rows.mutate(channel=rows.channel.coalesce(NOT_REGISTERED))


def _yes_no(flag: Any) -> Any:
    return ibis.cases((flag.isnull(), ibis.null("string")), (flag, "yes"), else_="no")
