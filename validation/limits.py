"""The thresholds of the gate; each can be set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from validation.rules import Severity


@dataclass(frozen=True, kw_only=True)
class Limits:
    """From where on data are refused or noted.

    Attributes:
        quarantine: Share of quarantined rows of a table above which nothing passes.
        fall: Least rows of a table, as a share of the recent past's.
        rise: Most rows of a table, as a multiple of the recent past's.
        age_days: Most days since the newest row.
        drift: Highest population stability index between a column's shares of categories and the last snapshot's; .1
            is commonly read as small, .25 as large.
        gap: Most by which a district's share of filled values may lie under that of all districts.
        severities: Rule id to what shall follow, where that differs from the rule's own.
    """

    quarantine: float = 0.05
    fall: float = 0.5
    rise: float = 3.0
    age_days: int = 7
    drift: float = 0.25
    gap: float = 0.25
    severities: Mapping[str, Severity] = field(default_factory=dict)
