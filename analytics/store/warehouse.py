"""One snapshot opened for reading: tables and marts as Ibis expressions."""

from collections.abc import Hashable
from contextlib import AbstractContextManager
from threading import Lock
from typing import Any

import ibis
import pandas as pd

from analytics.store.manifest import Manifest
from analytics.store.rooms import Rooms
from analytics.store.within import within
from validation.contract import CONTRACT


class Warehouse:
    """A published snapshot; immutable, so that many readers may hold it while a writer publishes the next.

    Rooms: `tables` (the contract), `derived` (what was computed for each family), `marts` (cubes that pages read),
    `gate` (what was rejected and why). One that is limited to an area gives no row, name or count of another.
    """

    def __init__(
        self,
        manifest: Manifest,
        rooms: Rooms,
        *,
        area: str = "",
        lock: AbstractContextManager[Any] | None = None,
        kept: dict[Hashable, Any] | None = None,
    ) -> None:
        self.manifest = manifest.limited() if area else manifest
        self.area = area
        self.kept: dict[Hashable, Any] = {} if kept is None else kept
        """What was worked out of the snapshot, under keys that begin with the area: once for all who hold it."""
        self._rooms = rooms
        self._lock: AbstractContextManager[Any] = lock or Lock()

    def within(self, area: str) -> "Warehouse":
        """Return the same snapshot limited to an area, on the same connection; empty = as it is.

        Raises:
            ValueError: the area does not lie inside the one that this warehouse is limited to.
        """
        if not area or area == self.area:
            return self
        if self.area and not area.startswith(f"{self.area}."):
            raise ValueError("A limited warehouse cannot be widened.")
        return Warehouse(self.manifest, self._rooms, area=area, lock=self._lock, kept=self.kept)

    def names(self, room: str) -> list[str]:
        """Return what `room` holds, sorted."""
        with self._lock:
            return self._rooms.names(room)

    def table(self, name: str, *, room: str = "tables") -> Any:
        """Return the Ibis table `name` of `room`; one of the contract with all its columns."""
        with self._lock:
            return self._own(room, name)

    def mart(self, name: str) -> Any:
        """Return the mart `name`."""
        return self.table(name, room="marts")

    def run(self, expression: Any) -> pd.DataFrame:
        """Execute an expression; one at a time, since a connection serves one thread."""
        with self._lock:
            frame: pd.DataFrame = expression.to_pyarrow().to_pandas()
        return frame

    def keep(self, expression: Any) -> Any:
        """Work an expression out in the engine and return it as a table that is there while it is referred to."""
        with self._lock:
            return expression.cache()

    def _own(self, room: str, name: str) -> Any:
        table = self._whole(room, name)
        if not self.area:
            return table
        return within(table, room=room, name=name, area=self.area, find=lambda other: self._whole("tables", other))

    def _whole(self, room: str, name: str) -> Any:
        table = self._rooms.table(room, name)
        return completed(name, table) if room == "tables" else table

    def close(self) -> None:
        """Give the connection back; the warehouse can be read no more."""
        with self._lock:
            self._rooms.close()


def completed(name: str, table: Any) -> Any:
    """Add the contract's columns that an earlier version of Tepat did not publish yet, empty."""
    if name not in CONTRACT:
        return table
    kinds = ibis.Schema.from_pyarrow(CONTRACT[name].schema)
    missing = {column: ibis.null(kind) for column, kind in kinds.items() if column not in table.columns}
    return table.mutate(**missing) if missing else table
