"""The exact search in tiles that can be worked on anywhere, in any order, and again after a kill -9.

The templates are cut into slices; a tile is a pair of slices (first <= second), and a pure function of the two and the
limit. What a tile found is one Parquet file, put in place whole once it is on disk: a tile is finished or it is not.
The folder holds positions and distances alone, neither ids nor templates: these stay in memory.
"""

import fcntl
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import polars as pl

from analytics.biometrics.errors import FaceError
from analytics.biometrics.gallery import Vectors
from analytics.biometrics.search.codes import demand_usable
from analytics.biometrics.search.exact import pairs_between, pairs_within
from analytics.biometrics.search.pairs import NearPairs, Progress, together
from analytics.files import drop_drafts, write_whole

SIZE = 65_536
"""Templates of a slice: a tile takes a core about a second."""
SCHEMA = pl.Schema({"i": pl.Int64(), "j": pl.Int64(), "distance": pl.Float32()})

Tile = tuple[int, int]
"""Numbers of two slices, the first not above the second."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is searched for; another job never reads what this one found.

    Attributes:
        fingerprint: SHA-256 of the templates.
        count: Number of templates.
        limit: Distance below which a pair is near.
        size: Templates of a slice.
    """

    fingerprint: str
    count: int
    limit: float
    size: int

    @property
    def key(self) -> str:
        """Hash of all of it: the name of the job's folder."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:32]

    @property
    def tiles(self) -> list[Tile]:
        """All tiles."""
        slices = range(-(-self.count // self.size))
        return [(first, second) for second in slices for first in slices if first <= second]

    def cut(self, vectors: Vectors, number: int) -> Vectors:
        """Return a slice of the templates."""
        return vectors[number * self.size : (number + 1) * self.size]


@dataclass(frozen=True)
class Work:
    """The folder of one job."""

    job: Job
    folder: Path

    def pending(self) -> list[Tile]:
        """Return the tiles that are not finished."""
        return [tile for tile in self.job.tiles if not self._path(tile).exists()]

    def finish(self, tile: Tile, first: Vectors, second: Vectors, *, threads: int | None = None) -> None:
        """Search a tile, given its two slices, and put what was found in place."""
        pairs = tile_pairs(first, None if tile[0] == tile[1] else second, limit=self.job.limit, threads=threads)
        frame = pl.DataFrame(
            {
                "i": pairs.i + tile[0] * self.job.size,
                "j": pairs.j + tile[1] * self.job.size,
                "distance": pairs.distance,
            },
            schema=SCHEMA,
        )
        _put(self._path(tile), frame)

    def found(self) -> NearPairs:
        """Return what all tiles found.

        Raises:
            FaceError: a tile is not finished.
        """
        if missing := self.pending():
            raise FaceError("The search is not finished.", cause=f"{len(missing)} tiles are missing.")
        frames = [pl.read_parquet(self._path(tile), schema=SCHEMA) for tile in self.job.tiles]
        return together(
            [
                NearPairs(i=frame["i"].to_numpy(), j=frame["j"].to_numpy(), distance=frame["distance"].to_numpy())
                for frame in frames
            ]
        )

    def _path(self, tile: Tile) -> Path:
        return self.folder / f"{tile[0]:05}-{tile[1]:05}.parquet"


def join_in_tiles(
    vectors: Vectors,
    *,
    limit: float,
    folder: Path,
    size: int = SIZE,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NearPairs:
    """Return all pairs i < j nearer than the limit; called again with the same templates it goes on where it stopped.

    Args:
        vectors: Templates, float32 (n, d).
        limit: Distance.
        folder: Where finished tiles are kept, each job in a folder of its own. They stay until the caller removes them.
        size: Templates of a slice.
        threads: None = one for each core.
        progress: Told what is being done and the share that is done.

    Raises:
        FaceError: templates or limit that cannot be searched, or another process is at the same job.
    """
    with work_on(vectors, limit=limit, folder=folder, size=size) as work:
        pending, total = work.pending(), len(work.job.tiles)
        for done, tile in enumerate(pending, start=total - len(pending) + 1):
            work.finish(tile, *(work.job.cut(vectors, number) for number in tile), threads=threads)
            if progress is not None:
                progress("comparing faces", done / total)
        return work.found()


def tile_pairs(first: Vectors, second: Vectors | None, *, limit: float, threads: int | None = None) -> NearPairs:
    """Return the near pairs of two slices, or within one, by positions in these; depends on nothing else."""
    if second is None:
        return pairs_within(first, limit=limit, threads=threads)
    return pairs_between(first, second, limit=limit, threads=threads)


@contextmanager
def work_on(vectors: Vectors, *, limit: float, folder: Path, size: int) -> Iterator[Work]:
    """Open a job's folder, alone; the lock ends with the process, however that ends.

    Raises:
        FaceError: templates or limit that cannot be searched, or another process is at the same job.
    """
    demand_usable(vectors, limit)
    job = Job(fingerprint=fingerprint(vectors), count=len(vectors), limit=limit, size=size)
    work = Work(job, folder / job.key)
    work.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (work.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FaceError(
                "The same search is running in this folder.", next_step="Wait for it to end, then try again."
            ) from error
        drop_drafts(work.folder)
        (work.folder / "job.json").write_text(json.dumps(asdict(job), indent=1), encoding="utf-8")
        yield work


def fingerprint(vectors: Vectors) -> str:
    """Return the SHA-256 of templates, their shape included."""
    found = hashlib.sha256(repr((vectors.shape, vectors.dtype.str)).encode())
    found.update(np.ascontiguousarray(vectors).data)
    return found.hexdigest()


def _put(path: Path, frame: pl.DataFrame) -> None:
    content = io.BytesIO()
    frame.write_parquet(content)
    write_whole(path, content.getvalue())
