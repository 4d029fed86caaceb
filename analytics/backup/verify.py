"""Looking whether a backup is what was written."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from analytics.backup.errors import BackupError
from analytics.backup.folder import Folder
from analytics.backup.manifest import Backup
from analytics.backup.sealed_keys import checks, unseal

Progress = Callable[[str, float], None]


def verify(
    source: Path, *, backup_id: str = "", passphrase: str | None = None, progress: Progress = lambda _what, _share: None
) -> Backup:
    """Read every content of a backup and return it where all are as they were written.

    Args:
        source: Folder of backups.
        backup_id: Which; empty = the newest.
        passphrase: Of the keys, to see that they open; None = their file is compared only.
        progress: Told which share is read.

    Raises:
        BackupError: names the files and tables that are missing or damaged.
    """
    folder = Folder(source)
    with folder.reading():
        backup = folder.backup(backup_id)
        demand_sound(folder, backup, progress)
        if folder.keys_file(backup).is_file() and backup.keys_sha256:
            open_keys(folder.keys_file(backup), backup, passphrase)
        elif passphrase:
            raise BackupError(
                f"The keys of the backup {backup.id} are not in the folder.",
                next_step="They were left out, or lie on another medium.",
            )
    return backup


def demand_sound(folder: Folder, backup: Backup, progress: Progress) -> None:
    """Raise `BackupError` where a content of a backup is missing or damaged."""
    contents = backup.objects
    total, read, damaged = sum(contents.values()) or 1, 0, set()
    for digest, size in contents.items():
        if not folder.objects.is_sound(digest):
            damaged.add(digest)
        read += size
        progress("verify", read / total)
    if not damaged:
        return
    names = [file.path for file in backup.files if file.sha256 in damaged]
    names += [f"table {table.name}" for table in backup.tables if damaged & {part.sha256 for part in table.parts}]
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    raise BackupError(
        f"The backup {backup.id} is damaged.",
        cause=f"Missing or changed: {shown}.",
        next_step="Use another backup, or a copy of this one. The next `tepat backup create` stores anew what is still "
        "the same in the home.",
    )


def open_keys(file: Path, backup: Backup, passphrase: str | None) -> dict[str, bytes]:
    """Return the keys of a backup; none without a passphrase, where only their file is compared.

    Raises:
        BackupError: the file was changed, the passphrase is another, or they are another home's keys.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BackupError(f"The keys cannot be read from {file}.", next_step="Say where they lie.") from error
    if hashlib.sha256(content).hexdigest() != backup.keys_sha256:
        raise BackupError(
            f"The file of the keys is not the one of the backup {backup.id}.",
            cause="It was changed, or is another backup's.",
            next_step="Give the file that was written with this backup.",
        )
    if passphrase is None:
        return {}
    keys = unseal(content, passphrase)
    if checks(keys) != backup.keys:
        raise BackupError("The keys are not those of the data.", next_step="Use another backup.")
    return keys
