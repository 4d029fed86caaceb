"""Many photos over all cores; a photo that kills the process that reads it gets a status like any other."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from pathlib import Path

from analytics.biometrics.encoding.encoders import Encoder
from analytics.biometrics.encoding.faces import PhotoResult, encode_here

BATCH = 32
"""Photos that a process takes at once: enough for one run of the net, and few to repeat when one of them kills it."""
AHEAD = 2
"""Batches a process that are handed out, so that none waits."""
Progress = Callable[[str, float], None]
"""(what is being done, share done)."""


def encode_photos(
    paths: Sequence[Path],
    *,
    encoder: Encoder,
    progress: Progress | None = None,
    processes: int | None = None,
) -> Iterator[PhotoResult]:
    """Encode photos, in the order in which they are ready.

    Args:
        paths: The photos; one that is not there is `unreadable`.
        encoder: What encodes them.
        progress: Told after each batch.
        processes: So many work at once; None = one a core, 1 = this process, without others to be safe in. New
            processes import the script that asks: it needs its `if __name__ == "__main__"`.

    Returns:
        One result a path.
    """
    batches = [list(paths[first : first + BATCH]) for first in range(0, len(paths), BATCH)]
    count = min(processes or len(os.sched_getaffinity(0)), len(batches))
    done = 0
    for results in _over_processes(batches, encoder, count) if count > 1 else _here(batches, encoder):
        yield from results
        done += len(results)
        if progress is not None:
            progress("photos", done / len(paths))


def _here(batches: list[list[Path]], encoder: Encoder) -> Iterator[list[PhotoResult]]:
    for batch in batches:
        yield encode_here(batch, encoder=encoder)


def _over_processes(batches: list[list[Path]], encoder: Encoder, count: int) -> Iterator[list[PhotoResult]]:
    """Give the results of each batch; after a crash go on in new processes and look for the photo that caused it."""
    waiting = deque(batches)
    while waiting:
        suspects: list[list[Path]] = []
        with _pool(encoder, count) as pool:
            running: dict[Future[list[PhotoResult]], list[Path]] = {}
            while (waiting and not suspects) or running:
                while waiting and not suspects and len(running) < AHEAD * count:
                    batch = waiting.popleft()
                    try:
                        running[pool.submit(_encode, batch)] = batch
                    except BrokenProcessPool:
                        suspects.append(batch)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    batch = running.pop(future)
                    try:
                        yield future.result()
                    except BrokenProcessPool:
                        suspects.append(batch)
        for batch in suspects:
            yield from _alone(batch, encoder)


def _alone(batch: list[Path], encoder: Encoder) -> Iterator[list[PhotoResult]]:
    """Encode a batch in a process of its own, and where that dies, each half of it."""
    try:
        with _pool(encoder, 1) as pool:
            results = pool.submit(_encode, batch).result()
    except BrokenProcessPool:
        if len(batch) == 1:
            yield [PhotoResult(path=batch[0], status="unreadable")]
            return
        middle = len(batch) // 2
        yield from _alone(batch[:middle], encoder)
        yield from _alone(batch[middle:], encoder)
    else:
        yield results


@contextmanager
def _pool(encoder: Encoder, count: int) -> Iterator[ProcessPoolExecutor]:
    # A forked process would inherit locks of the threads that ONNX Runtime and Polars keep: spawn a clean one.
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_start, initargs=(encoder,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


_encoders: list[Encoder] = []
"""This process's encoder, set once where it starts."""


def _start(encoder: Encoder) -> None:
    _encoders.append(encoder)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one ends the others
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End when the first process is killed: nobody would take the results or end this one."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _encode(batch: list[Path]) -> list[PhotoResult]:
    return encode_here(batch, encoder=_encoders[0])
