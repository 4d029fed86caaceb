"""A gallery: the templates of many people, in memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.errors import FaceError

Vectors = NDArray[np.float32]
"""Templates: one row a photo, one column a dimension of the model."""


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """Templates of one model, one entry a photo.

    Attributes:
        photo: Pseudonyms of the photos, unique, text (n).
        person: Pseudonyms of the people, text (n); those of `person_id` in the warehouse.
        vectors: Templates as the model made them, float32 (n, d).
        quality: Quality of each photo in [0, 1], float64 (n).
        model: Name and version of the model that made all of them.
    """

    photo: NDArray[np.str_]
    person: NDArray[np.str_]
    vectors: Vectors
    quality: NDArray[np.float64]
    model: str

    def __post_init__(self) -> None:
        rows = {len(self.photo), len(self.person), len(self.vectors), len(self.quality)}
        if len(rows) != 1 or self.vectors.ndim != 2:
            raise FaceError("A gallery's columns do not have the same length.")

    def __len__(self) -> int:
        return len(self.photo)
