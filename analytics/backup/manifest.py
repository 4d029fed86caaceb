"""What a backup consists of: each file and each table with the SHA-256 of its contents."""

import hashlib
import json
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field

from analytics.backup.errors import BackupError
from analytics.store.manifest import Frozen

VERSION = 1
WAREHOUSE = "warehouse"
ROOMS = (WAREHOUSE, "faces", "models", "receipts")
"""Folders of the home that a backup holds. Not the keys, which go apart; not exports and the simulator's truth, which
are made or delivered again and hold identifiers."""
ANCHOR = "keys/access-log.anchor"
"""The anchor of the access log, which is no secret: with it the restored log's end is checked."""


def _inside(path: str) -> str:
    """Refuse a path that would leave its room."""
    if path == ANCHOR:
        return path
    parts = PurePosixPath(path).parts
    if not parts or parts[0] not in ROOMS or ".." in parts or len(parts) < 2 or "\\" in path or "\0" in path:
        raise ValueError("a path lies outside the rooms of a backup")
    return path


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class KeptFile(Frozen):
    """A file of the home; rows where it is Parquet."""

    path: Annotated[str, AfterValidator(_inside)]
    sha256: Sha256
    size: int
    rows: int | None = None


class Part(Frozen):
    """Some rows of a table, as `analytics.backup.register` writes them."""

    sha256: Sha256
    size: int
    rows: int


class KeptTable(Frozen):
    """A table of the register, its parts in the order of the primary key."""

    name: str
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(part.rows for part in self.parts)


class Backup(Frozen):
    """One backup."""

    version: int = VERSION
    id: Annotated[str, Field(pattern=r"^[0-9]{8}T[0-9]{12}$")]
    made_at: datetime
    """Naive UTC."""
    code_version: str
    step: str
    """Last migration that the register has been through; empty = there was no register."""
    tables: tuple[KeptTable, ...]
    files: tuple[KeptFile, ...]
    keys: dict[str, str]
    """Name of each key of the home, and the check value by which the right one is told."""
    keys_sha256: Sha256 | None = None
    """Of `keys/ID.json`; None = the keys are not in this backup."""
    sha256: str = ""
    """Of this description without this field."""

    @property
    def objects(self) -> dict[str, int]:
        """SHA-256 of all contents, and their sizes."""
        parts = {part.sha256: part.size for table in self.tables for part in table.parts}
        return {file.sha256: file.size for file in self.files} | parts

    def sealed(self) -> "Backup":
        """Return it with the hash of itself."""
        return self.model_copy(update={"sha256": self._hash()})

    def written(self) -> bytes:
        """Return what its file holds."""
        return json.dumps(self.model_dump(mode="json"), indent=1).encode()

    def _hash(self) -> str:
        content = self.model_dump(mode="json", exclude={"sha256"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read(content: bytes, name: str) -> Backup:
    """Return the backup that a file describes.

    Raises:
        BackupError: the file was changed, or a later version of Tepat wrote it.
    """
    try:
        version = json.loads(content).get("version")
        found = Backup.model_validate_json(content) if version == VERSION else None
    except (ValueError, AttributeError) as error:
        raise _changed(name) from error
    if found is None:
        raise BackupError(
            f"The backup {name} was made by another version of Tepat.",
            next_step="Use the version that made it; nothing was changed.",
        )
    if found.sealed().sha256 != found.sha256 or found.id != name:
        raise _changed(name)
    return found


def _changed(name: str) -> BackupError:
    return BackupError(
        f"The description of the backup {name} is not the one that was written.",
        cause="Its file was changed or damaged.",
        next_step="Use another backup, or a copy of this one from another medium.",
    )
