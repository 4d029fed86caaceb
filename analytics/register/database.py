"""The register's database: one way to reach it, in a transaction, on SQLite and on PostgreSQL.

A transaction that writes is alone from its first statement on SQLite. On PostgreSQL many write at once; one that names
a lock waits for the others that name the same.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import pandas as pd
import sqlalchemy as sa

from analytics.register.migrating import STEPS, step_of, upgrade
from analytics.settings import Settings, SettingsError
from validation.errors import TepatError

FILE = "register.sqlite"
LOCK_SECONDS = 30
"""Time that SQLite waits for another writer."""
AGAIN_SECONDS = 0.05
"""Time between two tries where SQLite does not wait by itself."""
MIGRATING = 7_337_001
"""Lock of PostgreSQL that one process holds while it makes the tables; any number that no other room takes."""
READS = "tepat_reads"
"""Execution option of a connection that only reads."""
HOME = "tepat_home"
"""Execution option of every connection: the home folder, under which keys lie."""
ROLE = "tepat_role"
"""Execution option of a connection: in which role somebody uses it, for the access log."""
AFTER = "tepat_after"
"""Entry of a writing connection's `info`: name to what is called once its transaction is committed."""


class RegisterError(TepatError):
    """The register cannot be reached, or does not hold what was asked for."""


class Database:
    """The register's database, opened, with its tables as this version of Tepat knows them."""

    def __init__(self, engine: sa.Engine) -> None:
        self._use(engine)
        try:
            self._migrate()
        except BaseException:
            engine.dispose()
            raise

    def acting(self, role: str) -> "Database":
        """Return it on the same connections, as somebody uses it in a role; what they do is logged so."""
        made = copy(self)
        made._use(self._engine.execution_options(**{ROLE: role}))
        return made

    @contextmanager
    def writing(self, *, lock: int = 0) -> Iterator[sa.Connection]:
        """Give a connection in a transaction.

        Args:
            lock: Number that transactions share of which only one may run at a time; 0 = none.

        Raises:
            RegisterError: the engine cannot be reached; names no password.
        """
        with self._told():
            with self._engine.begin() as connection:
                after: dict[str, Callable[[], None]] = {}
                connection.info[AFTER] = after
                if lock:
                    wait_for(connection, lock)
                yield connection
            for act in after.values():
                act()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that only reads, in a transaction.

        Raises:
            RegisterError: the engine cannot be reached; names no password.
        """
        with self._told(), self._reading.begin() as connection:
            yield connection

    def frame(self, query: Any) -> pd.DataFrame:
        """Return what a query finds, of plain Python values.

        Raises:
            RegisterError: the engine cannot be reached; names no password.
        """
        with self.reading() as connection:
            return frame_of(connection, query)

    def forget(self) -> bool:
        """Let no file hold what was deleted: empty SQLite's write-ahead log; return whether that could be done.

        It cannot while others read; the next writer does it then. PostgreSQL's own vacuum and log are its operator's.
        """
        if self._engine.dialect.name != "sqlite":
            return True
        connection = self._engine.raw_connection()
        try:
            busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        return not busy

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _use(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(**{READS: True})

    def _migrate(self) -> None:
        with self.reading() as connection:
            step = step_of(connection)
        if step == STEPS[-1]:
            return
        if step and step not in STEPS:
            raise RegisterError(
                "The register was made by a later version of Tepat.",
                cause=f"It is at step {step}; this version knows steps up to {STEPS[-1]}.",
                next_step="Install the later version; nothing was changed.",
            )
        with self.writing(lock=MIGRATING) as connection:
            upgrade(connection)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.OperationalError as error:
            raise RegisterError(
                "The register cannot be reached.",
                cause=f"{str(error.orig).splitlines()[0]} ({self._engine.url.render_as_string(hide_password=True)})",
                next_step="Check TEPAT_REGISTER_URL and that its server runs.",
            ) from error


def open_database(settings: Settings) -> Database:
    """Open the register that the settings name, making or changing its tables where they are not there yet.

    Raises:
        SettingsError: the URL is of another kind than SQLite or PostgreSQL.
        RegisterError: it cannot be reached, or a later version of Tepat made it.
    """
    return Database(open_engine(settings))


def open_engine(settings: Settings) -> sa.Engine:
    """Return the engine of the register that the settings name.

    Raises:
        SettingsError: the URL is of another kind than SQLite or PostgreSQL.
    """
    own = {HOME: settings.home}
    if not settings.register_url:
        path = settings.home / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        # Never opened where it is there: closing it would drop the locks that SQLite holds on it in this process
        # (sqlite.org/howtocorrupt.html, 2.2), and what this process then writes could be lost.
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        return _sqlite(f"sqlite:///{path.resolve()}", own)
    scheme, _, rest = settings.register_url.partition("://")
    if scheme == "sqlite":
        return _sqlite(settings.register_url, own)
    if scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise SettingsError(
            "TEPAT_REGISTER_URL cannot be used.",
            cause=f"The scheme {scheme!r} is not known.",
            next_step="Use postgresql://…, or leave it empty for a file under the home folder.",
        )
    return sa.create_engine(f"postgresql+psycopg://{rest}", pool_pre_ping=True, execution_options=own)


def has_register(settings: Settings) -> bool:
    """Return whether there is a register to read, without making one."""
    return bool(settings.register_url) or (settings.home / FILE).is_file()


def wait_for(connection: sa.Connection, lock: int) -> None:
    """Wait until no other transaction holds a lock, and hold it to the end of this one.

    On SQLite a transaction that writes is alone already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))


def frame_of(connection: sa.Connection, query: Any) -> pd.DataFrame:
    """Return what a query finds on a connection, of plain Python values."""
    found = connection.execute(query)
    return pd.DataFrame(found.fetchall(), columns=list(found.keys()), dtype=object)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows of plain Python values, None for what is empty."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): _plain(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _sqlite(url: str, options: dict[str, Any]) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": LOCK_SECONDS}, execution_options=options)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver would begin a transaction late, and none before a change of tables: we begin each ourselves.
        connection.isolation_level = None
        _write_ahead(connection)
        connection.execute("PRAGMA foreign_keys=ON")
        # What is deleted is overwritten, and does not wait in the file until its place is needed.
        connection.execute("PRAGMA secure_delete=ON")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads = connection.get_execution_options().get(READS)
        # A transaction that reads and then writes fails at once where another wrote in between; so it waits first.
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers and a writer not wait for each other.

    Where another is the first to write to a new file at that moment, SQLite fails at once instead of waiting as it does
    elsewhere; so we wait.
    """
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(AGAIN_SECONDS)
        else:
            return


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
