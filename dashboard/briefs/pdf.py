"""A brief on A4 paper: the finding, the key figures, and every figure with its words, its table and its definition."""

import io
from functools import partial
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Spacer

from dashboard import theme
from dashboard.briefs import fonts
from dashboard.briefs.cells import first_bold, has_fractions, is_numeric, marked, plain, written
from dashboard.briefs.figure import can_draw, draw
from dashboard.briefs.record import Content, Part, Record
from dashboard.briefs.tagged import TaggedCanvas, TaggedFigure, TaggedParagraph, TaggedTable
from dashboard.charts.chart import Chart
from dashboard.words import LOCALES, Words

MARGIN: Final = 16 * mm
HEAD, FOOT = 20 * mm, 23 * mm
WIDTH: Final = A4[0] - 2 * MARGIN
HEIGHT: Final = A4[1] - HEAD - FOOT - 12
PIXEL: Final = 0.7
"""Points a pixel of a figure."""
TALLEST: Final = HEIGHT - 40 * mm
"""A figure that is higher, such as one of 200 villages, is not drawn."""
MOST_ROWS: Final = 60
MOST_COLUMNS: Final = 8
PADDING: Final = 7
LONGEST_WORD: Final = 45 * mm
"""A longer word is broken."""
LONGEST_HEADER: Final = 28 * mm
"""A longer header is broken into lines."""
SHORT: Final = 14
"""A table of so many rows stays on one page."""

TEXT = ParagraphStyle("text", fontName=fonts.REGULAR, fontSize=8.5, leading=11.5, textColor=HexColor(theme.TEXT))
TITLE = ParagraphStyle("title", parent=TEXT, fontName=fonts.BOLD, fontSize=17, leading=22, spaceAfter=4)
HEADING = ParagraphStyle("heading", parent=TEXT, fontName=fonts.BOLD, fontSize=11, leading=14, spaceAfter=4)
QUIET = ParagraphStyle("quiet", parent=TEXT, fontSize=7, leading=9.5, textColor=HexColor(theme.QUIET_TEXT))
CELL = ParagraphStyle("cell", parent=TEXT, fontSize=7.5, leading=9.5)
CELL_RIGHT = ParagraphStyle("cell_right", parent=CELL, alignment=TA_RIGHT)
HEADER = ParagraphStyle("header", parent=CELL, fontName=fonts.BOLD)
HEADER_RIGHT = ParagraphStyle("header_right", parent=HEADER, alignment=TA_RIGHT)
BADGE: Final = theme.SERIES[3]


def write_pdf(record: Record) -> bytes:
    """Return a tagged PDF of a page's record; its typeface is embedded."""
    fonts.load()
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=fonts.writable(record.title),
        author="Tepat",
        subject=fonts.writable(" · ".join([record.subtitle, record.stamp])),
        lang=LOCALES[record.words.language].replace("_", "-"),
    )
    frame = Frame(MARGIN, FOOT, WIDTH, A4[1] - HEAD - FOOT, leftPadding=0, rightPadding=0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    story: list[Flowable] = [_says(record.title, TITLE), _says(record.subtitle, TEXT), Spacer(0, 3 * mm)]
    if record.cards:
        story += _cards(record)
    seen: set[str] = set()
    for part in record.parts:
        story += _part(part, record.words, seen)
    document.build(story, canvasmaker=partial(_canvas, record=record))
    return out.getvalue()


def _canvas(*given: Any, record: Record, **options: Any) -> TaggedCanvas:
    # reportlab opens each page with a typeface: with its own, the file would name one that is not embedded.
    options["initialFontName"] = fonts.REGULAR
    canvas = TaggedCanvas(*given, furniture=partial(_furniture, record=record), **options)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


def _furniture(canvas: TaggedCanvas, page: int, pages: int, *, record: Record) -> None:
    """Write the head and foot of a page: what it is of, that it is simulated, as of when, under which filters."""
    words, top = record.words, A4[1] - 11 * mm
    right = A4[0] - MARGIN
    if record.simulated:
        said = words("app.simulated")
        wide = fonts.width(said, size=8, bold=True) + 8
        canvas.setFillColor(HexColor(theme.BACKGROUND))
        canvas.setStrokeColor(HexColor(BADGE))
        canvas.setLineWidth(1.2)
        canvas.roundRect(right - wide, top - 4, wide, 13, 2, fill=1)
        canvas.setFillColor(HexColor(theme.TEXT))
        canvas.setFont(fonts.BOLD, 8)
        canvas.drawString(right - wide + 4, top, said)
        right -= wide + 6
    canvas.setFillColor(HexColor(theme.QUIET_TEXT))
    _fitted(canvas, record.title, MARGIN, top + 3, room=right - MARGIN, bold=True)
    _fitted(canvas, record.subtitle, MARGIN, top - 6, room=right - MARGIN)
    canvas.setStrokeColor(HexColor(theme.GRID))
    canvas.setLineWidth(0.8)
    canvas.line(MARGIN, top - 12, A4[0] - MARGIN, top - 12)
    canvas.line(MARGIN, FOOT - 4, A4[0] - MARGIN, FOOT - 4)
    lines = [*_broken(record.stamp), plain(record.filters), f"Tepat · {words('brief.snapshot', id=record.snapshot)}"]
    for line, text in enumerate(lines):
        _fitted(canvas, text, MARGIN, FOOT - 14 - 9.5 * line, room=WIDTH * (0.8 if text == lines[-1] else 1))
    canvas.setFont(fonts.REGULAR, 7)
    said = words("brief.page", page=page, pages=pages)
    canvas.drawRightString(A4[0] - MARGIN, FOOT - 14 - 9.5 * (len(lines) - 1), said)


def _broken(stamp: str) -> list[str]:
    """Return the stamp on one line, or on two where it is too long for one."""
    if fonts.width(fonts.writable(stamp), size=7) <= WIDTH:
        return [stamp]
    parts = stamp.split(" · ")
    return [" · ".join(parts[: len(parts) // 2 + 1]), " · ".join(parts[len(parts) // 2 + 1 :])]


def _fitted(canvas: TaggedCanvas, text: str, x: float, y: float, *, room: float, bold: bool = False) -> None:
    """Write a line, its letters as small as it takes to fit."""
    said = fonts.writable(text)
    size = min(7.0, 7.0 * room / max(fonts.width(said, size=7, bold=bold), 1.0))
    canvas.setFont(fonts.BOLD if bold else fonts.REGULAR, size)
    canvas.drawString(x, y, said)


def _says(text: str, style: ParagraphStyle) -> TaggedParagraph:
    return TaggedParagraph(fonts.writable(marked(text)), style)


def _cards(record: Record) -> list[Flowable]:
    words, trends = record.words, any(card.trend for card in record.cards)
    names = ["figure_name", "figure_value", "figure_basis", *(["figure_trend"] if trends else [])]
    rows = [[_says(words(f"brief.{name}"), HEADER) for name in names]]
    for card in record.cards:
        cells = [card.label, f"**{card.value}**", card.basis, *([card.trend] if trends else [])]
        rows.append([_says(cell, CELL) for cell in cells])
    shares = (0.26, 0.16, 0.36, 0.22) if trends else (0.3, 0.2, 0.5)
    return [_says(words("brief.figures"), HEADING), _grid(rows, [share * WIDTH for share in shares]), Spacer(0, 4 * mm)]


def _grid(rows: list[list[TaggedParagraph]], widths: list[float]) -> TaggedTable:
    return TaggedTable(
        rows,
        colWidths=widths,
        repeatRows=1,
        hAlign="LEFT",
        style=[
            ("FONT", (0, 0), (-1, -1), fonts.REGULAR),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(theme.TEXT)),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, HexColor(theme.GRID)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ],
    )


def _part(part: Part, words: Words, seen: set[str]) -> list[Flowable]:
    """Return a part: its head stays with its figure, or with the first of what follows.

    `seen` holds the definitions printed so far and takes up those of this part.
    """
    content = part.content(words)
    head = [_says(part.title, HEADING)] if part.title else []
    notices = [_says(notice, QUIET if content is not None else TEXT) for notice in part.notices]
    if not isinstance(content, Content):
        said = [_says(content, TEXT)] if content else []
        return [KeepTogether([*head, *notices, *said]), Spacer(0, 4 * mm)]
    figure = [] if content.chart is None else _figure(content.chart, words)
    opening = [*head, *notices, *figure, *_definitions(part, words, seen), *_table_notes(content, words)]
    table = _table(content, words)
    if not figure:
        # A table may be longer than a page: its head stays with its first rows only.
        return [*_with_next(opening), *table, Spacer(0, 6 * mm)]
    return [KeepTogether(opening), Spacer(0, 1 * mm), *table, Spacer(0, 6 * mm)]


def _definitions(part: Part, words: Words, seen: set[str]) -> list[Flowable]:
    """Return what the figure counts; of what was defined further up, only the name."""
    new = [text for text in part.definitions if text not in seen]
    old = [first_bold(text) for text in part.definitions if text in seen]
    seen.update(new)
    said = [f"{words('brief.definition')} {text}" for text in new]
    said += [words("brief.defined_above", names=words.listed(old))] if old else []
    return [_says(text, QUIET) for text in said]


def _with_next(parts: list[Flowable]) -> list[Flowable]:
    for part in parts:
        part.keepWithNext = 1
    return parts


def _figure(chart: Chart, words: Words) -> list[Flowable]:
    alt = _says(words("brief.alt", alt=chart.alt), QUIET)
    high = float(chart.figure.layout.height) * PIXEL
    if not can_draw(chart.figure) or high > TALLEST:
        return [_says(words("brief.undrawn"), TEXT), alt]

    def drawing(canvas: Any) -> None:
        canvas.scale(PIXEL, PIXEL)
        draw(canvas, chart.figure, width=WIDTH / PIXEL)

    return [TaggedFigure(drawing, width=WIDTH, height=high, alt=fonts.writable(chart.alt)), alt]


def _table(content: Content, words: Words) -> list[Flowable]:
    """Return the table twin."""
    data = content.data if content.shown is None else content.shown
    if data.empty:
        return [_says(words("brief.empty"), TEXT)]
    shown = data.iloc[:MOST_ROWS, :MOST_COLUMNS]
    texts = written(shown, words)
    numeric = [is_numeric(content.data.iloc[:, place]) for place in range(shown.shape[1])]
    names = [str(name) for name in shown.columns]
    rows = [[_says(name, HEADER_RIGHT if right else HEADER) for name, right in zip(names, numeric, strict=True)]]
    rows += [
        [_says(text, CELL_RIGHT if right else CELL) for text, right in zip(row, numeric, strict=True)] for row in texts
    ]
    grid = _grid(rows, _widths(names, texts))
    return [KeepTogether([grid])] if len(texts) <= SHORT else [grid]


def _table_notes(content: Content, words: Words) -> list[Flowable]:
    """Return what stands above a table: what it leaves to the workbook, and how shares are written."""
    data = content.data if content.shown is None else content.shown
    notes = []
    if len(data) > MOST_ROWS:
        notes.append(words("brief.more_rows", shown=words.number(MOST_ROWS), all=words.number(len(data))))
    if data.shape[1] > MOST_COLUMNS:
        names = words.listed([str(name) for name in data.columns[MOST_COLUMNS:]])
        notes.append(words("brief.more_columns", names=names))
    if has_fractions(data.iloc[:MOST_ROWS, :MOST_COLUMNS]):
        example, percent = words.number(0.1234, decimals=4), words.percent(0.1234, decimals=2)
        notes.append(words("brief.fractions", example=example, percent=percent))
    return [_says(note, QUIET) for note in notes]


def _widths(names: list[str], texts: list[list[str]]) -> list[float]:
    """Return the columns' widths: no word is broken, and long cells share what room is left."""
    size = CELL.fontSize
    least, asked = [], []
    for place, name in enumerate(names):
        cells = [row[place] for row in texts]
        header = max(fonts.width(word, size=size, bold=True) for word in fonts.writable(name).split() or [""])
        longest_word = max(
            fonts.width(word, size=size) for cell in cells for word in fonts.writable(cell).split() or [""]
        )
        longest_cell = max(fonts.width(fonts.writable(cell), size=size) for cell in cells)
        least.append(max(header, min(longest_word, LONGEST_WORD)) + PADDING)
        whole = min(fonts.width(fonts.writable(name), size=size, bold=True), LONGEST_HEADER)
        asked.append(max(least[-1], longest_cell + PADDING, whole + PADDING))
    room, spare = WIDTH - sum(least), sum(asked) - sum(least)
    if spare <= room:
        return asked
    if room <= 0:
        return [width * WIDTH / sum(least) for width in least]
    return [low + (width - low) * room / spare for low, width in zip(least, asked, strict=True)]
