"""What of a snapshot lies in an area: the one place below every query where rows are cut to it.

A table says where its rows lie by district, village, family, application or person, in this order; of one that says
nothing of it nothing is given, so that what is added later is closed until it says where it lies.
"""

from collections.abc import Callable
from typing import Any, Final

Find = Callable[[str], Any]
"""Gives a table of the contract, whole."""
BY: Final = {"family_id": "families", "registration_id": "registrations", "person_id": "persons"}
"""Column to the table that says where it lies."""
RULES: Final = ("gate", "results")
"""Says of each rule how many rows of the whole export broke it: the rule is told, its counts are not."""


def within(rows: Any, *, room: str, name: str, area: str, find: Find) -> Any:
    """Keep the rows of an Ibis table that lie in an area.

    Args:
        rows: The table, whole.
        room: Its room.
        name: Its name.
        area: Code of a region, not empty.
        find: Gives the tables that say where a family, an application or a person lies.
    """
    if name in {"regions", "places"}:
        return rows.filter(_inside(rows.code, area) | _above(rows.code, area))
    if (room, name) == RULES:
        return rows.mutate(checked=rows.checked * 0, failed=rows.failed * 0)
    places = [rows[column] for column in ("district", "village") if column in rows.columns]
    if places:
        return rows.filter(_inside(places[0].coalesce(*places[1:]), area).fill_null(False))  # noqa: FBT003 - Ibis' own
    for column, table in BY.items():
        if column in rows.columns and table != name:
            own = within(find(table), room="tables", name=table, area=area, find=find)
            return rows.semi_join(own, column)
    return rows.filter(False)  # noqa: FBT003 - Ibis' own


def _inside(code: Any, area: str) -> Any:
    return (code == area) | code.startswith(f"{area}.")


def _above(code: Any, area: str) -> Any:
    """Say whether a region holds the area: its name is no secret, and places are named with it."""
    parts = area.split(".")
    return code.isin([".".join(parts[:depth]) for depth in range(1, len(parts))])
