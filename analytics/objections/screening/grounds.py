"""What a ground says: for or against a family, which records it contests, and whether a register can settle it."""

from typing import Any, Final, Literal

import ibis

Direction = Literal["claim", "against", "misuse"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("claim", "against", "misuse")
"""claim: the family should receive; against: it should not; misuse: its number was used without its knowledge."""
AGAINST: Final = ("not_poor", "deceased_or_moved")
MISUSE: Final = ("nik_misused",)
CONTESTS: Final[dict[str, tuple[str, ...]]] = {
    "vehicle_sold": ("vehicle",),
    "wage_record_wrong": ("wage", "state_employment"),
    "property_not_ours": ("land", "power"),
    "income_lost": ("wage",),
    "never_recorded": ("no_category",),
    "moved_up_decile": (),
}
"""Ground to the rules whose records it says are wrong or outdated: these reject no claim on that ground."""
SEEN: Final = ("moved_up_decile", "income_lost", "never_recorded", "not_poor", "deceased_or_moved", "nik_misused")
"""Grounds about how people live or what they did: no register settles them."""
KNOWN: Final = tuple(dict.fromkeys((*CONTESTS, *SEEN)))


def direction(rows: Any) -> Any:
    """Return the direction of objections (kind, filed_by, grounds)."""
    public = (rows.kind == "sanggah") & (rows.filed_by == "public")
    return ibis.cases(
        (rows.grounds.isin(list(MISUSE)), "misuse"),
        (public | rows.grounds.isin(list(AGAINST)), "against"),
        else_="claim",
    )


def contests(rows: Any, rule: str) -> Any:
    """Return whether the ground says that the record behind a rule is wrong."""
    return rows.grounds.isin([ground for ground, rules in CONTESTS.items() if rule in rules])
