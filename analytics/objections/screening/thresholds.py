"""How many, how long: the numbers of the screening. None was announced by the portal, so each is assumed."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What the screening compares with; all assumed, to be set with the ministry before use."""

    repeat_days: int = 180
    """An identical one that a field check rejected within so many days is not looked at again while no record has
    changed: two quarterly lists."""
    stale_years: int = 3
    """A record of another register that is older settles nothing by itself."""
    mass_days: int = 7
    """Length of the window in which objections are counted."""
    mass_filed: int = 10
    """Objections of one person, or on one device, in a window."""
    mass_filed_by_agent: int = 30
    """Objections of one agent in a window: filing for others is their work."""
    mass_filed_at_office: int = 30
    """Objections of one village office in a window."""
    retaliation_days: int = 90
    """An objection against the family of who objected to one's own within so many days."""
    rejected_days: int = 30
    """Objections against others within so many days after one's own was rejected."""
    rejected_filed: int = 3
    """How many of them make a cluster."""
