"""Where a snapshot's tables lie: Parquet files read by DuckDB, or tables of another engine; both through Ibis."""

from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

BATCH_ROWS = 50_000
"""Rows sent to another engine at a time."""


class Rooms(Protocol):
    """The tables of one snapshot, by room (tables, marts, gate) and name."""

    def names(self, room: str) -> list[str]:
        """Return what a room holds, sorted."""

    def table(self, room: str, name: str) -> Any:
        """Return one table as an Ibis expression."""

    def close(self) -> None:
        """Give the connection back."""


class ParquetRooms:
    """Parquet files of a snapshot's folder, read by an in-memory DuckDB of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _connection(self) -> Any:
        return ibis.duckdb.connect()

    def names(self, room: str) -> list[str]:
        """Return what a room holds, sorted."""
        return sorted(path.stem for path in (self._folder / room).glob("*.parquet"))

    def table(self, room: str, name: str) -> Any:
        """Return one table as an Ibis expression."""
        path = self._folder / room / f"{name}.parquet"
        return self._connection.read_parquet(str(path), table_name=f"{room}_{name}")

    def close(self) -> None:
        """Give the connection back."""
        self._connection.disconnect()


class EngineRooms:
    """Tables of another engine; their names begin with the snapshot's."""

    def __init__(self, url: str, snapshot: str) -> None:
        self._url = url
        self._prefix = f"s{snapshot.replace('-', '_').lower()}_"

    @cached_property
    def _connection(self) -> Any:
        return ibis.connect(self._url)

    @cached_property
    def _all(self) -> list[str]:
        return sorted(name for name in self._connection.list_tables() if name.startswith(self._prefix))

    def names(self, room: str) -> list[str]:
        """Return what a room holds, sorted."""
        start = f"{self._prefix}{room}_"
        return [name.removeprefix(start) for name in self._all if name.startswith(start)]

    def table(self, room: str, name: str) -> Any:
        """Return one table as an Ibis expression."""
        return self._connection.table(f"{self._prefix}{room}_{name}")

    def load(self, folder: Path) -> None:
        """Copy a snapshot's Parquet files into the engine, a batch of rows at a time."""
        for path in sorted(folder.glob("*/*.parquet")):
            name = f"{self._prefix}{path.parent.name}_{path.stem}"
            file = pq.ParquetFile(path)
            self._connection.create_table(name, schema=ibis.Schema.from_pyarrow(file.schema_arrow), overwrite=True)
            for batch in file.iter_batches(BATCH_ROWS):
                self._connection.insert(name, pa.Table.from_batches([batch]))

    def drop(self) -> None:
        """Remove the snapshot's tables from the engine."""
        for name in self._all:
            self._connection.drop_table(name, force=True)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.disconnect()
