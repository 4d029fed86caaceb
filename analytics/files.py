"""Files that are there whole or not at all, also after `kill -9` and a power cut."""

import os
import secrets
from pathlib import Path, PurePath

DRAFT = ".draft-"
LONGEST_NAME = 255
"""Bytes of a file's name."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, readable by its owner alone; a file of that name is replaced in the same step."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{DRAFT}{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    # The name lies in the folder: without this a power cut may lose it though the bytes are on the disk.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def lies_inside(folder: Path, file: str) -> bool:
    """Whether a name, as somebody else gave it, stays in a folder: in itself and through links.

    A name that no file can have stays nowhere.
    """
    parts = PurePath(file).parts
    if not parts or file.startswith("/") or ".." in parts or {"\\", "\0"} & set(file):
        return False
    if any(len(os.fsencode(part)) > LONGEST_NAME for part in parts):
        return False
    try:
        return (folder / file).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links that lead round in a circle
        return False


def drop_drafts(folder: Path) -> None:
    """Remove what writers that were killed left behind; call it only while no other process writes."""
    for draft in folder.glob(f"{DRAFT}*"):
        draft.unlink()
