"""Receipts: what was done at a person's request, signed so that it can be shown later that Tepat wrote it."""

import hmac
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analytics.files import write_whole
from analytics.keys import secret_key
from analytics.privacy.errors import PrivacyError

KEY = "receipts"
FOLDER = "receipts"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What was done; names the person by pseudonym alone.

    Attributes:
        action: erase or correct.
        at: Moment, ISO, UTC.
        done: Place to the number of records that were erased or corrected.
        fields: Fields that were corrected, never their values.
        stays: Place to the reason why it stays.
        signature: HMAC-SHA-256 of the rest, hexadecimal, with the key `receipts`.
    """

    id: str
    action: str
    person_id: str
    at: str
    officer: str
    reason: str
    done: dict[str, int]
    fields: tuple[str, ...] = ()
    stays: dict[str, str]
    signature: str = ""


def sign(home: Path, receipt: Receipt) -> Receipt:
    """Sign a receipt, keep it under the home folder, and return it."""
    content = asdict(receipt)
    signed = Receipt(**content | {"fields": receipt.fields, "signature": _signature(home, content)})
    write_whole(home / FOLDER / f"{receipt.id}.json", written(signed))
    return signed


def written(receipt: Receipt) -> bytes:
    """Return what the file of a receipt holds."""
    return json.dumps(asdict(receipt), ensure_ascii=False, indent=1).encode()


def check_receipt(home: Path, content: bytes) -> Receipt:
    """Return the receipt that a file holds.

    Raises:
        PrivacyError: it was changed, or another home signed it.
    """
    try:
        given: dict[str, Any] = json.loads(content)
        receipt = Receipt(**given | {"fields": tuple(given["fields"])})
        is_sound = hmac.compare_digest(_signature(home, asdict(receipt)), receipt.signature)
    except (ValueError, TypeError, KeyError):
        is_sound = False
    if not is_sound:
        raise PrivacyError(
            "The receipt is not one that Tepat signed here.", cause="It was changed, or another home's key signed it."
        )
    return receipt


def kept(home: Path, *, person_id: str, action: str) -> list[Receipt]:
    """Return the receipts of a person for an action, oldest first; of those that this home signed."""
    found = []
    for path in sorted((home / FOLDER).glob("*.json")):
        with suppress(PrivacyError):
            found.append(check_receipt(home, path.read_bytes()))
    own = [each for each in found if (each.person_id, each.action) == (person_id, action)]
    return sorted(own, key=lambda each: each.at)


def _signature(home: Path, content: dict[str, Any]) -> str:
    plain = {name: value for name, value in content.items() if name != "signature"}
    return hmac.digest(secret_key(home, KEY), json.dumps(plain, sort_keys=True).encode(), "sha256").hex()
