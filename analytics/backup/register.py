"""The register as plain rows: written from SQLite or PostgreSQL in one transaction, and read into either.

A part is gzip of JSON lines: the column names, then one list a row, in the order of the primary key (text by its
bytes). The same rows give the same bytes on both engines, so that a restored register can be compared with its backup.
"""

import gzip
import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from analytics.backup.errors import BackupError
from analytics.backup.manifest import KeptTable, Part
from analytics.register.database import MIGRATING, READS, open_engine, wait_for
from analytics.register.migrating import STEPS, TABLE, step_of, upgrade
from analytics.settings import Settings

PART_ROWS = 2_000
"""Rows of a part: with photos some 50 MB; of a table that only grows, all parts but the last stay as they are."""

Put = Callable[[bytes], str]
Get = Callable[[str], bytes]


@contextmanager
def as_of_now(settings: Settings) -> Iterator[sa.Connection]:
    """Give a connection that reads the register as it is at its first statement, whatever others write meanwhile."""
    engine = open_engine(settings)
    try:
        level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        with engine.execution_options(**{READS: True}, **level).begin() as connection:
            yield connection
    finally:
        engine.dispose()


def export(connection: sa.Connection, put: Put) -> tuple[KeptTable, ...]:
    """Give all rows away and return which they were.

    Args:
        connection: In one transaction.
        put: Takes a part and returns its SHA-256.
    """
    return tuple(
        KeptTable(name=table.name, parts=tuple(_parts(connection, table, put))) for table in _tables(connection)
    )


def fill(settings: Settings, step: str, tables: tuple[KeptTable, ...], get: Get) -> None:
    """Write a backup's rows into an empty register, in one transaction; what was filled by it before stays.

    The tables are made as they were at the backup, filled, compared with it row by row, and brought up to date.

    Raises:
        BackupError: the register holds other rows, or a later version of Tepat made the backup.
    """
    require_known(step)
    engine = open_engine(settings)
    try:
        with engine.begin() as connection:
            wait_for(connection, MIGRATING)
            if _is_filled(connection):
                if export(connection, _digest) == tables:
                    return
                raise _not_empty()
            if step_of(connection) not in {"", step}:
                raise BackupError(
                    "The register's database has tables of another version of Tepat.",
                    next_step="Give a database without tables.",
                )
            upgrade(connection, to=step)
            _insert(connection, tables, get)
            if export(connection, _digest) != tables:
                raise BackupError("The restored register is not equal to its backup; nothing was restored.")
            upgrade(connection)
    finally:
        engine.dispose()


def demand_empty(settings: Settings, tables: tuple[KeptTable, ...]) -> None:
    """Raise `BackupError` where a register holds rows that are not the backup's."""
    with as_of_now(settings) as connection:
        if _is_filled(connection) and export(connection, _digest) != tables:
            raise _not_empty()


def require_known(step: str) -> None:
    """Raise `BackupError` where a later version of Tepat made the register."""
    if step not in STEPS:
        raise BackupError(
            "The register is of a later version of Tepat.",
            cause=f"It is at step {step}; this version knows steps up to {STEPS[-1]}.",
            next_step="Install the later version; nothing was changed.",
        )


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """Return the tables that are there, those first that others refer to."""
    found = sa.MetaData()
    found.reflect(connection)
    tables = [table for table in found.sorted_tables if table.name != TABLE]
    for column in (column for table in tables for column in table.c):
        if isinstance(column.type, sa.JSON):
            column.type = sa.JSON(none_as_null=bool(column.nullable))
    # Each engine sorts tables that do not refer to each other in its own way.
    order = {table.name: _depth(table) for table in tables}
    return sorted(tables, key=lambda table: (order[table.name], table.name))


def _depth(table: sa.Table) -> int:
    """Return how many tables a table refers to in a row."""
    referred = {key.column.table for key in table.foreign_keys} - {table}
    return 1 + max(map(_depth, referred), default=-1)


def _parts(connection: sa.Connection, table: sa.Table, put: Put) -> Iterator[Part]:
    keys = list(table.primary_key) or list(table.c)
    by_bytes = connection.dialect.name == "postgresql"
    order = [sa.collate(key, "C") if by_bytes and isinstance(key.type, sa.String) else key for key in keys]
    columns = sorted(column.name for column in table.c)
    query = sa.select(*(table.c[name] for name in columns)).order_by(*order)
    streamed = connection.execution_options(stream_results=True, yield_per=PART_ROWS).execute(query)
    for rows in streamed.partitions(PART_ROWS):
        lines = [columns, *([_plain(value) for value in row] for row in rows)]
        text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        content = gzip.compress(text.encode(), compresslevel=6, mtime=0)
        yield Part(sha256=put(content), size=len(content), rows=len(rows))


def _insert(connection: sa.Connection, tables: tuple[KeptTable, ...], get: Get) -> None:
    own = {table.name: table for table in _tables(connection)}
    if missing := [table.name for table in tables if table.name not in own]:
        raise BackupError(
            "The backup holds tables that this version of Tepat does not know.", cause=", ".join(missing) + "."
        )
    for kept in sorted(tables, key=lambda table: list(own).index(table.name)):
        table = own[kept.name]
        for part in kept.parts:
            names, *rows = (json.loads(line) for line in gzip.decompress(get(part.sha256)).decode().split("\n"))
            readers = [_reader(table.c[name]) for name in names]
            values = [
                {
                    name: None if value is None else read(value)
                    for name, read, value in zip(names, readers, row, strict=True)
                }
                for row in rows
            ]
            connection.execute(table.insert(), values)
        _go_on_counting(connection, table)


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    """Let PostgreSQL number new rows after those that were restored; SQLite does by itself."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key:
        if isinstance(column.type, sa.Integer):
            sequence = connection.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))).scalar()
            last = connection.execute(sa.select(sa.func.max(column))).scalar()
            if sequence and last is not None:
                connection.execute(sa.select(sa.func.setval(sequence, last)))


def _is_filled(connection: sa.Connection) -> bool:
    return any(
        connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None
        for table in _tables(connection)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return b64encode(value).decode()
    return value


def _reader(column: sa.Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, sa.DateTime):
        return datetime.fromisoformat
    if isinstance(column.type, sa.Date):
        return date.fromisoformat
    if isinstance(column.type, sa.LargeBinary):
        return b64decode
    return lambda value: value


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _not_empty() -> BackupError:
    return BackupError(
        "The register that TEPAT_REGISTER_URL names is not empty.",
        cause="A restore never writes over what is there.",
        next_step="Give an empty database, or move this one away.",
    )
