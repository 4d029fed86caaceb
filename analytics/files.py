"""Files that are there whole or not at all, also after `kill -9` and a power cut."""

import os
import secrets
from pathlib import Path

DRAFT = ".draft-"


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


def drop_drafts(folder: Path) -> None:
    """Remove what writers that were killed left behind; call it only while no other process writes."""
    for draft in folder.glob(f"{DRAFT}*"):
        draft.unlink()
