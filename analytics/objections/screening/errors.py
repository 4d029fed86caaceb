"""What the screening refuses."""

from validation.errors import TepatError


class ScreeningError(TepatError):
    """There is nothing to screen, or a result would break a rule of the screening."""
