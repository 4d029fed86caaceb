"""What can go wrong where a person asks for their rights."""

from validation.errors import TepatError


class PrivacyError(TepatError):
    """A request that cannot be met; never names the person."""
