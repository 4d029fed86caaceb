"""Which data ask for sign-in, and whether Streamlit's secrets name an identity provider; read without Streamlit."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from analytics.settings import Settings
from analytics.store import Manifest

NEEDED: Final = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
LEAST_SECRET: Final = 32
"""Characters of the secret that signs the cookie: whoever guesses it can sign in as anybody."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
WHERE: Final = Path(".streamlit") / "secrets.toml"


def needs_sign_in(manifest: Manifest, settings: Settings) -> bool:
    """Return whether a data set is shown to those who signed in alone; personal data always are."""
    return settings.sign_in or manifest.dataset.sensitivity == "personal"


def problem(files: Sequence[Path]) -> str:
    """Return what is missing or wrong in `[auth]` of the secrets; empty = nothing.

    Names keys, never a value.

    Args:
        files: Where Streamlit looks, the last first: of two files the later one counts.
    """
    auth: dict[str, Any] = {}
    for path in files:
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            return "secrets.toml cannot be read as TOML."
        section = found.get("auth", {})
        auth |= section if isinstance(section, dict) else {}
    return _wrong(auth) if auth else "secrets.toml has no section [auth]."


def _wrong(auth: dict[str, Any]) -> str:
    missing = [name for name in NEEDED if not (isinstance(auth.get(name), str) and auth[name].strip())]
    if missing:
        return f"[auth] of secrets.toml says no {', '.join(missing)}."
    if len(auth["cookie_secret"]) < LEAST_SECRET:
        return f"cookie_secret of secrets.toml has fewer than {LEAST_SECRET} characters."
    for name in ("redirect_uri", "server_metadata_url"):
        if not _is_safe(auth[name]):
            return f"{name} of secrets.toml is no https address."
    if not urlsplit(auth["redirect_uri"]).path.endswith("/oauth2callback"):
        return "redirect_uri of secrets.toml does not end in /oauth2callback."
    return ""


def _is_safe(url: str) -> bool:
    """Say whether what is sent to an address cannot be read on the way."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
