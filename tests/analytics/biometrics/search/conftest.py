"""Templates with planted duplicates, and the search that knows no trick."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from analytics.benchmarks.faces.templates import templates
from analytics.biometrics.gallery import Vectors
from analytics.biometrics.search import NearPairs

BruteForce = Callable[[Vectors, float], NearPairs]


@pytest.fixture(scope="session")
def faces() -> Vectors:
    return templates(3001, duplicates=300, seed=1)


@pytest.fixture(scope="session")
def brute_force() -> BruteForce:
    """All distances, in float64."""

    def search(vectors: Vectors, limit: float) -> NearPairs:
        distances = cdist(vectors.astype(np.float64), vectors.astype(np.float64))
        i, j = np.nonzero(np.triu(distances < limit, 1))
        return NearPairs(i=i, j=j, distance=distances[i, j].astype(np.float32))

    return search


@pytest.fixture(scope="session")
def same() -> Callable[[NearPairs, NearPairs], bool]:
    """Whether two searches found the same pairs, each once and in the same order, as far apart."""

    def compare(one: NearPairs, other: NearPairs) -> bool:
        return (
            np.array_equal(one.i, other.i)
            and np.array_equal(one.j, other.j)
            and np.allclose(one.distance, other.distance, atol=1e-6)
        )

    return compare
