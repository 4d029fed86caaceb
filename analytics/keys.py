"""Secret keys: made at first use under the home folder, outside the warehouse, readable by their owner alone."""

import base64
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

SIZE = 32
"""Bytes of a key."""


def key_file(home: Path, name: str) -> Path:
    """Return where a key lies, or will lie once it was asked for."""
    return home / "keys" / f"{name}.key"


def secret_key(home: Path, name: str) -> bytes:
    """Return a key of `SIZE` bytes; two processes that ask first get the same one.

    Args:
        home: The home folder of the settings.
        name: What the key is for, as in `keys/NAME.key`.
    """
    path = key_file(home, name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link never replaces: of two processes the second finds the first one's key.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def cipher(home: Path, name: str) -> Fernet:
    """Return what encrypts and decrypts with a key: AES-128-CBC with HMAC-SHA-256, so that a changed byte is found."""
    return Fernet(base64.urlsafe_b64encode(secret_key(home, name)))
