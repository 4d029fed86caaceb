"""How good a face is for comparing: four measurements as in ISO/IEC 29794-5, each from 0 to 1, multiplied.

The bounds are measured: 200 pairs of press photos, each of one person (FNMR .09 at FMR 1e-3), one photo of which was
blurred, darkened or shrunk step by step. A factor is 1 where the step changes nothing and 0 where FNMR doubles.
On 1,712 pairs of one person FNMR at FMR 1e-3 is .076; of those whose worse photo has a quality under .22 (2 %) it is
.40, under .49 (10 %) .20, under .94 (half) .11, and .044 above: error against discard as in Grother and Tabassi (2007).
"""

from dataclasses import dataclass

import numpy as np

from analytics.biometrics.encoding.photos import Pixels

CHIP, PADDING = 150, 0.25
"""Of the chip that quality is measured on, whatever the encoder takes: the bounds hold for it."""
SHARPNESS = (0.0012, 0.0076)
"""Gaussian blur of 3 pixels (FNMR .22) and of 1 pixel (.08)."""
LIGHT = (20.0, 60.0)
"""Mean luminance of 255: at 17 FNMR is .14, at 11 .24, from 59 as before."""
GLARE = (245.0, 200.0)
"""Mean luminance at which detail is lost, and below which it is not (assumed: press photos hold none so bright)."""
FACE_WIDTH = (20.0, 75.0)
"""Pixels: shrunk to 20 FNMR is .17, from 75 as before."""
SCORE = (0.0, 1.5)
"""The detector's: pairs with a photo under .2 have FNMR .5, under .6 .21, over 1.5 .04."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured on a face.

    Attributes:
        sharpness: Variance of the Laplacian (Pech-Pacheco et al. 2000) over the variance of the luminance, so that
            contrast does not count.
        light: Mean luminance, 0 to 255.
        face_width: In pixels of the photo.
        score: The detector's.
    """

    sharpness: float
    light: float
    face_width: float
    score: float

    @property
    def quality(self) -> float:
        """From 0 to 1."""
        sharp = _share(np.log(max(self.sharpness, 1e-9)), (np.log(SHARPNESS[0]), np.log(SHARPNESS[1])))
        light = min(_share(self.light, LIGHT), _share(self.light, GLARE))
        return sharp * light * _share(self.face_width, FACE_WIDTH) * _share(self.score, SCORE)

    @property
    def fault(self) -> str:
        """`dark`, `blurred` or empty."""
        if self.light < LIGHT[0]:
            return "dark"
        return "blurred" if self.sharpness < SHARPNESS[0] else ""


def measure(chip: Pixels, *, face_width: float, score: float) -> Measured:
    """Measure a chip of CHIP × CHIP pixels, or a whole photo of which no face is known."""
    grey = luminance(chip)
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    spread = float(grey.var())
    return Measured(
        sharpness=float(laplacian.var()) / spread if spread else 0.0,
        light=float(grey.mean()),
        face_width=face_width,
        score=score,
    )


def luminance(pixels: Pixels) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """Return the luminance of ITU-R BT.601, 0 to 255."""
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    grey: np.ndarray[tuple[int, int], np.dtype[np.float32]] = pixels.astype(np.float32) @ weights
    return grey


def _share(value: float, bounds: tuple[float, float]) -> float:
    """Return 0 at the first bound, 1 at the second, in a straight line between."""
    return float(np.clip((value - bounds[0]) / (bounds[1] - bounds[0]), 0.0, 1.0))
