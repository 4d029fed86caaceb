"""A real PostgreSQL server, and a register on each engine."""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from analytics.settings import Settings


def _tool(name: str) -> str:
    found = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))] or [shutil.which(name)]
    return found[-1] or ""


def _as_server(*command: str) -> None:
    """Run a command as the user that a PostgreSQL server accepts: it refuses to run as root."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*user, *command], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the tests."""
    if not _tool("initdb"):
        pytest.skip("PostgreSQL is not installed")
    base = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    if os.geteuid() == 0:
        shutil.chown(base, "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(base / "data")
    _as_server(_tool("initdb"), "-D", data, "-U", "tepat", "--auth=trust", "-E", "UTF8")
    options = f"-p {port} -k {base} -c listen_addresses=127.0.0.1 -c fsync=off"
    _as_server(_tool("pg_ctl"), "-D", data, "-w", "-l", str(base / "log"), "-o", options, "start")
    yield f"postgres://tepat@127.0.0.1:{port}/postgres"
    _as_server(_tool("pg_ctl"), "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(base)


@pytest.fixture(params=["sqlite", "postgresql"])
def register_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A home whose register is empty: a file, or a database of its own on the server."""
    if request.param == "sqlite":
        return Settings(home=tmp_path)
    url = request.getfixturevalue("postgres")
    name = f"register_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return Settings(home=tmp_path, register_url=f"{url.rpartition('/')[0]}/{name}")
