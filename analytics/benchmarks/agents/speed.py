"""How long a review takes, beside a plain grouping of the same applications by agent."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analytics.benchmarks.agents.made import write_tables
from validation.errors import TepatError

TASKS: Final = ("plain", "count", "judge")
Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Timed:
    """One task on so many applications: agents, wall and CPU seconds, and the peak of memory."""

    task: str
    applications: int
    agents: int
    seconds: float
    cpu_seconds: float
    peak_gib: float


def run(sizes: Sequence[int], folder: Path, *, report: Report) -> list[Timed]:
    """Measure each size: the grouping alone, counting everything, judging all agents.

    Raises:
        TepatError: a measurement failed.
    """
    timed = []
    for size in sizes:
        own = folder / str(size)
        report(f"{size:,} applications: making them")
        write_tables(own / "tables", size, scratch=own / "spilled")
        for task in TASKS:
            report(f"{size:,} applications: {task}")
            timed.append(_in_own_process(task, own, size))
        shutil.rmtree(own)
    return timed


def _in_own_process(task: str, folder: Path, size: int) -> Timed:
    command = [sys.executable, "-m", "analytics.benchmarks.agents.tasks", task, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise TepatError(f"The measurement {task} failed.", cause=done.stderr.strip()[-500:])
    return Timed(task=task, applications=size, **json.loads(done.stdout))
