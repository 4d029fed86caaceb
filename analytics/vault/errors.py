"""What can go wrong with the vault."""

from validation.errors import TepatError


class VaultError(TepatError):
    """An identity or a photo that is not there, cannot be read or may not be seen; never names a person."""
