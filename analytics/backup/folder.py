"""A folder of backups: which there are, and who may use it at the moment."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics.backup.errors import BackupError
from analytics.backup.manifest import Backup, read
from analytics.backup.objects import Objects, flush
from analytics.files import drop_drafts, write_whole


class Folder:
    """A folder of backups."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.objects = Objects(root)
        self._backups = root / "backups"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder alone, and remove what makers that were killed left.

        Raises:
            BackupError: it holds something else than backups, or another process uses it.
        """
        if self.root.exists() and any(self.root.iterdir()) and not self._backups.is_dir():
            raise BackupError(
                f"{self.root} is no folder of backups.", cause="Other files lie in it.",
                next_step="Give an empty folder, or one that was used before.",
            )  # fmt: skip
        self._backups.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked(fcntl.LOCK_EX):
            self.objects.drop_drafts()
            for folder in (self._backups, self.root / "keys"):
                drop_drafts(folder)
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the folder with others that read.

        Raises:
            BackupError: there is none, or a backup is being made.
        """
        if not self._backups.is_dir():
            raise BackupError(f"{self.root} is no folder of backups.", next_step="Make one with `tepat backup create`.")
        with self._locked(fcntl.LOCK_SH):
            yield

    def names(self) -> list[str]:
        """Return the ids of the backups, oldest first."""
        return sorted(path.stem for path in self._backups.glob("*.json"))

    def backup(self, backup_id: str = "") -> Backup:
        """Return a backup; empty = the newest.

        Raises:
            BackupError: there is none, or its description was changed.
        """
        names = self.names()
        name = backup_id or (names[-1] if names else "")
        if name not in names:
            raise BackupError(
                f"There is no backup {name}." if backup_id else "There is no backup yet.",
                cause=f"There are: {', '.join(names)}." if names else "",
                next_step="" if names else "Make one with `tepat backup create`.",
            )
        return read((self._backups / f"{name}.json").read_bytes(), name)

    def add(self, backup: Backup, keys: bytes | None) -> None:
        """Make a backup one that is there."""
        if keys is not None:
            write_whole(self.keys_file(backup), keys)
        write_whole(self._backups / f"{backup.id}.json", backup.written())

    def keys_file(self, backup: Backup) -> Path:
        """Return where the keys of a backup lie, if they lie here."""
        return self.root / "keys" / f"{backup.id}.json"

    def prune(self, keep: int) -> list[str]:
        """Remove all backups but the newest, and the contents that no other uses; return those that are gone.

        Raises:
            BackupError: the description of one that stays was changed, so that nothing is known to be of no use.
        """
        names = self.names()
        stay = [self.backup(name) for name in names[-keep:]]
        gone = names[:-keep]
        for name in gone:
            (self._backups / f"{name}.json").unlink()
        flush(self._backups)
        for path in (self.root / "keys").glob("*.json"):
            if path.stem not in names[-keep:]:
                path.unlink()
        self.objects.sweep(digest for backup in stay for digest in backup.objects)
        return gone

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        with (self.root / "folder.lock").open("a") as lock:
            try:
                fcntl.flock(lock, kind | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupError(
                    "Another process is using this folder of backups.", next_step="Wait until it has ended, try again."
                ) from error
            yield
