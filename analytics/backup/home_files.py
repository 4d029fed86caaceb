"""The files of a home that a backup holds, read while others write."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq

from analytics.backup.errors import BackupError
from analytics.backup.manifest import ANCHOR, ROOMS, WAREHOUSE, KeptFile
from analytics.backup.objects import Objects
from analytics.files import DRAFT

TRIES = 5
"""Times that the warehouse is read anew because a publisher removed an old snapshot meanwhile."""
KNOWN = {"keys", *ROOMS}
REGISTER = "register.sqlite"


def left_out(home: Path) -> list[str]:
    """Return the names in a home that no backup holds, for the reader to judge."""
    known = sorted(path.name for path in home.iterdir() if not path.name.startswith((".", REGISTER)))
    return [name for name in known if name not in KNOWN]


def keep_files(home: Path, objects: Objects, told: Callable[[str], None]) -> tuple[KeptFile, ...]:
    """Keep the files of a home.

    A published snapshot never changes, and the catalogue is read before its snapshots: the backup holds the warehouse
    as readers saw it at one moment. All other files are replaced in one step by those who write them.

    Raises:
        BackupError: snapshots vanish faster than they can be read.
    """
    kept = [*_warehouse(home, objects, told)]
    for room in ROOMS:
        if room != WAREHOUSE:
            kept += _kept(home, _files(home / room), objects, told)
    return tuple(sorted(kept, key=lambda file: file.path))


def keep_anchor(home: Path, objects: Objects) -> tuple[KeptFile, ...]:
    """Keep the anchor of the access log where there is one.

    It is read in one go and kept as it was read: each entry writes it anew in its place.
    """
    try:
        content = (home / ANCHOR).read_bytes()
    except FileNotFoundError:
        return ()
    return (KeptFile(path=ANCHOR, sha256=objects.put(content), size=len(content)),)


def _warehouse(home: Path, objects: Objects, told: Callable[[str], None]) -> list[KeptFile]:
    root = home / WAREHOUSE
    catalogue = root / "catalogue.json"
    for _ in range(TRIES):
        seen = catalogue.read_bytes() if catalogue.is_file() else b""
        listed = {name for names in json.loads(seen)["datasets"].values() for name in names} if seen else set()
        try:
            kept = [
                _keep(home, path, objects, told)
                for name in sorted(listed)
                for path in _files(root / "snapshots" / name)
            ]
            if any(not (root / "snapshots" / name / "manifest.json").is_file() for name in listed):
                continue
        except FileNotFoundError:
            continue
        if seen:
            relative = catalogue.relative_to(home).as_posix()
            kept.append(KeptFile(path=relative, sha256=objects.put(seen), size=len(seen)))
        return kept + _kept(home, _files(root / "attempts"), objects, told)
    raise BackupError("The warehouse changes faster than it can be read.", next_step="Try again later.")


def _kept(home: Path, paths: Iterator[Path], objects: Objects, told: Callable[[str], None]) -> list[KeptFile]:
    """Keep files, save those that were removed since they were listed."""
    kept = []
    for path in paths:
        try:
            kept.append(_keep(home, path, objects, told))
        except FileNotFoundError:
            continue
    return kept


def _keep(home: Path, path: Path, objects: Objects, told: Callable[[str], None]) -> KeptFile:
    told(path.name)
    digest, size = objects.put_file(path)
    rows = pq.read_metadata(path).num_rows if path.suffix == ".parquet" else None
    return KeptFile(path=path.relative_to(home).as_posix(), sha256=digest, size=size, rows=rows)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder: those near its root first, so that what a pointer names is there already."""
    found = sorted(folder.rglob("*"), key=lambda path: (len(path.parts), path))
    for path in found:
        passing = path.name.startswith(DRAFT) or path.suffix in {".tmp", ".lock"}
        if path.is_file() and not path.is_symlink() and not passing:
            yield path
