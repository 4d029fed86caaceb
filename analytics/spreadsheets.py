"""Text that a spreadsheet opens as text: nothing that leaves in a CSV or XLSX file runs as a formula.

After OWASP, "CSV Injection": a cell that begins with one of = + - @, a tab or a carriage return may run; so may what
follows a separator inside a cell, where the reader's spreadsheet separates by another mark than the file.
"""

import re
from collections.abc import Callable
from typing import Final, overload

_CELLS: Final = re.compile(r"([;,\t|\r\n]+)")
"""What a spreadsheet may take for the border of two cells."""
_FORMULA: Final = re.compile(r"[=+\-@＝＋－＠]")
"""What a formula begins with; the wide signs do so in East Asian versions."""
_NUMBER: Final = re.compile(r"[+-]?(\d+|\d{1,3}([.,]\d{3})+)([.,]\d+)?([eE][+-]?\d+)?\s?%?|[+-]")
"""A number with its sign, or a sign that stands alone: these run nothing and stay as they are."""
_LEAD: Final = re.compile(r"[\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]*")
"""What spreadsheets may drop before they look at a cell."""
_BREAKS: Final = ("\t", "\r", "\n")
_GUARD: Final = "'"


@overload
def harmless(value: str) -> str: ...
@overload
def harmless(value: object) -> object: ...
def harmless(value: object) -> object:
    """Return a value with an apostrophe before what a spreadsheet would run; numbers, also as text, stay as they are.

    >>> harmless("=1+1"), harmless("-12,5"), harmless("a; @b"), harmless(-3)
    ("'=1+1", '-12,5', "a; '@b", -3)
    """
    if not isinstance(value, str):
        return value
    text = _each(value, _guarded)
    return _GUARD + text if text.lstrip(_GUARD).startswith(_BREAKS) else text


def restored(text: str) -> str:
    """Return the text that `harmless` was given.

    >>> restored("'=1+1"), restored("'Abd")
    ('=1+1', "'Abd")
    """
    guarded = text.startswith(_GUARD) and text.lstrip(_GUARD).startswith(_BREAKS)
    return _each(text[1:] if guarded else text, _bare)


def _each(text: str, change: Callable[[str], str]) -> str:
    return "".join(part if number % 2 else change(part) for number, part in enumerate(_CELLS.split(text)))


def _guarded(cell: str) -> str:
    lead, rest = _parted(cell)
    return lead + _GUARD + rest if _runs(rest) else cell


def _bare(cell: str) -> str:
    lead, rest = _parted(cell)
    return lead + rest[1:] if rest.startswith(_GUARD) and _runs(rest) else cell


def _parted(cell: str) -> tuple[str, str]:
    found = _LEAD.match(cell)
    at = found.end() if found else 0
    return cell[:at], cell[at:]


def _runs(text: str) -> bool:
    """Whether a text would run, apart from its guards: so that one guard more or less can be told."""
    bare = text.lstrip(_GUARD)
    return bool(_FORMULA.match(bare)) and not _NUMBER.fullmatch(bare.strip())
