"""The ways that alerts are sent by, as the settings name them: e-mail and webhook."""

import ipaddress
from collections.abc import Callable
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from analytics.alerts.mail import send_mail
from analytics.alerts.webhook import post
from analytics.alerts.wording import Message
from analytics.settings import Settings, SettingsError

EMAIL: Final = "email"
WEBHOOK: Final = "webhook"
Send = Callable[[Message], None]
"""Sends one message, or raises `DeliveryError`."""


def channels(settings: Settings) -> dict[str, Send]:
    """Return the ways that are set, by name; empty = alerts are shown and not sent.

    Raises:
        SettingsError: one is set in part, or would send in the clear to another machine.
    """
    found: dict[str, Send] = {}
    names = wanted(settings)
    if EMAIL in names:
        _require_mail(settings)
        found[EMAIL] = partial(send_mail, settings)
    if WEBHOOK in names:
        _require_webhook(settings)
        found[WEBHOOK] = partial(post, settings)
    return found


def wanted(settings: Settings) -> tuple[str, ...]:
    """Return the ways that the settings name, also where they cannot be used as they are set: messages wait for it."""
    asked = {
        EMAIL: bool(settings.smtp_host or settings.mail_to or settings.mail_from), WEBHOOK: bool(settings.webhook_url)
    }  # fmt: skip
    return tuple(name for name, is_asked in asked.items() if is_asked)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("127.0.0.1.example.org")
    (True, True, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _require_mail(settings: Settings) -> None:
    missing = [name for name in ("smtp_host", "mail_from", "mail_to") if not getattr(settings, name)]
    if missing:
        raise SettingsError(
            f"Alerts cannot be sent by e-mail: TEPAT_{missing[0].upper()} is not set.",
            next_step="Set server, sender and recipients, or none of them.",
        )
    for address in (settings.mail_from, *settings.mail_to):
        if address.count("@") != 1 or any(sign.isspace() or not sign.isprintable() for sign in address):
            raise SettingsError(
                "An address of TEPAT_MAIL_FROM or TEPAT_MAIL_TO is none.",
                next_step="Give each as name@example.org, without a name before it.",
            )
    if settings.smtp_security == "none" and not is_loopback(settings.smtp_host):
        raise SettingsError(
            "Alerts would be sent in the clear to another machine.",
            next_step="Set TEPAT_SMTP_SECURITY to starttls or tls.",
        )


def _require_webhook(settings: Settings) -> None:
    parts = urlsplit(settings.webhook_url)
    is_closed = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not (is_closed and parts.hostname) or parts.username is not None:
        raise SettingsError(
            "TEPAT_WEBHOOK_URL cannot be used.",
            cause="It is not https://…, or names a user.",
            next_step="Give an https:// URL; http:// is accepted for this machine alone.",
        )
    if not settings.webhook_secret.get_secret_value():
        raise SettingsError(
            "Alerts cannot be posted: TEPAT_WEBHOOK_SECRET is not set.",
            next_step="Set it in the environment; the receiver checks X-Tepat-Signature with it.",
        )
