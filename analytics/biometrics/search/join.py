"""Who is near whom: among all, or the new ones among themselves and against all."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from analytics.biometrics.gallery import Vectors
from analytics.biometrics.search.approximate import nearly_all_within
from analytics.biometrics.search.exact import pairs_between, pairs_within
from analytics.biometrics.search.pairs import NearPairs, Progress, together
from analytics.biometrics.search.tiles import join_in_tiles

EXACT_UP_TO = 1_000_000
"""Templates up to which `auto` is exact: some two core-minutes; the time grows with the square."""
RECALL = 0.98
"""Share of the near pairs that an approximate search is to find."""


def near_pairs(
    vectors: Vectors,
    *,
    limit: float,
    method: Literal["auto", "exact", "approximate"] = "auto",
    recall: float = RECALL,
    seed: int = 20120401,
    folder: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NearPairs:
    """Return the pairs i < j of templates whose Euclidean distance is below the limit.

    Args:
        vectors: Templates, float32 (n, d); fastest where all have the same length.
        limit: Distance, in the unit of the templates.
        method: `exact`, `approximate`, or `auto`: exact up to `EXACT_UP_TO` templates.
        recall: Share that an approximate search is to find; what it found is measured and part of the result.
        seed: Of the sample and the centres of an approximate search.
        folder: Where an exact search keeps what is finished, and goes on after it was killed (`tiles`). An approximate
            search takes minutes and starts over.
        threads: None = one for each core.
        progress: Told what is being done and the share that is done.

    Raises:
        FaceError: templates or limit that cannot be searched, or a folder that another search is using.
    """
    if method == "approximate" or (method == "auto" and len(vectors) > EXACT_UP_TO):
        return nearly_all_within(vectors, limit=limit, recall=recall, seed=seed, threads=threads, progress=progress)
    if folder is not None:
        return join_in_tiles(vectors, limit=limit, folder=folder, threads=threads, progress=progress)
    return pairs_within(vectors, limit=limit, threads=threads, progress=progress)


def near_new(
    new: Vectors,
    registry: Vectors,
    *,
    limit: float,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NearPairs:
    """Return the near pairs that new templates bring: with the registry and among themselves; always exact.

    Rows are numbered as in the registry followed by the new ones: with the near pairs of the registry alone these
    are the near pairs of both together.

    Raises:
        FaceError: templates or limit that cannot be searched.
    """
    across = pairs_between(new, registry, limit=limit, threads=threads, progress=progress)
    among = pairs_within(new, limit=limit, threads=threads)
    shift = np.int64(len(registry))
    return together(
        [replace(across, i=across.j, j=across.i + shift), replace(among, i=among.i + shift, j=among.j + shift)]
    )
