"""A visit list as a workbook: what is known of each visit, then empty cells that take the known answers only."""

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from analytics.audits import words
from analytics.audits.register import Draw
from analytics.spreadsheets import harmless
from validation.text import Language

NO_FORMULAS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""A name that begins with = is a name; `harmless` keeps it one where the sheet is saved as CSV."""
LAST_DAY = date(2199, 12, 31)
WIDEST = 40


def answer_titles(draw: Draw, language: Language) -> dict[str, str]:
    """Return programme to the title of its column."""
    return {name: words.ENTITLED.to(language).format(programme=name) for name in draw.programmes}


def write_workbook(path: Path, shown: pd.DataFrame, *, draw: Draw, checker: str, language: Language) -> None:
    """Write the list of one checker: the sheet to fill in first, then the instructions.

    Args:
        path: Where to.
        shown: What stands before the answers, under its titles.
        draw: The draw.
        checker: Code.
        language: Of the titles, answers and instructions.
    """
    visited, welfare, note = (title.to(language) for title in (words.VISITED, words.WELFARE, words.NOTE))
    answers = list(answer_titles(draw, language).values())
    titles = [*shown.columns, visited, *answers, welfare, note]
    with xlsxwriter.Workbook(path, NO_FORMULAS) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        whole = book.add_format({"num_format": "0"})
        sheet = book.add_worksheet(words.SHEET.to(language))
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        formats = {visited: day, welfare: whole}
        for column, title in enumerate(titles):
            sheet.write_string(0, column, harmless(title), head)
            longest = shown[title].dropna().astype(str).str.len().max() if title in shown else 14
            sheet.set_column(column, column, min(max(longest, 12) + 2, WIDEST), formats.get(title))
            for row, value in enumerate(shown.get(title, pd.Series(dtype=object)), start=1):
                if pd.notna(value):
                    sheet.write_string(row, column, harmless(str(value)))
        last = len(shown)
        sheet.data_validation(
            1,
            titles.index(visited),
            last,
            titles.index(visited),
            {
                "validate": "date",
                "criteria": "between",
                "minimum": _start(draw.frame_date),
                "maximum": _start(LAST_DAY),
                "error_message": words.DAY_WRONG.to(language).format(day=draw.frame_date),
            },
        )
        known = [answer.to(language) for answer in words.ANSWERS]
        for title in answers:
            place = titles.index(title)
            sheet.data_validation(
                1,
                place,
                last,
                place,
                {"validate": "list", "source": known, "error_message": words.ANSWER_WRONG.to(language)},
            )
        place = titles.index(welfare)
        sheet.data_validation(1, place, last, place, {"validate": "integer", "criteria": ">=", "value": 0})
        about = book.add_worksheet(words.INSTRUCTIONS.to(language))
        about.set_column(0, 0, 110, book.add_format({"text_wrap": True, "valign": "top"}))
        about.write_string(0, 0, words.TITLE.to(language).format(draw=draw.id, checker=checker), head)
        for row, step in enumerate(words.STEPS, start=1):
            about.write_string(row, 0, f"{row}. {step.to(language)}")


def _start(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())
