"""What can go wrong with backups."""

from validation.errors import TepatError


class BackupError(TepatError):
    """A backup that cannot be made, read or restored; what was there before is unchanged."""
