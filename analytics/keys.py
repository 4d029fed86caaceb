"""Secret keys: made at first use under the home folder, outside the warehouse, readable by their owner alone.

While a key is rotated the one before lies beside it, and both decrypt; what is encrypted is so with the new one.
"""

import base64
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from validation.errors import TepatError

SIZE = 32
"""Bytes of a key."""


class RotationError(TepatError):
    """Keys that are being rotated, or cannot be."""


def key_file(home: Path, name: str) -> Path:
    """Return where a key lies, or will lie once it was asked for."""
    return home / "keys" / f"{name}.key"


def old_key_file(home: Path, name: str) -> Path:
    """Return where the key before lies while a key is rotated."""
    return home / "keys" / f"{name}.old.key"


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


def cipher(home: Path, name: str) -> MultiFernet:
    """Return what encrypts and decrypts with a key: AES-128-CBC with HMAC-SHA-256, so that a changed byte is found.

    Ask anew each time, and after what is to be decrypted was read: the key may be rotated meanwhile.
    """
    key = secret_key(home, name)
    try:
        old = [fernet(old_key_file(home, name).read_bytes())]
    except FileNotFoundError:
        old = []
    return MultiFernet([fernet(key), *old])


def fernet(key: bytes) -> Fernet:
    """Return what encrypts with one key."""
    return Fernet(base64.urlsafe_b64encode(key))


@contextmanager
def keys_at_rest(home: Path, *, rotating: bool = False) -> Iterator[None]:
    """Hold off a rotation of keys, or, to rotate them, all who need them at rest.

    Raises:
        RotationError: another process holds them.
    """
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "rotation.lock").open("a") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if rotating else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RotationError(
                "The keys are in use by a backup or a rotation.", next_step="Wait until it has ended, try again."
            ) from error
        yield
