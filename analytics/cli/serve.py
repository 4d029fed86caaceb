"""`tepat serve`: the dashboard."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

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
    if manifest.dataset.sensitivity == "personal":
        raise TepatError(
            f"The data set {manifest.dataset.name} holds personal data, and sign-in is not configured.",
            cause="Only simulated and public data may be shown without sign-in.",
            next_step='Show another data set with TEPAT_DATASET, or say sensitivity = "public" in its mapping if no '
            "row is about a person who could be recognised.",
        )
    command = [sys.executable, "-m", "streamlit", "run", str(SERVER),
               "--server.port", str(port or settings().port),
               "--server.address", address or settings().address]  # fmt: skip
    environment = os.environ | _as_environment(settings())
    raise typer.Exit(subprocess.call(command, env=environment, cwd=SERVER.parents[1]))  # noqa: S603  own command


def _as_environment(given: Settings) -> dict[str, str]:
    """Return every setting as a variable, paths absolute: the server works in another folder than the caller."""
    values = {name: value for name, value in given.model_dump().items() if value is not None}
    return {f"TEPAT_{name.upper()}": _written(value) for name, value in values.items()}


def _written(value: Any) -> str:
    """Return a value as the settings read it: a list or a table is JSON."""
    if isinstance(value, tuple | dict):
        return json.dumps(value)
    return str(value.resolve() if isinstance(value, Path) else value)
