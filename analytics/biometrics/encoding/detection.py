"""Where the face is: detector, five points, chip.

Detector: histograms of oriented gradients (Dalal and Triggs 2005, as in dlib) with a window of 80 × 80 pixels. The five
points are those of dlib's `shape_predictor_5_face_landmarks`, in the public domain; the 68 points that face_recognition
also ships may not be used commercially and are not loaded.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from analytics.biometrics.encoding.photos import Pixels

DETECTOR_SIDE = 640
"""Pixels of the longer side that the detector sees: a face of an eighth of it is found, in a quarter of the time of
1280."""
SECOND_FACE = 0.6
"""Prominence of the second face, that of the first = 1, from which a photo has several faces.

Of 4,161 press photos 169 (4.1 %) hold more than one face and 7 (0.2 %) reach this: two people side by side. Below
it the first face was the right person's in each of the 94 photos where another photo of the person could tell.
"""
SAME_FACE = 0.5
"""Share of the smaller box within the larger from which both are one face, found twice."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A face in pixels of the photo, and the detector's score: distance from its decision boundary, ≥ 0."""

    left: int
    top: int
    right: int
    bottom: int
    score: float

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    def prominence(self, height: int, width: int) -> float:
        """Width, falling to zero from the centre of the photo to its corners."""
        off = np.hypot((self.left + self.right - width) / 2, (self.top + self.bottom - height) / 2)
        return float(self.width * max(0.0, 1 - off / (np.hypot(width, height) / 2)))

    def within(self, other: "Box") -> float:
        """Return the share of the smaller of both boxes that lies in the other."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        smaller = min(self.width, other.width) ** 2
        return max(across, 0) * max(down, 0) / max(smaller, 1)


def find_faces(pixels: Pixels) -> list[Box]:
    """Return the faces, the most prominent first; a small or far-off one may be missing.

    The photo is seen in grey, which takes three quarters of the time of colours; in colours, and enlarged, which takes
    four times as long, only where no face was found so far.
    """
    seen, scale = _for_the_detector(pixels)
    grey = np.asarray(Image.fromarray(seen).convert("L"))
    for look, enlarged in ((grey, 0), (seen, 0), (grey, 1), (seen, 1)):
        found, scores, _ = _models()[0].run(look, enlarged, 0.0)
        if found:
            break
    boxes = [
        Box(
            left=round(each.left() * scale),
            top=round(each.top() * scale),
            right=round(each.right() * scale),
            bottom=round(each.bottom() * scale),
            score=float(score),
        )
        for each, score in zip(found, scores, strict=True)
    ]
    height, width = pixels.shape[:2]
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda each: each.prominence(height, width), reverse=True):
        if all(box.within(other) < SAME_FACE for other in kept):
            kept.append(box)
    return kept


def several(faces: list[Box], pixels: Pixels) -> bool:
    """Whether it is not clear whose photo it is."""
    height, width = pixels.shape[:2]
    first, *others = (face.prominence(height, width) for face in faces)
    return any(other >= SECOND_FACE * first for other in others)


def chip(pixels: Pixels, face: Box, *, size: int, padding: float) -> Pixels:
    """Cut the face out, turned and scaled by its five points as dlib's `get_face_chip` does.

    Args:
        pixels: The photo.
        face: Where the face is.
        size: Width and height of the chip.
        padding: What is added around the face, as a share of it.
    """
    import dlib  # noqa: PLC0415 - loads dlib

    points = _models()[1](pixels, dlib.rectangle(face.left, face.top, face.right, face.bottom))
    made: Pixels = dlib.get_face_chip(pixels, points, size=size, padding=padding)
    return made


def _for_the_detector(pixels: Pixels) -> tuple[Pixels, float]:
    height, width = pixels.shape[:2]
    scale = max(height, width) / DETECTOR_SIDE
    if scale <= 1:
        return pixels, 1.0
    shape = (max(1, round(width / scale)), max(1, round(height / scale)))
    return np.asarray(Image.fromarray(pixels).resize(shape, Image.Resampling.BILINEAR)), scale


@lru_cache(maxsize=1)
def _models() -> tuple[Any, Any]:
    import dlib  # noqa: PLC0415 - loads dlib
    import face_recognition_models  # noqa: PLC0415 - only with dlib

    return (
        dlib.get_frontal_face_detector(),
        dlib.shape_predictor(face_recognition_models.pose_predictor_five_point_model_location()),
    )
