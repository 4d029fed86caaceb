"""One way to find near pairs, measured in a process of its own: `python -m` this module."""

import argparse
import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from analytics.biometrics.gallery import Vectors
from analytics.biometrics.search import NearPairs, near_pairs

ALL = 1.0
"""The share of the work that is done in full."""
LOOPED, QUERIES, ROWS = 20, 20_000, 10_000
"""Rows of the pair loop, FAISS and numpy where all would take too long; their cost is linear in them."""
BLOCK = 2048
"""Rows and columns of a product by numpy."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be measured: how many of the pairs, at which limit, on how many threads."""

    vectors: Vectors
    limit: float
    recall: float
    threads: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Share of the work that was done, and the pairs that it found where that is all of it."""

    share: float
    pairs: NearPairs | None = None


def face_distance(task: Task) -> Outcome:
    """`face_recognition.face_distance` of one with all that follow it, one after the other."""
    import face_recognition  # noqa: PLC0415 - loads dlib

    count = len(task.vectors)
    pairs = 0
    for row in range(0, count - 1, max(1, count // LOOPED)):
        near = face_recognition.face_distance(task.vectors[row + 1 :], task.vectors[row]) < task.limit
        pairs += len(near)
        np.flatnonzero(near)
    return Outcome(share=pairs / (count * (count - 1) / 2))


def numpy_blocks(task: Task) -> Outcome:
    """Products of blocks by BLAS in float32, each pair once."""
    count = len(task.vectors)
    # Lengths are 1: the distance is below the limit where the product is above this.
    least = 1 - task.limit**2 / 2
    product = np.empty((BLOCK, BLOCK), np.float32)
    pairs = 0
    for row in range(0, min(count, ROWS), BLOCK):
        rows = task.vectors[row : row + BLOCK]
        for column in range(row, count, BLOCK):
            columns = task.vectors[column : column + BLOCK]
            np.nonzero(np.matmul(rows, columns.T, out=product[: len(rows), : len(columns)]) > least)
            pairs += len(rows) * len(columns)
    return Outcome(share=min(1.0, pairs / (count * (count - 1) / 2)))


def faiss_flat(task: Task) -> Outcome:
    """`faiss.IndexFlatL2.range_search` of all with all: FAISS has no half join."""
    import faiss  # noqa: PLC0415 - loads FAISS

    faiss.omp_set_num_threads(task.threads)
    index = faiss.IndexFlatL2(task.vectors.shape[1])
    index.add(task.vectors)
    count = len(task.vectors)
    queries = task.vectors if count <= 5 * QUERIES else task.vectors[:QUERIES]
    starts, distances, found = index.range_search(queries, task.limit**2)
    share = len(queries) / count
    if len(queries) < count:
        return Outcome(share=share)
    i = np.repeat(np.arange(count), np.diff(starts.astype(np.int64)))
    once = i < found
    return Outcome(share=share, pairs=NearPairs(i=i[once], j=found[once], distance=np.sqrt(distances[once])))


def exact(task: Task) -> Outcome:
    """Tepat's exact search."""
    return Outcome(share=ALL, pairs=near_pairs(task.vectors, limit=task.limit, method="exact", threads=task.threads))


def approximate(task: Task) -> Outcome:
    """Tepat's approximate search."""
    pairs = near_pairs(task.vectors, limit=task.limit, method="approximate", recall=task.recall, threads=task.threads)
    return Outcome(share=ALL, pairs=pairs)


METHODS: dict[str, Callable[[Task], Outcome]] = {
    each.__name__: each for each in (face_distance, numpy_blocks, faiss_flat, exact, approximate)
}


def measure(method: str, task: Task, duplicates: int) -> dict[str, object]:
    """Return what `search.Measured` holds, but for the method and the number of templates."""
    METHODS[method](Task(**asdict(task) | {"vectors": task.vectors[:500]}))  # imports are not counted
    seconds, cpu_seconds = perf_counter(), process_time()
    outcome = METHODS[method](task)
    seconds, cpu_seconds = perf_counter() - seconds, process_time() - cpu_seconds
    found: dict[str, object] = {"pairs": None, "planted": None, "told": None, "told_low": None}
    if outcome.pairs is not None:
        found = {
            "pairs": len(outcome.pairs), "planted": _planted(task, outcome.pairs, duplicates),
            "told": outcome.pairs.recall, "told_low": outcome.pairs.recall_low,
        }  # fmt: skip
    return found | {
        "share": outcome.share,
        "seconds": seconds / outcome.share,
        "cpu_seconds": cpu_seconds / outcome.share,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def _planted(task: Task, pairs: NearPairs, duplicates: int) -> float | None:
    """Return the share found of the planted pairs that are nearer than the limit; None where there are none."""
    count, first = len(task.vectors), np.arange(duplicates)
    second = first + count - duplicates
    apart = task.vectors[first].astype(np.float64) - task.vectors[second]
    near = np.linalg.norm(apart, axis=1) < task.limit
    planted = (first * count + second)[near]
    return float(np.isin(planted, pairs.i * count + pairs.j).mean()) if len(planted) else None


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("vectors", type=Path)
    for name, kind in (("limit", float), ("recall", float), ("threads", int), ("duplicates", int)):
        parser.add_argument(f"--{name}", type=kind, required=True)
    given = parser.parse_args()
    task = Task(vectors=np.load(given.vectors), limit=given.limit, recall=given.recall, threads=given.threads)
    sys.stdout.write(json.dumps(measure(given.method, task, given.duplicates)))


if __name__ == "__main__":
    main()
