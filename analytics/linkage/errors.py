"""What can go wrong when records are compared."""

from validation.errors import TepatError


class LinkageError(TepatError):
    """Records, pairs or a model that cannot be used; never names a person nor shows a value of a record."""
