"""A visit list on paper: A4 across, boxes to tick, room to sign."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from analytics.audits import words
from analytics.audits.register import Draw
from analytics.audits.workbook import answer_titles
from validation.text import Language

MARGIN = 12 * mm
BOX = 2.4 * mm
LINE = 4.4 * mm
"""From one box to the next: room for a pen."""
SMALL = ParagraphStyle("small", fontName="Helvetica", fontSize=8, leading=10)
HEAD = ParagraphStyle("head", parent=SMALL, fontName="Helvetica-Bold")
TITLE = ParagraphStyle("title", parent=HEAD, fontSize=13, leading=18)
CODE_WIDTH, PLACE_WIDTH, DAY_WIDTH, ANSWER_WIDTH, WELFARE_WIDTH = 31 * mm, 26 * mm, 22 * mm, 38 * mm, 28 * mm
PLACES = 3
"""Columns before those that say who the family is: code, district, village."""


def write_pdf(path: Path, shown: pd.DataFrame, *, draw: Draw, checker: str, language: Language) -> None:
    """Write the pages of one checker; arguments as `write_workbook`."""
    about = {"draw": draw.id, "checker": checker}
    answers = list(answer_titles(draw, language).values())
    visited, welfare, note = (title.to(language) for title in (words.VISITED, words.WELFARE, words.NOTE))
    titles = [*shown.columns, visited, *answers, welfare, note]
    boxes = _Boxes([answer.to(language) for answer in words.ANSWERS])
    rows: list[list[Any]] = [[Paragraph(escape(str(title)), HEAD) for title in titles]]
    for values in shown.itertuples(index=False):
        cells = [Paragraph("" if pd.isna(value) else escape(str(value)), SMALL) for value in values]
        rows.append([*cells, "", *([boxes] * len(answers)), "", ""])
    grid = Table(rows, colWidths=_widths(shown.shape[1] - PLACES, len(answers)), repeatRows=1)
    grid.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#767676")),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#F0F0F0")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    lines = [escape(f"{number}. {step.to(language)}") for number, step in enumerate(words.STEPS, start=1)]
    signing = Table(
        [[words.SIGNED.to(language), "", words.DATED.to(language), ""]],
        colWidths=[55 * mm, 90 * mm, 20 * mm, 50 * mm],
        style=[("LINEBELOW", (1, 0), (1, 0), 0.6, colors.black), ("LINEBELOW", (3, 0), (3, 0), 0.6, colors.black),
               ("FONTSIZE", (0, 0), (-1, -1), 9)],
    )  # fmt: skip
    document = SimpleDocTemplate(
        str(path),
        pagesize=landscape(A4),
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 6 * mm,
        title=words.TITLE.to(language).format(**about),
        author="Tepat",
    )
    parts = [
        Paragraph(escape(words.TITLE.to(language).format(**about)), TITLE),
        *(Paragraph(line, SMALL) for line in lines),
        Spacer(0, 4 * mm),
        grid,
        KeepTogether([Spacer(0, 14 * mm), signing]),
    ]
    foot = words.PAGE.to(language)
    document.build(parts, canvasmaker=lambda *given, **options: _Numbered(*given, foot=foot, about=about, **options))


def _widths(names: int, answers: int) -> list[float]:
    """Return the columns' widths: what is left goes to the family's own columns and, a part, to the note."""
    fixed = CODE_WIDTH + (PLACES - 1) * PLACE_WIDTH + DAY_WIDTH + answers * ANSWER_WIDTH + WELFARE_WIDTH
    each = max((landscape(A4)[0] - 2 * MARGIN - fixed) / (names + 1), 18 * mm)
    widths = [CODE_WIDTH, *[PLACE_WIDTH] * (PLACES - 1), *[each] * names, DAY_WIDTH, *[ANSWER_WIDTH] * answers]
    widths += [WELFARE_WIDTH, each]
    fit = min((landscape(A4)[0] - 2 * MARGIN) / sum(widths), 1.0)
    return [width * fit for width in widths]


class _Boxes(Flowable):  # type: ignore[misc]  # reportlab has no types
    """One empty box to tick for each answer; the fonts of every PDF reader have no such sign."""

    def __init__(self, answers: list[str]) -> None:
        super().__init__()
        self._answers = answers

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Return the room that it takes."""
        return width, len(self._answers) * LINE

    def draw(self) -> None:
        """Draw the boxes, the first answer on top."""
        self.canv.setFont(SMALL.fontName, SMALL.fontSize)
        self.canv.setLineWidth(0.6)
        for number, answer in enumerate(reversed(self._answers)):
            self.canv.rect(0, number * LINE, BOX, BOX)
            self.canv.drawString(BOX + 1.4 * mm, number * LINE + 0.4 * mm, answer)


class _Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
    """Pages that say how many there are: each is kept until the last one is known."""

    def __init__(self, *given: Any, foot: str, about: dict[str, str], **options: Any) -> None:
        super().__init__(*given, **options)
        self._foot = foot
        self._about = about
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  reportlab's name
        """Keep the page."""
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its number."""
        for number, page in enumerate(self._kept, start=1):
            self.__dict__.update(page)
            self.setFont("Helvetica", 8)
            self.drawString(MARGIN, 10 * mm, self._foot.format(**self._about, page=number, pages=len(self._kept)))
            super().showPage()
        super().save()
