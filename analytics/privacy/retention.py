"""Removing what has been kept for as long as the settings say."""

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from analytics.access_log import record
from analytics.cases.cases import utc_now
from analytics.privacy.rights import require
from analytics.register import has_register, open_database
from analytics.settings import Settings
from analytics.store import open_store
from analytics.vault import open_vault
from analytics.vault.tables import PEOPLE, VIEWS

LISTS = {".xlsx", ".csv"}
"""Endings of visit lists and of rows to be mended; nothing else of their folder is touched."""


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What was removed of one kind, or would be.

    Attributes:
        what: vault, looks, exports, refused or lists.
        unit: What is counted: people, lines, folders or files.
        before: All that is older than this, naive UTC.
    """

    what: str
    unit: str
    days: int
    before: datetime
    count: int


def run_retention(
    settings: Settings, *, officer: str, dry_run: bool = False, clock: Callable[[], datetime] = utc_now
) -> list[Removed]:
    """Remove what is older than the settings allow, and return what that was; running it again removes nothing more.

    Args:
        settings: Home, register, and how long each kind is kept.
        officer: Who has it done.
        dry_run: Count only.
        clock: The moment.

    Raises:
        PrivacyError: the officer is not named by a code.
    """
    require(officer=officer, reason="retention")
    if not dry_run:
        record(settings, action="run_retention", details={"officer": officer})
    now = clock().replace(tzinfo=None)

    def removed(what: str, unit: str, days: int, remove: Callable[[datetime], int]) -> Removed:
        before = now - timedelta(days=days)
        return Removed(what=what, unit=unit, days=days, before=before, count=remove(before))

    def exports(before: datetime) -> int:
        return _old_folders(settings.home / "exports", before, _remove, dry_run=dry_run)

    def refused(before: datetime) -> int:
        store = open_store(settings)
        return _old_folders(
            store.root / "attempts", before, lambda path: store.forget_refused(path.name), dry_run=dry_run
        )

    def lists(before: datetime) -> int:
        return _old_lists(settings.lists_folder, before, dry_run=dry_run)

    return [
        removed("vault", "people", settings.vault_days, lambda _: _vault(settings, officer, clock, dry_run=dry_run)),
        removed("looks", "lines", settings.looks_days, lambda before: _looks(settings, before, dry_run=dry_run)),
        removed("exports", "folders", settings.exports_days, exports),
        removed("refused", "folders", settings.refused_days, refused),
        removed("lists", "files", settings.lists_days, lists),
    ]


def _vault(settings: Settings, officer: str, clock: Callable[[], datetime], *, dry_run: bool) -> int:
    if not has_register(settings):
        return 0
    with closing(open_database(settings)) as database, database.reading() as connection:
        datasets = list(connection.execute(sa.select(PEOPLE.c.dataset).distinct()).scalars())
    count = 0
    for dataset in sorted(datasets):
        with closing(open_vault(settings, dataset=dataset, clock=clock)) as vault:
            count += (vault.purgeable() if dry_run else vault.purge(officer=officer)).people
    return count


def _looks(settings: Settings, before: datetime, *, dry_run: bool) -> int:
    """Remove old lines of the log of looks, save that somebody was erased: they must not come back by themselves."""
    if not has_register(settings):
        return 0
    old = sa.and_(VIEWS.c.at < before, VIEWS.c.what != "erased")
    with closing(open_database(settings)) as database:
        with database.writing() as connection:
            count = int(connection.execute(sa.select(sa.func.count()).select_from(VIEWS).where(old)).scalar_one())
            if count and not dry_run:
                connection.execute(VIEWS.delete().where(old))
        if count and not dry_run:
            database.forget()
    return count


def _old_folders(root: Path, before: datetime, remove: Callable[[Path], None], *, dry_run: bool) -> int:
    folders = [path for path in sorted(root.glob("*")) if path.is_dir() and not path.is_symlink()]
    old = [path for path in folders if _newest(path) < before]
    for path in old:
        if not dry_run:
            remove(path)
    return len(old)


def _old_lists(root: Path | None, before: datetime, *, dry_run: bool) -> int:
    files = sorted(root.rglob("*")) if root else []
    old = [
        path
        for path in files
        if path.suffix.lower() in LISTS and path.is_file() and not path.is_symlink() and _changed(path) < before
    ]
    for path in old:
        if not dry_run:
            path.unlink()
    return len(old)


def _remove(path: Path) -> None:
    shutil.rmtree(path)


def _newest(folder: Path) -> datetime:
    return max(_changed(path) for path in (folder, *folder.rglob("*")))


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.lstat().st_mtime, UTC).replace(tzinfo=None)
