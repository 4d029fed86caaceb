"""Photos of the vault: made anew from what was given, and shown with who looks drawn across."""

import io
import warnings
from datetime import datetime

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from analytics.vault.errors import VaultError

SIDE = 320
"""Longest side of a kept photo, pixels (assumed): enough for two people to compare faces, too little to print."""
SHOWN = 480
"""Longest side of a shown one, pixels: a small photo grows, so that the mark can be read."""
QUALITY = 88
MOST_PIXELS = 60_000_000
"""Of a photo that is read (assumed): above today's telephones, below what fills the memory."""
FORMATS = ("JPEG", "PNG", "WEBP")
LETTERS = 15
"""Height of the mark's letters, pixels."""
ANGLE = 24
"""Of the mark, degrees: a crop along the edges leaves none of it out."""
OPACITY = 120
"""Of 255: the face stays recognisable, and the mark legible on light and on dark."""


def made_anew(photo: bytes) -> bytes:
    """Return a JPEG of at most `SIDE` pixels that holds the pixels of a photo and nothing else of its file: no EXIF.

    Raises:
        VaultError: it is no photo, or too large.
    """
    picture = _opened(photo)
    picture.thumbnail((SIDE, SIDE))
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)
    return _jpeg(plain)


def watermarked(photo: bytes, *, viewer: str, pair: str, at: datetime) -> bytes:
    """Return a JPEG with who looks at it, at which pair and when (UTC), drawn across in rows."""
    picture = _opened(photo)
    picture = ImageOps.contain(picture, (SHOWN, SHOWN))
    text = f"{viewer} · {pair} · {at:%Y-%m-%d %H:%M} UTC"
    reach = 2 * max(picture.size)
    layer = Image.new("RGBA", (reach, reach))
    draw, font = ImageDraw.Draw(layer), ImageFont.load_default(LETTERS)
    width = int(draw.textlength(f"{text}   ", font=font))
    for row, y in enumerate(range(0, reach, 3 * LETTERS)):
        # Rows are shifted, so that no straight cut between the texts is free of them.
        for x in range(-(row % 2) * width // 2, reach, width):
            draw.text(
                (x, y), text, font=font, fill=(255, 255, 255, OPACITY), stroke_width=1, stroke_fill=(0, 0, 0, OPACITY)
            )
    turned = layer.rotate(ANGLE, resample=Image.Resampling.BILINEAR)
    left, top = ((reach - side) // 2 for side in picture.size)
    mark = turned.crop((left, top, left + picture.width, top + picture.height))
    return _jpeg(Image.alpha_composite(picture.convert("RGBA"), mark).convert("RGB"))


def _opened(photo: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # The limit here is lower than the library's, which only warns.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(photo), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise VaultError("A photo is too large to be read.", cause=f"The most is {MOST_PIXELS:,} pixels.")
        picture.draft("RGB", (SHOWN, SHOWN))
        return ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise VaultError(
            "A photo cannot be read.",
            cause=f"It is no whole {', '.join(FORMATS)} file.",
            next_step="Leave the photo out; nothing of it was kept.",
        ) from error


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
