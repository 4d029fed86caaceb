"""What goes wrong where results are made safe."""

from validation.errors import TepatError


class DisclosureError(TepatError):
    """A table that cannot be made safe as it was given: doubled cells, counts that are none, an unknown parent."""


class BudgetError(TepatError):
    """A release that would spend more privacy than its data set has left, or that cannot be released at all."""
