"""One measurement, in the process of its own that runs it: `python -m analytics.benchmarks.agents.tasks …`.

The clock starts after the imports.
"""

import json
import pickle
import resource
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from analytics.agents.cells import count
from analytics.agents.judging import judge_agents
from analytics.benchmarks.agents.made import MEMORY
from analytics.store.rooms import ParquetRooms

LEVEL = 0.05
COUNTED = "counted.pickle"


class _BoundedRooms(ParquetRooms):
    """Parquet files read by a DuckDB that spills to disk beyond a bound, so that the bound is what is measured."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._scratch = folder / "spilled"

    @cached_property
    def _connection(self) -> Any:
        return ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=str(self._scratch))


def _plain(folder: Path) -> int:
    """Group the applications by agent and nothing else: what the engine needs in any case."""
    rows = _BoundedRooms(folder).table("tables", "registrations")
    grouped = rows.group_by("agent_id").aggregate(entered=rows.count(), seconds=rows.duration.mean())
    return len(grouped.to_pyarrow())


def _count(folder: Path) -> int:
    rooms = _BoundedRooms(folder)
    counted = count({name: rooms.table("tables", name) for name in rooms.names("tables")}, _run)
    (folder / COUNTED).write_bytes(pickle.dumps(counted))
    return len(counted.agents)


def _run(expression: Any) -> pd.DataFrame:
    frame: pd.DataFrame = expression.to_pyarrow().to_pandas()
    return frame


def _judge(folder: Path) -> int:
    counted = pickle.loads((folder / COUNTED).read_bytes())  # noqa: S301 - written by the task before
    return len(judge_agents(counted.cells, level=LEVEL).agents)


def main(task: str, folder: Path) -> dict[str, float]:
    """Run a task and return agents, seconds, cpu_seconds, peak_gib."""
    work = {"plain": _plain, "count": _count, "judge": _judge}[task]
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    agents = work(folder)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"agents": agents, "seconds": seconds, "cpu_seconds": cpu, "peak_gib": _peak_bytes() / 2**30}


def _peak_bytes() -> int:
    """Return this program's peak of memory; what Linux says of a process may be its parent's from before it began."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
