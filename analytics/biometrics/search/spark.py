"""The exact search on Spark: the tiles of `tiles` as its tasks, each with the two slices that it needs."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analytics.biometrics.errors import FaceError
from analytics.biometrics.gallery import Vectors
from analytics.biometrics.search.pairs import NearPairs
from analytics.biometrics.search.tiles import SIZE, Work, work_on

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Slice = tuple[int, Vectors]


def join_on_spark(
    session: "SparkSession", vectors: Vectors, *, limit: float, folder: Path, size: int = SIZE
) -> NearPairs:
    """Return all pairs i < j of templates nearer than the limit: the same as `join_in_tiles`, and as resumable.

    Templates pass through memory and the network, never in the clear through a disk: Spark writes what it is given
    into temporary files unless its encryption is switched on, so it must be. Encrypt the network with
    `spark.network.crypto.enabled` or `spark.ssl`. Executors need this package; a task holds two slices.

    Args:
        session: A classic session (Spark Connect has no RDDs) with `spark.io.encryption.enabled`.
        vectors: Templates, float32 (n, d).
        limit: Distance.
        folder: Where finished tiles are kept; all executors must see it under the same path.
        size: Templates of a slice; of 128 dimensions at most 200,000 fit a message of Spark's default size.

    Raises:
        FaceError: templates or limit that cannot be searched, a session that does not encrypt its files, or another
            process at the same job.
    """
    context = session.sparkContext
    if context.getConf().get("spark.io.encryption.enabled", "false") != "true":
        raise FaceError(
            "This Spark session would write templates to disk in the clear.",
            next_step="Start it with spark.io.encryption.enabled=true.",
        )
    with work_on(vectors, limit=limit, folder=folder, size=size) as work:
        pending = frozenset(work.pending())
        if pending:
            numbers = range(-(-len(vectors) // size))
            slices = [(number, np.array(work.job.cut(vectors, number))) for number in numbers]
            kept = context.parallelize(slices, len(slices)).cache()
            kept.cartesian(kept).foreach(lambda pair: _finish(work, pending, *pair))
            kept.unpersist()
        return work.found()


def _finish(work: Work, pending: frozenset[tuple[int, int]], first: Slice, second: Slice) -> None:
    tile = (first[0], second[0])
    if tile in pending:
        # Spark gives a task one core.
        work.finish(tile, first[1], second[1], threads=1)
