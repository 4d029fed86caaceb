"""A brief as a workbook: one sheet a panel with its table, each under its title, stamp, filters and definition."""

import io
import re
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import xlsxwriter

from analytics.spreadsheets import harmless
from dashboard.briefs.cells import plain
from dashboard.briefs.record import Content, Part, Record
from dashboard.downloads import write_cell

NAME_LENGTH: Final = 31
"""Letters that Excel allows in a sheet's name."""
TEXT_WIDTH: Final = 100
MOST_WIDTH: Final = 60


def write_workbook(record: Record) -> bytes:
    """Return the workbook; text that a spreadsheet would run as a formula is disarmed."""
    words, out = record.words, io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": record.title, "author": "Tepat", "subject": record.subtitle})
        writer = _Writer(book, record)
        writer.about()
        if record.cards:
            names = ("figure_name", "figure_value", "figure_basis", "figure_trend")
            cards = [(card.label, card.value, plain(card.basis), card.trend) for card in record.cards]
            table = pd.DataFrame(cards, columns=[words(f"brief.{name}") for name in names])
            writer.sheet(words("brief.figures"), table)
        for part in record.parts:
            content = part.content(words)
            if isinstance(content, Content):
                said = [content.chart.alt] if content.chart is not None else []
                writer.sheet(part.title, content.data, notices=[*part.notices, *said], definitions=part.definitions)
            elif content is not None:
                writer.sheet(part.title, pd.DataFrame(), notices=[*part.notices, content])
    return out.getvalue()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, record: Record) -> None:
        self._book, self._record = book, record
        self._bold = book.add_format({"bold": True})
        self._head = book.add_format({"bold": True, "bottom": 1})
        self._taken: set[str] = set()

    def about(self) -> None:
        """Write the first sheet: the finding, the stamp, and what the page says in sentences."""
        record, words = self._record, self._record.words
        sheet = self._add(words("brief.about"))
        sheet.set_column(0, 0, TEXT_WIDTH)
        lines = [record.title, record.subtitle, *self._stamp()]
        lines += [line for part in record.parts if part.make is None for line in _sentences(part)]
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, str(harmless(plain(line))), *([self._bold] if row == 0 else []))

    def sheet(
        self, title: str, table: pd.DataFrame, *, notices: Sequence[str] = (), definitions: Sequence[str] = ()
    ) -> None:
        """Write one table under what it needs to be understood."""
        sheet = self._add(title)
        above = [title, *self._stamp(), *notices, *definitions]
        for row, line in enumerate(above):
            sheet.write_string(row, 0, str(harmless(plain(line))), *([self._bold] if row == 0 else []))
        start = len(above) + 1
        for column, name in enumerate(table.columns):
            sheet.write_string(start, column, str(harmless(str(name))), self._head)
            values = table.iloc[:, column]
            longest = max((len(str(value)) for value in values if isinstance(value, str)), default=0)
            sheet.set_column(column, column, min(max(12, len(str(name)) + 2, longest + 2), MOST_WIDTH))
            for row, value in enumerate(values, start=start + 1):
                write_cell(sheet, row, column, harmless(value))
        if len(table):
            sheet.freeze_panes(start + 1, 0)

    def _stamp(self) -> list[str]:
        record = self._record
        return [record.stamp, record.filters, record.words("brief.snapshot", id=record.snapshot)]

    def _add(self, title: str) -> Any:
        """Add a sheet under a name that Excel takes and no other sheet has."""
        name = re.sub(r"[\[\]:*?/\\']", " ", plain(title)).strip()[:NAME_LENGTH] or self._record.page
        number = 1
        while name.lower() in self._taken:
            number += 1
            name = f"{name[: NAME_LENGTH - 3].rstrip()} {number}"
        self._taken.add(name.lower())
        return self._book.add_worksheet(name)


def _sentences(part: Part) -> list[str]:
    return [line for line in (part.title, *part.notices) if line]
