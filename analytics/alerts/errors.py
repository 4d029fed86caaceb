"""What goes wrong with alerts."""

from validation.errors import TepatError


class AlertError(TepatError):
    """An alert that there is not, or one that cannot be acknowledged or sent."""


class DeliveryError(AlertError):
    """A message that did not get through; its text names no secret and no content."""
