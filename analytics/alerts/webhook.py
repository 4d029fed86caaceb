"""Posting a message to a webhook: JSON over HTTPS, signed so that the receiver knows who sent it and when."""

import hashlib
import hmac
import http.client
import json
import ssl
import time
from typing import Final
from urllib.parse import urlsplit

from analytics.alerts.errors import DeliveryError
from analytics.alerts.wording import Message
from analytics.settings import Settings

PATIENCE: Final = 20.0
"""Seconds that a receiver may take to answer."""


def post(settings: Settings, message: Message) -> None:
    """Post one message. A redirect is not followed: it would carry the message to where nobody set it to go.

    Headers: Idempotency-Key, the same at every try; X-Tepat-Timestamp, seconds since 1970; X-Tepat-Signature, see
    `signature`.

    Raises:
        DeliveryError: the receiver cannot be reached or does not answer 2xx.
    """
    parts = urlsplit(settings.webhook_url)
    body = json.dumps(
        {"key": message.key, "subject": message.subject, "text": message.text, "alerts": list(message.alerts)},
        ensure_ascii=False,
    ).encode()
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.key, "X-Tepat-Timestamp": stamp,
        "X-Tepat-Signature": signature(settings.webhook_secret.get_secret_value(), stamp, body),
    }  # fmt: skip
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = (
        http.client.HTTPSConnection(parts.netloc, timeout=PATIENCE, context=ssl.create_default_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
    )
    try:
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise _not_taken(f"{parts.hostname}: {type(error).__name__}.") from None
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise _not_taken(f"{parts.hostname} answered {status}.")


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return what X-Tepat-Signature holds: sha256= and HMAC-SHA-256, in hex, of timestamp, a dot and the body."""
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _not_taken(cause: str) -> DeliveryError:
    return DeliveryError(
        "The webhook did not take the message.", cause=cause, next_step="Check TEPAT_WEBHOOK_URL and its receiver."
    )
