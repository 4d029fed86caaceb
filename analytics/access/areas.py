"""Areas: codes of regions, a prefix for all that lies inside; empty = everywhere."""

import re

import sqlalchemy as sa

from analytics.access.errors import AccessError

CODE = re.compile(r"[0-9A-Za-z]{1,10}(\.[0-9A-Za-z]{1,10}){0,2}")
"""Of a province, regency or district: what a scope may be limited to."""


def require_area(area: str) -> str:
    """Return an area that a scope may be limited to.

    Raises:
        AccessError: it is not the code of a province, regency or district.
    """
    if area and not CODE.fullmatch(area):
        raise AccessError(
            "The area is not the code of a province, regency or district.",
            next_step="Give a code such as 35, 35.10 or 35.10.01, or nothing for everywhere.",
        )
    return area


def is_inside(code: str, area: str) -> bool:
    """Return whether a region is an area or lies in it.

    >>> is_inside("35.10.01", "35.10"), is_inside("35.100", "35.10"), is_inside("35", "35.10")
    (True, False, False)
    """
    return not area or code == area or code.startswith(f"{area}.")


def inside(area: str, *columns: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Return the condition that all columns of region codes are an area or lie in it; a row of no place does not."""
    if not area:
        return sa.true()
    return sa.and_(*(sa.or_(column == area, column.startswith(f"{area}.", autoescape=True)) for column in columns))
