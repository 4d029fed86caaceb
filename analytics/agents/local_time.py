"""The clock where an application was made: Indonesia's three zones, by province; none has summer time."""

from typing import Any, Final

import ibis

CENTRAL: Final = ("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76")
"""Provinces on WITA, UTC+8: Bali, Nusa Tenggara, south, east and north Kalimantan, Sulawesi (Keppres 41/1987)."""
EASTERN: Final = ("81", "82", "91", "92", "93", "94", "95", "96", "97")
"""Provinces on WIT, UTC+9: Maluku and Papua. All others are on WIB, UTC+7."""
WEST, CENTRE, EAST = 7, 8, 9


def local(moment: Any, village: Any) -> Any:
    """Return a naive UTC moment as the clock showed it in a village.

    Args:
        moment: Ibis column, naive UTC.
        village: Ibis column, region codes.
    """
    province = village.left(2)
    shifted = ((province.isin(zone), moment + ibis.interval(hours=hours)) for zone, hours in
               ((CENTRAL, CENTRE), (EASTERN, EAST)))  # fmt: skip
    return ibis.cases(*shifted, else_=moment + ibis.interval(hours=WEST))
