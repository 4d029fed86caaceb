"""What commands print: progress to standard error, results to standard output."""

import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from analytics.ingest.pipeline import Progress as Report
from validation.errors import TepatError

EXIT_ERROR = 2
UNBROKEN = 400
"""Columns of a table that goes into a file or another program, where nothing needs to be broken."""
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_UNSEEN = ("Cc", "Cf", "Cs")
"""Unicode's controls, marks that turn the direction of writing, and halves of signs."""


@contextmanager
def progress() -> Iterator[Report]:
    """Show a progress bar on standard error and give the function that moves it."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("start", total=1.0)

        def report(what: str, share: float) -> None:
            bar.update(task, description=what, completed=share)

        yield report


def print_json(value: Any) -> None:
    """Print one JSON object and nothing else."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> None:
    """Print a table; the first `left` columns to the left, the others to the right."""
    if title:
        say(f"[bold]{plain(title)}[/]")
    table = Table(box=None, pad_edge=False)
    for number, name in enumerate(header):
        # A code that is broken over two lines cannot be copied.
        codes = number < left and not any(" " in row[number] for row in rows)
        table.add_column(plain(name), justify="left" if number < left else "right", overflow="fold", no_wrap=codes)
    for row in rows:
        # Headers and sentences may wrap, figures may not.
        cells = [plain(cell) for cell in row]
        table.add_row(*cells[:left], *(cell.replace(" ", NO_BREAK_SPACE) for cell in cells[left:]))
    terminal = Console(highlight=False).is_terminal
    Console(highlight=False, width=None if terminal else UNBROKEN).print(table)


def plain(text: str) -> str:
    """Return a text that others gave as one that a terminal only shows: no markup, no control characters.

    >>> plain("[/bold] \\x1b[2J")
    '\\\\[/bold] \\\\[2J'
    """
    return escape("".join(sign for sign in text if sign in "\t\n" or unicodedata.category(sign) not in _UNSEEN))


def say(line: str) -> None:
    """Print a line of a result."""
    Console(highlight=False, soft_wrap=True).print(line)


def print_error(error: TepatError) -> None:
    """Print what went wrong, why, and what to do, on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold red]Error:[/] {plain(error.message)}")
    for line in (error.cause, error.next_step):
        if line:
            console.print(f"  {plain(line)}")
