"""The chain: each entry's hash covers what it says and the hash of the entry before it (Schneier & Kelsey 1999).

The hash is HMAC-SHA-256 with a secret key that lies under the home folder, outside the database: who can only write to
the database cannot make an entry that fits.
"""

import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from analytics.access_log.errors import AccessLogError
from analytics.keys import key_file, secret_key

KEY: Final = "access-log"
"""Name of the key under the home folder."""
FIRST: Final = ""
"""Previous hash of the first entry."""
COVERED: Final = (
    "number", "at", "actor", "role", "action", "kind", "ref", "purpose", "details", "key", "previous",
)  # fmt: skip
"""Columns that the hash covers, in its order: all but itself."""
MARK_DIGITS: Final = 16
"""Hex digits that tell keys apart."""


def existing_key(home: Path) -> bytes:
    """Return the key that the log of a home was written with.

    Raises:
        AccessLogError: it is not there; none is made, since no entry would fit it.
    """
    if not key_file(home, KEY).is_file():
        raise AccessLogError(
            "The key of the access log is not there.",
            cause=f"The log holds entries, and the home folder has no keys/{KEY}.key.",
            next_step="Put the key back from a backup, or copy it from the machine that wrote the log.",
        )
    return secret_key(home, KEY)


def mark_of(key: bytes) -> str:
    """Return what tells a key from others, and does not tell the key."""
    return hmac.digest(key, b"mark", "sha256").hex()[:MARK_DIGITS]


def hash_of(key: bytes, row: Mapping[str, Any]) -> str:
    """Return the hash of an entry as hex.

    Args:
        key: Secret.
        row: The columns `COVERED` of `access_log`.
    """
    # What was altered may be of any type: it gets a text that no entry has.
    said = json.dumps([row[name] for name in COVERED], ensure_ascii=False, separators=(",", ":"), default=repr)
    return hmac.digest(key, said.encode(errors="surrogatepass"), "sha256").hex()
