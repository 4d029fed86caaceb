"""What can go wrong with faces."""

from validation.errors import TepatError


class FaceError(TepatError):
    """Photos, templates or a calibration that cannot be used; never names a person."""
