"""What can go wrong with the access log."""

from validation.errors import TepatError


class AccessLogError(TepatError):
    """An entry that cannot be kept, or a log that cannot be read; never names a person."""
