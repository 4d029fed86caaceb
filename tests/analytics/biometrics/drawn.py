"""Photos drawn in code: a face that the detector finds, and photos without one."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SKIN = (205, 165, 140)


def draw_face(
    *,
    size: int = 300,
    skin: tuple[int, int, int] = SKIN,
    photo: Image.Image | None = None,
    at: tuple[int, int] = (0, 0),
) -> Image.Image:
    """Draw a face that fills a photo of so many pixels, onto a part of another photo where one is given."""
    image = Image.new("RGB", (size, size), (120, 130, 140))
    draw, unit = ImageDraw.Draw(image), size / 300

    def oval(x, y, across, down, colour):
        box = [150 + x - across, 150 + y - down, 150 + x + across, 150 + y + down]
        draw.ellipse([unit * edge for edge in box], fill=colour)

    def line(points, colour, width):
        draw.line([unit * (150 + value) for value in points], fill=colour, width=max(1, round(width * unit)))

    oval(0, -20, 82, 100, (40, 30, 25))
    oval(0, 5, 70, 90, skin)
    for side in (-1, 1):
        oval(side * 28, -18, 15, 7, (240, 235, 230))
        oval(side * 28, -18, 7, 7, (50, 35, 30))
        line([side * 28 - 18, -34, side * 28 + 18, -36], (60, 40, 30), 6)
        oval(side * 9, 25, 5, 3, (130, 90, 75))
        oval(side * 28, -26, 20, 3, tuple(int(value * 0.75) for value in skin))
    nose = [-6, -15, -12, 24, 0, 20]
    draw.polygon([unit * (150 + value) for value in nose], fill=tuple(int(value * 0.88) for value in skin))
    oval(0, 52, 26, 8, (150, 70, 70))
    line([-26, 52, 26, 52], (90, 40, 40), 3)
    image = image.filter(ImageFilter.GaussianBlur(1.5 * unit))
    if photo is None:
        return image
    photo.paste(image, at)
    return photo


def draw_noise(*, size: int = 150, seed: int = 0) -> Image.Image:
    """Draw coarse coloured noise: sharp, bright, and no face."""
    cells = np.random.default_rng(seed).integers(40, 220, (12, 12, 3), np.uint8)
    return Image.fromarray(cells).resize((size, size), Image.Resampling.NEAREST)
