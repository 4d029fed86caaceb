"""The typeface of briefs: Bitstream Vera, which comes with reportlab and is embedded in every file."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "Vera"
BOLD: Final = "Vera-Bold"
_FILES: Final = {REGULAR: "Vera.ttf", BOLD: "VeraBd.ttf"}
_STAND_INS: Final = {
    "\u202f": "\u00a0",
    "\u2009": " ",
    "κ": "kappa",
    "φ": "phi",
    **dict.fromkeys("↗↘→✓○●▲▼■◆◇❙\u200b", ""),
}
"""What is written for signs that the typeface does not have; a mark never speaks alone, the words stay."""
_UNKNOWN: Final = "?"


@lru_cache(maxsize=1)
def load() -> frozenset[str]:
    """Make the typeface known to reportlab and return the characters that it has."""
    folder = Path(reportlab.__file__).parent / "fonts"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return frozenset(chr(code) for code in pdfmetrics.getFont(REGULAR).face.charToGlyph)


def writable(text: str, *, keep: str = "") -> str:
    """Return `text` with a stand-in for each sign that the typeface does not have.

    >>> writable("12,3\\u202f% · κ 0,8")
    '12,3\\xa0% · kappa 0,8'
    """
    there = load()
    said = "".join(sign if sign in there or sign in keep else _STAND_INS.get(sign, _UNKNOWN) for sign in text)
    return said if keep else re.sub(r"(^| ) +", r"\1", said)


def width(text: str, *, size: float, bold: bool = False) -> float:
    """Return how wide a line is."""
    return float(pdfmetrics.stringWidth(text, BOLD if bold else REGULAR, size))
