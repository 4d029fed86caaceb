"""What can go wrong with a pair."""

from validation.errors import TepatError


class AdjudicationError(TepatError):
    """A pair that there is not, or something that cannot be done with it now; never names a person."""


class AdjudicationConflict(AdjudicationError):  # noqa: N818 - a conflict is the whole of what happened
    """Somebody else acted on the pair meanwhile; nothing was changed."""
