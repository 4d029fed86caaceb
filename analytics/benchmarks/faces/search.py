"""The search for near pairs beside the pair loop, numpy and exact FAISS: seconds, memory, recall."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from analytics.benchmarks.faces.templates import templates
from analytics.benchmarks.validation import machine
from validation.errors import TepatError

SIZES = (100_000, 1_000_000)
LIMIT = 0.8
"""Distance at which one pair of different people in a million is near (`templates`): what people could look through."""
RECALL = 0.98
DUPLICATES = 0.01
"""Share of templates that are another photo of somebody."""
THREADS = 2
METHODS = {
    "face_distance": "`face_recognition.face_distance`, pair loop",
    "numpy_blocks": "numpy, blocks of float32 products",
    "faiss_flat": "FAISS Flat, exact range search",
    "exact": "Tepat exact: PCA prefix in bytes, half join",
    "approximate": "Tepat approximate: lists, exact recheck",
}
BASELINE = "faiss_flat"
EXACT_AIM, APPROXIMATE_AIM, MEMORY_AIM = 4.0, 20.0, 4.0
"""Times as fast as exact FAISS at 100,000 and at a million, and GiB at a million (the product's promises)."""
WITH_BLAS = ("numpy_blocks", "faiss_flat")
CORES: tuple[str | None, ...] = (None, "Haswell", "SkylakeX")
"""Processors whose kernels OpenBLAS is told to take; None = it chooses. Those of FAISS do not know newer ones."""
TUNED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
TRIED = 10_000
"""Templates on which the kernels are tried."""
WIDTH = 118
Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One way at one size, in a process of its own.

    Attributes:
        method: Key of METHODS.
        count: Templates.
        share: Share of the work that was done; where below 1, seconds are extrapolated.
        seconds, cpu_seconds: Of all the work.
        peak_gib: Most memory of the process, templates and libraries included.
        pairs: Near pairs found; None where only a part was done, as below.
        planted: Share found of the planted duplicates nearer than the limit.
        told, told_low: Recall that the search itself measured, and the lower end of its interval.
    """

    method: str
    count: int
    share: float
    seconds: float
    cpu_seconds: float
    peak_gib: float
    pairs: int | None
    planted: float | None
    told: float | None
    told_low: float | None


@dataclass(frozen=True, kw_only=True)
class SearchSpeed:
    """Everything that was measured, and at what."""

    machine: dict[str, str]
    limit: float
    recall: float
    threads: int
    measured: list[Measured]

    def of(self, method: str, count: int) -> Measured:
        """Return one measurement."""
        return next(each for each in self.measured if (each.method, each.count) == (method, count))

    def faster(self, method: str, count: int) -> float:
        """Return how many times as fast as exact FAISS a method is, by the clock."""
        return self.of(BASELINE, count).seconds / self.of(method, count).seconds

    def cheaper(self, method: str, count: int) -> float:
        """Return how many times the CPU seconds of a method exact FAISS takes."""
        return self.of(BASELINE, count).cpu_seconds / self.of(method, count).cpu_seconds

    def recall_of_all(self, method: str, count: int) -> float | None:
        """Return the share found of all near pairs; both of Tepat's searches find true pairs only."""
        found = self.of(method, count).pairs
        return None if found is None else found / max(1, self.of("exact", count).pairs or 0)


def run(
    sizes: Sequence[int] = SIZES,
    folder: Path = Path(),
    *,
    limit: float = LIMIT,
    recall: float = RECALL,
    threads: int = THREADS,
    report: Report,
) -> SearchSpeed:
    """Measure all ways at each size.

    Args:
        sizes: Numbers of templates.
        folder: Where the made templates are kept meanwhile, 512 bytes each.
        limit: Distance below which a pair is near.
        recall: Asked of the approximate search.
        threads: Of all but the pair loop, which has one.
        report: Told what is being done.

    Raises:
        TepatError: a measurement failed, or exact searches found different numbers of pairs.
    """
    measured = []
    kernels = _fastest_kernels(folder, {"limit": limit, "recall": recall, "threads": threads, "duplicates": 1})
    for count in sizes:
        path = folder / f"{count}.npy"
        duplicates = int(count * DUPLICATES)
        np.save(path, templates(count, duplicates=duplicates, seed=count))
        for method in METHODS:
            report(f"{count:,} templates: {method}")
            options = {"limit": limit, "recall": recall, "threads": threads, "duplicates": duplicates}
            measured.append(_in_own_process(method, path, count, options, kernels.get(method)))
        path.unlink()
    found = SearchSpeed(
        machine=machine(("faiss", "onnxruntime", "numpy")),
        limit=limit,
        recall=recall,
        threads=threads,
        measured=measured,
    )
    for count in sizes:
        _demand_the_same(found.of(BASELINE, count), found.of("exact", count))
    return found


def as_dict(found: SearchSpeed) -> dict[str, Any]:
    """Return everything as plain data."""
    return asdict(found)


def markdown(found: SearchSpeed) -> str:
    """Return the section on the search of the page `docs/benchmarks/faces_speed.md`."""
    sizes = sorted({each.count for each in found.measured})
    lines = ["## All near pairs", ""]
    lines += _text(
        f"Synthetic templates with the spread of dlib's on real photos, {DUPLICATES * 100:g} % of them another photo "
        f"of somebody; pairs nearer than {found.limit:g}, a distance that one pair of different people in a million "
        f"falls below. {found.threads} threads, the pair loop one. Each line is a process of its own; imports are not "
        "counted, memory is the whole process's. numpy and FAISS run with those kernels of OpenBLAS that were fastest "
        "in a trial: left to itself, FAISS's does not know newer processors and takes up to three times as long. "
        "Where a share is given, that part was measured and the rest extrapolated: the cost is linear in it. Recall is "
        "the share found of the planted duplicates below the limit, and of all pairs below it. Other programs shared "
        "the machine: trust ratios, and CPU seconds more than seconds."
    )
    for count in sizes:
        lines += [
            f"{count:,} templates, {count * (count - 1) // 2:,} pairs:",
            "",
            "| Search | Seconds | CPU seconds | Measured | GiB | Recall: planted | all | FAISS = 1: clock | CPU |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
            *(_row(found, method, count) for method in METHODS),
            "",
        ]
        told = found.of("approximate", count)
        if told.told is not None and told.told_low is not None:
            lines += _text(
                f"{told.pairs:,} of {found.of('exact', count).pairs:,} near pairs found by the approximate search, "
                f"which was asked for a recall of {found.recall:g} and measured {told.told:.3f} itself, on a sample "
                f"(95 % interval from {told.told_low:.3f})."
            )
    lines += [f"- {line}" for line in _aims(found, sizes)]
    return "\n".join([*lines, ""])


def _row(found: SearchSpeed, method: str, count: int) -> str:
    each = found.of(method, count)
    share = "all" if each.share >= 1 else f"{each.share * 100:.2g} %"
    return (
        f"| {METHODS[method]} | {each.seconds:,.1f} | {each.cpu_seconds:,.1f} | {share} | {each.peak_gib:.2f} | "
        f"{_share(each.planted)} | {_share(found.recall_of_all(method, count))} | "
        f"{_times(found.faster(method, count))} | {_times(found.cheaper(method, count))} |"
    )


def _aims(found: SearchSpeed, sizes: Sequence[int]) -> list[str]:
    lines = []
    if SIZES[0] in sizes:
        ratio = found.faster("exact", SIZES[0])
        lines.append(
            f"Exact at {SIZES[0]:,}: {_times(ratio)} times as fast as exact FAISS; aim at least {EXACT_AIM:g}: "
            f"{_reached(ratio >= EXACT_AIM)}."
        )
    if SIZES[1] in sizes:
        each, ratio = found.of("approximate", SIZES[1]), found.faster("approximate", SIZES[1])
        recall = found.recall_of_all("approximate", SIZES[1]) or 0.0
        kept = ratio >= APPROXIMATE_AIM and recall >= found.recall and each.peak_gib <= MEMORY_AIM
        lines.append(
            f"Approximate at {SIZES[1]:,}: {_times(ratio)} times as fast as exact FAISS at recall {recall:.3f} in "
            f"{each.peak_gib:.2f} GiB; aim at least {APPROXIMATE_AIM:g} times at {found.recall:g} in {MEMORY_AIM:g} "
            f"GiB: {_reached(kept)}."
        )
    return lines


def _reached(kept: bool) -> str:  # noqa: FBT001 - its only argument
    return "reached" if kept else "**missed**"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.4f}"


def _times(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"


def _text(text: str) -> list[str]:
    return [*wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False), ""]


def _fastest_kernels(folder: Path, options: dict[str, Any]) -> dict[str, str | None]:
    """Return the kernels with which each of WITH_BLAS takes least: a baseline is to be at its best."""
    path = folder / "tried.npy"
    np.save(path, templates(TRIED, duplicates=1, seed=0))
    found: dict[str, str | None] = {}
    for method in WITH_BLAS:
        seconds: dict[str | None, float] = {}
        for core in CORES:
            # Another processor's kernels may need instructions that this one does not have.
            with suppress(TepatError):
                seconds[core] = _in_own_process(method, path, TRIED, options, core).cpu_seconds
        found[method] = min(seconds, key=lambda core: seconds[core], default=None)
    path.unlink()
    return found


def _in_own_process(method: str, vectors: Path, count: int, options: dict[str, Any], core: str | None) -> Measured:
    command = [sys.executable, "-m", "analytics.benchmarks.faces.search_tasks", method, str(vectors)]
    command += [text for name, value in options.items() for text in (f"--{name}", str(value))]
    # Where other programs hold a core, threads that wait by turning would be counted as work.
    environment = {name: value for name, value in os.environ.items() if name not in TUNED}
    environment |= {"OMP_NUM_THREADS": str(options["threads"]), "OMP_WAIT_POLICY": "passive"}
    if core is not None:
        environment["OPENBLAS_CORETYPE"] = core
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    if done.returncode:
        raise TepatError(f"The measurement of {method} failed.", cause=done.stderr.strip()[-500:])
    return Measured(method=method, count=count, **json.loads(done.stdout))


def _demand_the_same(faiss: Measured, exact: Measured) -> None:
    """Check that FAISS found as many pairs; it works in float32, so that a few at the very limit may differ."""
    if faiss.pairs is not None and abs(faiss.pairs - (exact.pairs or 0)) > 1 + faiss.pairs / 1000:
        raise TepatError(
            "Exact searches disagree.", cause=f"FAISS found {faiss.pairs:,} pairs, Tepat {exact.pairs or 0:,}."
        )
