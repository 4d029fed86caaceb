"""A small home with something in every room, on both engines."""

import datetime as dt
import json
import secrets
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import psycopg
import pytest
import sqlalchemy as sa

from analytics.adjudication import open_adjudication
from analytics.backup import sealed_keys
from analytics.biometrics.template_rows import ready_made
from analytics.biometrics.templates import Templates
from analytics.cases import open_cases
from analytics.ingest.pseudonyms import pseudonym_key
from analytics.register.database import open_engine
from analytics.settings import Settings
from analytics.vault import Identity, Person, open_vault
from tests.analytics.adjudication.conftest import DATASET, found, judge, pair
from tests.analytics.cases.conftest import flag, opened

PASSPHRASE = "kuda besi padi lumbung enam"  # noqa: S105 - of the tests
NAME, NIK = "Siti Aminah binti Ngatemin", "3510014708450003"
AT = dt.datetime(2026, 11, 2, 3, 0, tzinfo=dt.UTC)


def snapshot(home: Path, name: str, *, listed: tuple[str, ...]) -> None:
    """Publish a snapshot of two tables, as the store would."""
    folder = home / "warehouse" / "snapshots" / name
    for room, rows in (("tables", 50), ("marts", 3)):
        (folder / room).mkdir(parents=True, exist_ok=True)
        pl.DataFrame({"family_id": [f"{name}-{number}" for number in range(rows)]}).write_parquet(
            folder / room / "families.parquet"
        )
    (folder / "manifest.json").write_text(json.dumps({"snapshot": name}))
    (home / "warehouse" / "catalogue.json").write_text(
        json.dumps({"current": DATASET, "datasets": {DATASET: list(listed)}})
    )


def fill_home(settings: Settings, *, pairs: int = 30) -> None:
    """Put something in every room: snapshots, pairs with verdicts, cases, the vault, templates, models, keys."""
    home = settings.home
    snapshot(home, "s1", listed=("s1",))
    snapshot(home, "s2", listed=("s1", "s2"))
    (home / "warehouse" / "snapshots" / "halfway").mkdir()
    (home / "models" / DATASET / "m1").mkdir(parents=True)
    (home / "models" / DATASET / "m1" / "BPNT.ubj").write_bytes(bytes(range(256)) * 40)
    (home / "models" / DATASET / "current.json").write_text('{"id": "m1"}')
    (home / "exports").mkdir()
    (home / "exports" / "anggota.csv").write_text(f"nik,nama\n{NIK},{NAME}\n")
    pseudonym_key(home)
    with closing(open_adjudication(settings, clock=lambda: AT)) as adjudication:
        adjudication.store(found(*(pair(number) for number in range(1, pairs + 1))))
        judge(adjudication, "R-1", "same")
    with closing(open_cases(settings, clock=lambda: AT)) as cases:
        opened(cases, *(flag(number) for number in range(1, 20)))
    with closing(open_vault(settings, dataset=DATASET, clock=lambda: AT)) as vault:
        vault.put([Person(person_id=id_, identity=Identity(name=NAME, nik=NIK)) for id_ in vault.missing()])
        vault.read("p0001a", viewer="R-1", purpose="Memeriksa pasangan")
    people = pl.Series([f"p{number:04d}a" for number in range(1, 41)])
    vectors = np.random.default_rng(3).standard_normal((40, 8)).astype(np.float32)
    Templates.open(settings).add(ready_made(people, vectors, model="m1"))


def contents(home: Path) -> dict[str, bytes]:
    """Return all files of a home by path, save the register and locks."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and "register.sqlite" not in path.name and path.suffix != ".lock"
    }


def _all(table: sa.Table) -> sa.Select[tuple[object, ...]]:
    return sa.select(*(table.c[name] for name in sorted(table.c.keys())))


def register_rows(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, read without the code that backs up."""
    engine = open_engine(settings)
    tables = sa.MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        found = {
            name: sorted(map(tuple, connection.execute(_all(table))), key=repr) for name, table in tables.tables.items()
        }
    engine.dispose()
    return found


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_keys, "COST", 2**10)


@pytest.fixture
def new_database(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Make an empty database on the PostgreSQL server and return its URL."""

    def make() -> str:
        url = request.getfixturevalue("postgres")
        name = f"restored_{secrets.token_hex(6)}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{url.rpartition('/')[0]}/{name}"

    return make


@pytest.fixture
def filled(register_settings: Settings, tmp_path: Path) -> Settings:
    """A home with something in every room."""
    own = register_settings.model_copy(update={"home": tmp_path / "home"})
    own.home.mkdir()
    fill_home(own)
    return own
