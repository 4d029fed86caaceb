"""What is looked at in an agent's work: each indicator with the family that it belongs to and the way it is counted.

Indicators of one family may speak of the same habit, so that together they count once; the families are what is meant
by independent.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Family = Literal["time", "device", "identity", "answers", "outcomes"]
FAMILIES: Final[tuple[Family, ...]] = get_args(Family)
Kind = Literal["share", "rate", "mean"]
"""share: so many of so many; rate: a count beside an exposure, which may exceed it; mean: of the logarithm of times."""


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator; more than expected stands out, of a mean less than expected.

    Attributes:
        id: Name in tables and texts.
        family: What it is evidence of.
        kind: How it is counted.
        mix: Columns of the case mix, in which agents are compared with each other.
    """

    id: str
    family: Family
    kind: Kind = "share"
    mix: tuple[str, ...] = ("district",)


_PLACE_AND_AGE: Final = ("district", "elderly")
_PLACE_AND_WEEK: Final = ("district", "elderly", "weekend")
# Photos taken at night fail for want of light: compared among those of the night, so that it is not counted twice.
_PLACE_AND_LIGHT: Final = ("district", "elderly", "night")

INDICATORS: Final = {
    each.id: each
    for each in (
        Indicator(id="night", family="time", mix=_PLACE_AND_WEEK),
        Indicator(id="crowded_hours", family="time"),
        Indicator(id="seconds", family="time", kind="mean", mix=_PLACE_AND_WEEK),
        Indicator(id="helped_self", family="device", kind="rate"),
        Indicator(id="borrowed_device", family="device"),
        Indicator(id="failed_checks", family="identity", mix=_PLACE_AND_LIGHT),
        Indicator(id="unchecked_days", family="identity"),
        Indicator(id="again", family="identity", mix=_PLACE_AND_AGE),
        Indicator(id="shared_faces", family="identity", kind="rate"),
        Indicator(id="twin_answers", family="answers", mix=("district", "sampled")),
        Indicator(id="heaped", family="answers", mix=_PLACE_AND_AGE),
        Indicator(id="upheld", family="outcomes", mix=_PLACE_AND_AGE),
        Indicator(id="not_entitled", family="outcomes", mix=_PLACE_AND_AGE),
    )
}
"""By id. Of applicants in the agent's own KK nothing is here: the exports do not say which family an agent is of."""
