"""What goes wrong with access."""

from validation.errors import TepatError


class AccessError(TepatError):
    """A role, area or grant that cannot be used."""


class NoAccessError(AccessError):
    """Who signed in may open nothing; says why in words that name nobody else."""
