"""One photo after the other to a template or a status: read, detect, cut out, judge; then encode all chips at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from analytics.biometrics.encoding.detection import chip, find_faces, several
from analytics.biometrics.encoding.encoders import Encoder
from analytics.biometrics.encoding.photos import Photo, Pixels, read_photo
from analytics.biometrics.encoding.quality import CHIP, PADDING, measure


@dataclass(frozen=True, kw_only=True, eq=False)
class PhotoResult:
    """What is left of a photo.

    Attributes:
        path: The file that was asked for.
        status: `ok` or one of `validation.contract.PHOTO_FAULTS`.
        quality: From 0 to 1; None where no face was judged.
        faces: Faces found; None where none was looked for.
        bytes: Size of the file; None when it could not be read.
        width: As taken, in pixels; None when it is no image.
        height: As `width`.
        vector: Template, float32 (dimension); None unless `ok`.
    """

    path: Path = field(repr=False)
    status: str
    quality: float | None = None
    faces: int | None = None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    vector: NDArray[np.float32] | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Face:
    """What was seen on a photo; the chip is None unless the status is `ok`."""

    status: str
    faces: int
    quality: float | None = None
    chip: Pixels | None = None


def encode_here(paths: Sequence[Path], *, encoder: Encoder) -> list[PhotoResult]:
    """Encode photos in this process, in their order."""
    photos = [read_photo(path) for path in paths]
    seen = [_look(photo.pixels, encoder) if photo.pixels is not None else None for photo in photos]
    chips = [face.chip for face in seen if face is not None and face.chip is not None]
    vectors = iter(encoder.encode(np.stack(chips))) if chips else iter(())
    return [
        _result(path, photo, face, next(vectors) if face is not None and face.chip is not None else None)
        for path, photo, face in zip(paths, photos, seen, strict=True)
    ]


def _look(pixels: Pixels, encoder: Encoder) -> _Face:
    found = find_faces(pixels)
    if not found:
        # A face in the dark or out of focus is not found: say what to change, at the scale that the bounds hold for.
        small = np.asarray(Image.fromarray(pixels).resize((CHIP, CHIP), Image.Resampling.BOX))
        return _Face(status=measure(small, face_width=0, score=0).fault or "no_face", faces=0)
    if several(found, pixels):
        return _Face(status="several_faces", faces=len(found))
    face = found[0]
    judged = chip(pixels, face, size=CHIP, padding=PADDING)
    measured = measure(judged, face_width=face.width, score=face.score)
    if measured.fault:
        return _Face(status=measured.fault, faces=len(found), quality=measured.quality)
    same = (encoder.size, encoder.padding) == (CHIP, PADDING)
    cut = judged if same else chip(pixels, face, size=encoder.size, padding=encoder.padding)
    return _Face(status="ok", faces=len(found), quality=measured.quality, chip=cut)


def _result(path: Path, photo: Photo, face: _Face | None, vector: NDArray[np.float32] | None) -> PhotoResult:
    return PhotoResult(
        path=path,
        status=photo.status if face is None else face.status,
        quality=None if face is None else face.quality,
        faces=None if face is None else face.faces,
        bytes=photo.bytes,
        width=photo.width,
        height=photo.height,
        vector=vector,
    )
