"""What can go wrong with a case."""

from validation.errors import TepatError


class CaseError(TepatError):
    """A case that there is not, or something that cannot be done with it now."""


class CaseConflict(CaseError):  # noqa: N818 - a conflict is the whole of what happened
    """Somebody else acted on the case after the officer looked at it; nothing was changed."""
