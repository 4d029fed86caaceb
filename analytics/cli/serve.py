"""`tepat serve`: the dashboard."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics.access.provider import WHERE, needs_sign_in, problem
from analytics.settings import Settings, settings
from analytics.store import open_store
from validation.errors import TepatError

SERVER = Path(__file__).parents[2] / "dashboard" / "server.py"


def serve(
    *,
    port: Annotated[int, typer.Option(help="Port; default TEPAT_PORT or 8501.")] = 0,
    address: Annotated[str, typer.Option(help="Address; default TEPAT_ADDRESS or localhost.")] = "",
) -> None:
    """Open the dashboard on the published data; Ctrl+C ends it."""
    store = open_store(settings())
    manifest = store.manifest(settings().dataset)
    if needs_sign_in(manifest, settings()) and (
        missing := problem([home / WHERE for home in (Path.home(), SERVER.parents[1])])
    ):
        why = "holds personal data" if manifest.dataset.sensitivity == "personal" else "is to be seen after sign-in"
        raise TepatError(
            f"The data set {manifest.dataset.name} {why}, and sign-in is not configured.",
            cause=f"{missing} Only simulated and public data may be shown without sign-in.",
            next_step="Write the identity provider into .streamlit/secrets.toml, section [auth]: redirect_uri "
            "(…/oauth2callback), cookie_secret (32 random characters or more), client_id, client_secret, "
            "server_metadata_url. Then give roles with `tepat access grant`. Or show another data set with "
            'TEPAT_DATASET, or say sensitivity = "public" in its mapping if no row is about a person who could be '
            "recognised.",
        )
    command = [sys.executable, "-m", "streamlit", "run", str(SERVER),
               "--server.port", str(port or settings().port),
               "--server.address", address or settings().address]  # fmt: skip
    environment = os.environ | as_environment(settings())
    raise typer.Exit(subprocess.call(command, env=environment, cwd=SERVER.parents[1]))  # noqa: S603  own command


def as_environment(given: Settings) -> dict[str, str]:
    """Return every setting as a variable, paths absolute: the server works in another folder than the caller."""
    values = {name: value for name, value in given.model_dump().items() if value is not None}
    return {f"TEPAT_{name.upper()}": _as_text(value) for name, value in values.items()}


def _as_text(value: Any) -> str:
    """Return a value as the settings read it: paths absolute, lists and mappings as JSON."""
    if isinstance(value, Path):
        return str(value.resolve())
    return json.dumps(value) if isinstance(value, dict | list | tuple) else str(value)
