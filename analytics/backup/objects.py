"""Contents kept by their SHA-256: each once, whole or absent, however often it is backed up."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from analytics.backup.errors import BackupError
from analytics.files import DRAFT, drop_drafts, write_whole

BLOCK = 1 << 20
"""Bytes read at a time."""


class Objects:
    """The contents of a folder of backups."""

    def __init__(self, root: Path) -> None:
        self._root = root / "objects"

    def put(self, content: bytes) -> str:
        """Keep a content and return its SHA-256; one that is kept already is checked, and mended where it was damaged.

        Raises:
            OSError: it cannot be written.
        """
        digest = hashlib.sha256(content).hexdigest()
        if not self.is_sound(digest):
            write_whole(self._path(digest), content)
        return digest

    def put_file(self, path: Path) -> tuple[str, int]:
        """Keep the content of a file and return its SHA-256 and size; otherwise as `put`.

        Raises:
            OSError: the file cannot be read, or its content not be written.
        """
        with path.open("rb") as file:
            digest, size = _hash(file)
            if self.is_sound(digest):
                return digest, size
            file.seek(0)
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._root / f"{DRAFT}{os.getpid()}"
            # Hashed again while it is copied: the name tells what was written, not what was there a moment before.
            digest, size = _copy(file, draft)
        target = self._path(digest)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        draft.replace(target)
        flush(target.parent)
        return digest, size

    def read(self, digest: str) -> bytes:
        """Return a content.

        Raises:
            BackupError: it is missing or damaged.
        """
        try:
            content = self._path(digest).read_bytes()
        except OSError as error:
            raise _damaged() from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise _damaged()
        return content

    def copy(self, digest: str, target: Path) -> None:
        """Write a content to a new file, readable by its owner alone.

        Raises:
            BackupError: it is missing or damaged.
        """
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with self._path(digest).open("rb") as file:
                copied, _ = _copy(file, target)
        except FileNotFoundError as error:
            raise _damaged() from error
        if copied != digest:
            raise _damaged()

    def is_sound(self, digest: str) -> bool:
        """Return whether a content is there, as it was written."""
        try:
            with self._path(digest).open("rb") as file:
                return _hash(file)[0] == digest
        except OSError:
            return False

    def drop_drafts(self) -> None:
        """Remove what makers that were killed left behind."""
        for folder in (self._root, *self._root.glob("??")):
            drop_drafts(folder)

    def sweep(self, used: Iterable[str]) -> int:
        """Remove the contents that no backup uses, and return how many."""
        kept = set(used)
        gone = [path for path in self._root.glob("??/*") if path.name not in kept]
        for path in gone:
            path.unlink()
        return len(gone)

    def _path(self, digest: str) -> Path:
        return self._root / digest[:2] / digest


def flush(path: Path) -> None:
    """Bring a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash(file: BinaryIO) -> tuple[str, int]:
    found, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        found.update(block)
        size += len(block)
    return found.hexdigest(), size


def _copy(file: BinaryIO, target: Path) -> tuple[str, int]:
    found, size = hashlib.sha256(), 0
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as copy:
        while block := file.read(BLOCK):
            copy.write(block)
            found.update(block)
            size += len(block)
        copy.flush()
        os.fsync(copy.fileno())
    return found.hexdigest(), size


def _damaged() -> BackupError:
    return BackupError(
        "A content of the backup is missing or damaged.",
        cause="What is stored is not what was written.",
        next_step="`tepat backup verify` names what is affected; use another backup or another copy of this one.",
    )
