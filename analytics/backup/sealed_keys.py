"""The keys of a home, encrypted with a passphrase: scrypt (RFC 7914) makes a Fernet key of it."""

import base64
import hmac
import json
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from analytics.backup.errors import BackupError

COST = 2**17
"""N of scrypt, with r = 8 and p = 1: 128 MB, as the OWASP Password Storage Cheat Sheet recommends."""
MOST_COST = 2**20
"""Of a file that is read: one that was made up cannot take all memory."""
R, P = 8, 1
LEAST_LETTERS = 12
"""Of a passphrase (assumed)."""
CHECKED = b"tepat backup: check value of a key"


def read_passphrase(path: Path) -> str:
    """Return the first line of a file.

    Raises:
        BackupError: there is no such file, or it is too short.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(
            f"The passphrase cannot be read from {path}.", next_step="Give a text file that holds it in one line."
        ) from error
    passphrase = lines[0].strip() if lines else ""
    if len(passphrase) < LEAST_LETTERS:
        raise BackupError(
            "The passphrase is too short.", cause=f"It has fewer than {LEAST_LETTERS} letters.",
            next_step="Use some six random words; keep them apart from the backups.",
        )  # fmt: skip
    return passphrase


def keys_of(home: Path) -> dict[str, bytes]:
    """Return the keys of a home by name."""
    return {path.stem: path.read_bytes() for path in sorted((home / "keys").glob("*.key"))}


def checks(keys: dict[str, bytes]) -> dict[str, str]:
    """Return a value for each key that tells whether another is the same, and nothing else of it."""
    return {name: hmac.digest(key, CHECKED, "sha256").hex()[:16] for name, key in keys.items()}


def seal(keys: dict[str, bytes], passphrase: str) -> bytes:
    """Return a file that gives the keys to who has the passphrase."""
    salt = os.urandom(16)
    plain = json.dumps({name: key.hex() for name, key in keys.items()}).encode()
    token = _cipher(passphrase, salt=salt, cost=COST).encrypt(plain).decode()
    return json.dumps({"kdf": "scrypt", "n": COST, "r": R, "p": P, "salt": salt.hex(), "token": token}).encode()


def unseal(content: bytes, passphrase: str) -> dict[str, bytes]:
    """Return the keys that `seal` put in.

    Raises:
        BackupError: the passphrase is another, or the file was changed.
    """
    try:
        given = json.loads(content)
        cost, salt, token = int(given["n"]), bytes.fromhex(given["salt"]), str(given["token"])
        if given["kdf"] != "scrypt" or (given["r"], given["p"]) != (R, P) or not 2 <= cost <= MOST_COST:
            raise ValueError
        plain = json.loads(_cipher(passphrase, salt=salt, cost=cost).decrypt(token))
        keys = {str(name): bytes.fromhex(key) for name, key in plain.items()}
    except (ValueError, KeyError, TypeError, InvalidToken) as error:
        raise BackupError(
            "The keys cannot be opened.",
            cause="The passphrase is another, or their file was changed.",
            next_step="Give the passphrase of this backup.",
        ) from error
    return keys


def _cipher(passphrase: str, *, salt: bytes, cost: int) -> Fernet:
    key = Scrypt(salt=salt, length=32, n=cost, r=R, p=P).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))
