"""Photos as they come in: read safely, upright, as red, green and blue; a photo that cannot be gets a status.

Whoever takes part can send any file. So size and pixels are checked before anything is decoded, only the decoders of
JPEG and PNG may run, and whatever they raise becomes a status.
"""

import warnings
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile

Pixels = NDArray[np.uint8]
"""Height × width × (red, green, blue)."""

MOST_BYTES = 20 * 2**20
"""A phone's photo of 50 million pixels has about 15 MB."""
MOST_PIXELS = 50_000_000
"""What phones take at their finest; as RGB 150 MB, so that a core with 1 GB is enough."""
LEAST_SIDE = 80
"""Pixels of the shorter side: the detector's window is 80 × 80, a smaller photo cannot hold a face that it sees."""
LONGEST_SIDE = 1280
"""Pixels to which a photo is scaled down as it is read: a face that fills an eighth of it still fills a chip."""
_FORMATS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
"""First bytes to decoder. The portal takes these two; every further decoder is more for a hostile file to break."""
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to what sets the photo upright."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Photo:
    """A file that was read.

    Attributes:
        status: `ok`, `unreadable`, `wrong_type`, `oversize` or `too_small`.
        bytes: Size of the file; None when it could not be read.
        width: As taken, in pixels, before it is set upright; None when it is no image.
        height: As `width`.
        pixels: Upright, at most LONGEST_SIDE; None unless `ok`.
    """

    status: str
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    pixels: Pixels | None = field(default=None, repr=False)


def read_photo(path: Path) -> Photo:
    """Read a photo; whatever is wrong with it comes back as a status, never as an error or a warning.

    Of several frames the first counts. What is transparent becomes white.
    """
    try:
        if not path.is_file():  # a pipe or a device may have no end
            return Photo(status="unreadable")
        size = path.stat().st_size
        if size > MOST_BYTES:
            return Photo(status="oversize", bytes=size)
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
    except (OSError, ValueError):
        return Photo(status="unreadable")
    if not content:
        return Photo(status="unreadable", bytes=0)
    decoder = next((name for start, name in _FORMATS.items() if content.startswith(start)), None)
    if decoder is None:
        return Photo(status="wrong_type", bytes=size)
    # Loading face_recognition switches this on for the whole process: half a photo would pass for a whole one.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the photo, and its status says it
        return _decoded(content, decoder)


def _decoded(content: bytes, decoder: str) -> Photo:
    photo = Photo(status="unreadable", bytes=len(content))
    try:
        with Image.open(BytesIO(content), formats=(decoder,)) as image:
            photo = replace(photo, width=image.width, height=image.height)
            if image.width * image.height > MOST_PIXELS:
                return replace(photo, status="oversize")
            if min(image.size) < LEAST_SIDE:
                return replace(photo, status="too_small")
            return replace(photo, status="ok", pixels=_pixels(image))
    except Image.DecompressionBombError:
        return replace(photo, status="oversize")
    except Exception:  # a hostile file makes the decoders raise nearly anything
        return photo


def _pixels(image: Image.Image) -> Pixels:
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded at a half, a quarter or an eighth
    image.load()
    orientation = _orientation(image)  # after loading: for a PNG this loads too, and hides what is wrong with it
    colour = _coloured(image)
    colour.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BILINEAR)
    if orientation in _UPRIGHT:
        colour = colour.transpose(_UPRIGHT[orientation])
    return np.ascontiguousarray(colour, dtype=np.uint8)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # what a camera wrote beside the picture may be broken though the picture is not
        return 1


def _coloured(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow cuts 16 bits off at 255 instead of scaling them.
        deep = np.asarray(image).astype(np.int64) >> 8
        return Image.fromarray(deep.clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        over = image.convert("RGBA")
        white = Image.new("RGBA", over.size, "white")
        return Image.alpha_composite(white, over).convert("RGB")
    return image.convert("RGB")
