"""What can go wrong with the search for duplicates."""

from validation.errors import TepatError


class DuplicateError(TepatError):
    """A search that cannot be made; never names a person."""
