"""Training, scoring and reasons beside XGBoost alone: same rows, same parameters, same kind of matrix."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from analytics.benchmarks.model.families import LABEL, NAMES, write_families
from analytics.benchmarks.model.tasks import flag
from analytics.benchmarks.validation import machine
from analytics.risk.batches import MEMORY, stored
from analytics.risk.measures import auc
from validation.errors import TepatError

ROUNDS = 50
"""Trees that are trained: a tenth of the cost of the model's own 400 at 10 million families."""
TASKS = ("train", "score", "reasons")
SIDES = ("plain", "tepat")
MOST = 1.15
"""Tepat's CPU seconds, XGBoost alone = 1, at most (the product's promise)."""
SAME = 1e-5
"""Both sides' scores and contributions may differ by so much: rounding of float32."""
REPEATED = 1_000_000
Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Timed:
    """One task by one side on so many families: wall and CPU seconds, and the peak of memory."""

    task: str
    side: str
    families: int
    rows: int
    """Rows that the task worked on; for reasons those flagged."""
    seconds: float
    cpu_seconds: float
    peak_gib: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The measurements, how well the trees rank, and the machine."""

    machine: dict[str, str]
    rounds: int
    on_disk: dict[int, bool]
    auc: dict[int, float]
    """By families: of the scores, on the families that were learnt from; that the trees are not trivial."""
    timed: list[Timed]

    def overhead(self, task: str, families: int) -> float:
        """Return Tepat's CPU seconds of a task, XGBoost alone = 1."""
        cpu = {each.side: each.cpu_seconds for each in self.timed if (each.task, each.families) == (task, families)}
        return cpu["tepat"] / cpu["plain"]


def run(sizes: Sequence[int], folder: Path, *, rounds: int = ROUNDS, report: Report) -> Comparison:
    """Measure each size.

    Raises:
        TepatError: a measurement failed, or both sides did not give the same scores and reasons.
    """
    timed, areas, on_disk = [], {}, {}
    for families in sizes:
        own = folder / str(families)
        report(f"{families:,} families: making them")
        write_families(own / "families.parquet", families)
        size = stored(own / "families.parquet", names=NAMES, label=LABEL)
        on_disk[families] = size.quantised_bytes > MEMORY
        for task in TASKS:
            if task == "reasons":
                flag(own)
            runs: dict[str, list[Timed]] = {side: [] for side in SIDES}
            for number in range(repeats(families)):
                for side in SIDES if number % 2 else SIDES[::-1]:
                    report(f"{families:,} families: {task}, {side}")
                    runs[side].append(in_own_process(task, side, own, families, rounds))
            timed += [middle(each) for each in runs.values()]
        areas[families] = demand_the_same(own)
        shutil.rmtree(own)
    return Comparison(machine=machine(("xgboost", "numpy")), rounds=rounds, on_disk=on_disk, auc=areas, timed=timed)


def repeats(families: int) -> int:
    """Return how often a task is measured: three times up to a million families, where chance weighs most."""
    return 3 if families <= REPEATED else 1


def middle(runs: list[Timed]) -> Timed:
    """Return the run with the median of CPU seconds."""
    return sorted(runs, key=lambda run: run.cpu_seconds)[len(runs) // 2]


def demand_the_same(folder: Path) -> float:
    """Return the AUC of the scores, once both sides gave the same scores and reasons."""
    scores = {side: pq.read_table(folder / f"{side}-scores.parquet")["entitled"].to_numpy() for side in SIDES}
    reasons = {side: np.load(folder / f"{side}-reasons.npy") for side in SIDES}
    apart = [float(np.abs(found["tepat"] - found["plain"]).max()) for found in (scores, reasons)]
    if max(apart) > SAME:
        raise TepatError(
            "Tepat and XGBoost alone disagree.",
            cause=f"Their scores differ by up to {apart[0]:.1e}, their reasons by up to {apart[1]:.1e}.",
        )
    label = pq.read_table(folder / "families.parquet", columns=[LABEL])[LABEL].to_numpy()
    return auc(scores["tepat"], label, np.ones(len(label)))


def in_own_process(task: str, side: str, folder: Path, families: int, rounds: int) -> Timed:
    """Measure one task by one side.

    Raises:
        TepatError: it failed.
    """
    command = [sys.executable, "-m", "analytics.benchmarks.model.tasks", task, side, str(folder), str(rounds)]
    # Where other programs hold a core, threads that wait by turning would be counted as work.
    environment = os.environ | {"OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    if done.returncode:
        raise TepatError(f"The measurement {task} ({side}) failed.", cause=done.stderr.strip()[-500:])
    return Timed(task=task, side=side, families=families, **json.loads(done.stdout))
