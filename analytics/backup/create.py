"""Making a backup while everybody works on."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from analytics import __version__
from analytics.backup.errors import BackupError
from analytics.backup.folder import Folder
from analytics.backup.home_files import keep_anchor, keep_files
from analytics.backup.manifest import Backup, KeptTable
from analytics.backup.objects import Objects
from analytics.backup.register import as_of_now, export, require_known
from analytics.backup.sealed_keys import checks, keys_of, seal
from analytics.keys import keys_at_rest
from analytics.register import has_register
from analytics.register.migrating import step_of
from analytics.settings import Settings

Progress = Callable[[str, float], None]


def create(
    settings: Settings,
    target: Path,
    *,
    passphrase: str | None = None,
    keep: int | None = None,
    progress: Progress = lambda _what, _share: None,
) -> Backup:
    """Make a backup of a home and its register.

    A run that was killed leaves no backup; the next one uses again what it had stored.

    Args:
        settings: Home and register.
        target: Folder of backups; contents that an earlier one holds are not stored again.
        passphrase: What the keys are encrypted with; None = the keys are not in the backup.
        keep: Most backups that stay in the folder; None = all.
        progress: Told what is being stored.

    Raises:
        BackupError: the folder cannot be used, or a later version of Tepat made the register.
        RotationError: keys are being rotated.
    """
    home = settings.home.resolve()
    if not home.is_dir():
        raise BackupError(f"There is no home folder {home}.", next_step="Set TEPAT_HOME.")
    if target.resolve().is_relative_to(home):
        raise BackupError(
            "A backup does not lie in the home folder that it is of.", next_step="Give a folder on another disk."
        )
    folder = Folder(target)
    # A rotation that began between keys and rows would leave rows that none of the kept keys opens.
    with folder.writing(), keys_at_rest(home):
        made_at = datetime.now(UTC).replace(tzinfo=None)
        keys = keys_of(home)
        progress("keys", 0.0)
        # Before the register: the log that is kept holds what this anchor names, and more.
        anchor = keep_anchor(home, folder.objects)
        step, tables = _register(settings, folder.objects, progress)
        files = anchor + keep_files(home, folder.objects, lambda name: progress(f"file {name}", 0.5))
        sealed = seal(keys, passphrase) if passphrase else None
        backup = Backup(
            id=f"{made_at:%Y%m%dT%H%M%S%f}",
            made_at=made_at,
            code_version=__version__,
            step=step,
            tables=tables,
            files=files,
            keys=checks(keys),
            keys_sha256=hashlib.sha256(sealed).hexdigest() if sealed else None,
        ).sealed()
        progress("publish", 0.95)
        folder.add(backup, sealed)
        progress("prune", 0.97)
        if keep is not None:
            folder.prune(keep)
        progress("done", 1.0)
    return backup


def _register(settings: Settings, objects: Objects, progress: Progress) -> tuple[str, tuple[KeptTable, ...]]:
    if not has_register(settings):
        return "", ()

    def put(content: bytes) -> str:
        progress("rows", 0.2)
        return objects.put(content)

    with as_of_now(settings) as connection:
        step = step_of(connection)
        if not step:
            return "", ()
        require_known(step)
        return step, export(connection, put)
