"""Reading filled visit lists: which line is which visit, and what each line says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from analytics.audits import words
from analytics.ingest.mapping import Format, TableMapping
from analytics.ingest.reading import ROW, fingerprint, read_source
from analytics.spreadsheets import restored
from validation.errors import ExportError
from validation.text import LANGUAGES, Text

ENDINGS = (".xlsx", ".csv")
DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")
"""As the instructions name them; a workbook gives the first."""
MIDNIGHT = " 00:00:00"
SEPARATORS = (";", ",", "\t")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a list, as text.

    Attributes:
        file: Name of the file.
        row: Row in it, the header being row 1.
        code: Code of the visit.
        visited: Day.
        answers: Programme to answer.
        welfare: Consumption a head and month.
    """

    file: str
    row: int
    code: str
    visited: str
    answers: dict[str, str]
    welfare: str

    @property
    def blank(self) -> bool:
        """Nothing is filled in: not visited yet."""
        return not any((self.visited, self.welfare, *self.answers.values()))

    @property
    def said(self) -> tuple[object, ...]:
        """What two lines of one visit must agree on."""
        return (self.visited, tuple(sorted(self.answers.items())), self.welfare)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A file.

    Attributes:
        name: Its name.
        sha256: Of its contents.
        programmes: Programmes that it has a column for.
        lines: Its lines that have a code or an answer.
    """

    name: str
    sha256: str
    programmes: frozenset[str]
    lines: tuple[Line, ...]


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files named, and those in the folders named: workbooks and CSV.

    Raises:
        ExportError: a path is not there or is of another kind, a folder holds none, or two files have one name.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                each for each in path.iterdir() if each.suffix.lower() in ENDINGS and each.name[0] not in "~."
            )
            if not inside:
                raise ExportError(f"{path} holds no workbook and no CSV file.", next_step="Name the filled lists.")
            found += inside
        elif path.is_file() and path.suffix.lower() in ENDINGS:
            found.append(path)
        else:
            raise ExportError(
                f"There is no list {path}.", next_step=f"Name filled lists ({', '.join(ENDINGS)}) or their folder."
            )
    found = list(dict.fromkeys(each.resolve() for each in found))
    names = [each.name for each in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ExportError(f"Two files are named {twice[0]}.", next_step="Give them names of their own.")
    return found


def read_filled(path: Path) -> Filled:
    """Read a filled list.

    Raises:
        ExportError: it cannot be read, or lacks the columns of a list.
    """
    rows = _rows(path)
    programmes = _programmes(rows.columns)
    code, visited, welfare = (_column(rows, path, title) for title in (words.CODE, words.VISITED, words.WELFARE))
    if code is None or visited is None or not programmes:
        lacking = words.CODE if code is None else words.VISITED if visited is None else words.ENTITLED
        raise ExportError(
            f"{path.name} is not a visit list: it has no column “{lacking.id}” (“{lacking.en}”).",
            cause=f"Its first row names: {', '.join(rows.columns[:20])}.",
            next_step="Bring back the list as `tepat audit sheet` wrote it, headings unchanged; nothing was imported.",
        )
    lines = [
        Line(
            file=path.name,
            row=row[ROW],
            code=(row[code] or "").upper(),
            visited=_day_text(row[visited]),
            answers={name: (row[title] or "").lower() for name, title in programmes.items()},
            welfare=((row[welfare] or "") if welfare else "").removesuffix(".0"),
        )
        for row in rows.iter_rows(named=True)
    ]
    return Filled(
        name=path.name,
        sha256=fingerprint(path),
        programmes=frozenset(programmes),
        lines=tuple(line for line in lines if line.code or not line.blank),
    )


def read_day(text: str) -> date | None:
    """Return the day that a text names, None when it names none."""
    for form in DAY_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None


def _rows(path: Path) -> pl.DataFrame:
    form = Format()
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            header = file.readline()
        form = Format(separator=max(SEPARATORS, key=header.count))
    table = TableMapping.model_construct(name="audits", file=path.name, format=form, where={}, columns={})
    rows = read_source(path.parent, table, None)
    return rows.rename(lambda name: restored(name.strip()))


def _day_text(value: str | None) -> str:
    return (value or "").removesuffix(MIDNIGHT)


def _column(rows: pl.DataFrame, path: Path, title: Text) -> str | None:
    found = [title.to(language) for language in LANGUAGES if title.to(language) in rows.columns]
    if len(found) > 1:
        raise ExportError(
            f"{path.name} has the columns {' and '.join(found)}, which are the same.",
            next_step="Leave one of them out.",
        )
    return found[0] if found else None


def _programmes(columns: Sequence[str]) -> dict[str, str]:
    """Return programme to the column with its answers."""
    ends = [words.ENTITLED.to(language).partition("}")[2] for language in LANGUAGES]
    return {name.removesuffix(end): name for name in columns for end in ends if name.endswith(end) and name != end}
