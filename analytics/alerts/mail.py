"""Sending a message by e-mail: smtplib, encrypted, with a login where one is set."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Final

from analytics.alerts.errors import DeliveryError
from analytics.alerts.wording import Message
from analytics.settings import Settings

PATIENCE: Final = 20.0
"""Seconds that each step of a conversation with a server may take."""


def send_mail(settings: Settings, message: Message) -> None:
    """Send one message to all recipients; its Message-ID is its key, the same at every try.

    Raises:
        DeliveryError: the server cannot be reached, is not who its certificate says, or refuses login or message.
    """
    mail = composed(settings, message)
    with _told(settings), _connected(settings) as server:
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        refused = server.send_message(mail, from_addr=settings.mail_from, to_addrs=list(settings.mail_to))
    if refused:
        # The others have it: to try again would send it to them twice.
        raise PartlyRefusedError(
            f"The mail server refused {len(refused)} of {len(settings.mail_to)} recipients.",
            next_step="Check TEPAT_MAIL_TO.",
        )


class PartlyRefusedError(DeliveryError):
    """Some recipients have the message, others never will."""


def composed(settings: Settings, message: Message) -> EmailMessage:
    """Return a message as it is sent: plain text in UTF-8."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = ", ".join(settings.mail_to)
    mail["Subject"] = message.subject
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{message.key}@{settings.mail_from.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, charset="utf-8")
    return mail


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context(cafile=settings.smtp_ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        with smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=context) as server:
            yield server
        return
    with smtplib.SMTP(host, port, timeout=PATIENCE) as server:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        yield server


@contextmanager
def _told(settings: Settings) -> Iterator[None]:
    """Turn what a server or the network says into a sentence; never its own text, which may repeat a login."""
    at = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise DeliveryError(
            "The mail server refuses the login.",
            cause=f"{at} answered {error.smtp_code}.",
            next_step="Check TEPAT_SMTP_USER and TEPAT_SMTP_PASSWORD.",
        ) from None
    except ssl.SSLError as error:
        raise DeliveryError(
            "The mail server is not who its certificate says, or does not encrypt.",
            cause=f"{at}: {getattr(error, 'verify_message', '') or error.reason or type(error).__name__}.",
            next_step="Check TEPAT_SMTP_SECURITY and the port; TEPAT_SMTP_CA names an authority of your own.",
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise DeliveryError(
            "The mail server does not offer what the settings ask for.",
            cause=f"{at} knows no STARTTLS or no login.",
            next_step="Check TEPAT_SMTP_SECURITY, TEPAT_SMTP_USER and the port.",
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        code = getattr(error, "smtp_code", None)
        raise DeliveryError(
            "The mail server did not take the message.",
            cause=f"{at} answered {code}." if code else f"{at}: {type(error).__name__}.",
            next_step="Check that it runs and that TEPAT_SMTP_HOST and TEPAT_SMTP_PORT name it.",
        ) from None
