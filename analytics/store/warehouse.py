"""One snapshot opened for reading: tables and marts as Ibis expressions."""

from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import ibis
import pandas as pd

from analytics.store.manifest import Manifest


class Warehouse:
    """A published snapshot; immutable, so that many readers may hold it while a writer publishes the next.

    Rooms: `tables` (the contract), `marts` (cubes that pages read), `gate` (what was rejected and why).
    """

    def __init__(self, manifest: Manifest, folder: Path) -> None:
        self.manifest = manifest
        self._folder = folder
        self._lock = Lock()

    @cached_property
    def _connection(self) -> Any:
        return ibis.duckdb.connect()

    def names(self, room: str) -> list[str]:
        """Return what `room` holds, sorted."""
        return sorted(path.stem for path in (self._folder / room).glob("*.parquet"))

    def table(self, name: str, *, room: str = "tables") -> Any:
        """Return the Ibis table `name` of `room`."""
        with self._lock:
            return self._connection.read_parquet(
                str(self._folder / room / f"{name}.parquet"), table_name=f"{room}_{name}"
            )

    def mart(self, name: str) -> Any:
        """Return the mart `name`."""
        return self.table(name, room="marts")

    def run(self, expression: Any) -> pd.DataFrame:
        """Execute an expression; one at a time, since a connection serves one thread."""
        with self._lock:
            frame: pd.DataFrame = expression.to_pyarrow().to_pandas()
        return frame
