"""Bringing a backup back, into a home and a register that are empty: all of it or nothing."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from analytics.backup.errors import BackupError
from analytics.backup.folder import Folder
from analytics.backup.manifest import WAREHOUSE, Backup
from analytics.backup.objects import flush
from analytics.backup.register import demand_empty, fill, require_known
from analytics.backup.verify import demand_sound, open_keys
from analytics.files import write_whole
from analytics.register.database import FILE
from analytics.settings import Settings
from analytics.store.rooms import EngineRooms

Progress = Callable[[str, float], None]


def restore(
    source: Path,
    settings: Settings,
    *,
    backup_id: str = "",
    passphrase: str | None = None,
    keys_file: Path | None = None,
    progress: Progress = lambda _what, _share: None,
) -> Backup:
    """Bring a backup back.

    Everything is made in a folder beside the home and takes the home's name in one step at the end; a register of its
    own URL is filled in one transaction just before. Killed at any point, the home is not there, and the same call
    completes it.

    Args:
        source: Folder of backups.
        settings: The new home, the register's URL, the warehouse's URL.
        backup_id: Which; empty = the newest.
        passphrase: Of the keys; None = restored without keys, which must be brought back before Tepat is used.
        keys_file: Where the keys lie; None = in the folder.
        progress: Told what is being written.

    Raises:
        BackupError: the target is not empty, or the backup is damaged.
    """
    home = settings.home.resolve()
    folder = Folder(source)
    with folder.reading(), _alone(home):
        backup = folder.backup(backup_id)
        _demand_empty_home(home)
        if backup.step:
            require_known(backup.step)
            if settings.register_url:
                demand_empty(settings, backup.tables)
        demand_sound(folder, backup, progress)
        keys = open_keys(keys_file or folder.keys_file(backup), backup, passphrase) if passphrase else {}
        staged = _beside(home)
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(mode=0o700)
        for file in backup.files:
            progress(f"file {file.path}", 0.3)
            folder.objects.copy(file.sha256, staged / file.path)
        for name, key in keys.items():
            write_whole(staged / "keys" / f"{name}.key", key)
        _fill_warehouse(settings, staged, progress)
        _fill_register(settings, staged, backup, folder, progress)
        for place in (path for path in staged.rglob("*") if path.is_dir()):
            flush(place)
        flush(staged)
        progress("publish", 0.99)
        staged.replace(home)
        flush(home.parent)
        progress("done", 1.0)
    return backup


def _fill_register(settings: Settings, staged: Path, backup: Backup, folder: Folder, progress: Progress) -> None:
    if not backup.step:
        return

    def get(digest: str) -> bytes:
        progress("rows", 0.8)
        return folder.objects.read(digest)

    progress("register", 0.7)
    fill(settings.model_copy(update={"home": staged}), backup.step, backup.tables, get)
    if not settings.register_url:
        flush(staged / FILE)
    progress("register is filled", 0.9)


def _fill_warehouse(settings: Settings, staged: Path, progress: Progress) -> None:
    """Load the snapshots into the engine that readers read, where there is one."""
    if not settings.warehouse:
        return
    for snapshot in sorted((staged / WAREHOUSE / "snapshots").iterdir()):
        progress(f"load {snapshot.name}", 0.6)
        with closing(EngineRooms(settings.warehouse, snapshot.name)) as rooms:
            rooms.load(snapshot)


def _demand_empty_home(home: Path) -> None:
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise BackupError(
            f"{home} is not empty.",
            cause="A restore never writes over what is there.",
            next_step="Give --home a new folder, or move this one away.",
        )
    if home.is_mount():
        raise BackupError(
            f"{home} is a mounted disk, which cannot get its content in one step.",
            next_step="Give --home a folder on that disk.",
        )


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold off another restore of this home."""
    home.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(home.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError("Another restore is at work here.", next_step="Wait until it has ended.") from error
        yield
    finally:
        os.close(lock)


def _beside(home: Path) -> Path:
    return home.with_name(f".{home.name}.restoring")
