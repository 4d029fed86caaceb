"""What an officer writes is checked before it is kept: it is there, and holds no number of a person."""

import re
from collections.abc import Mapping
from typing import Any

from analytics.cases.errors import CaseError
from analytics.register.numbers import PERSON_NUMBER

OFFICER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
"""A staff code or login, never a name."""
MOST_LETTERS = 4_000
"""Of one text (assumed): a statement, not a file."""


def require_officer(officer: str, *, what: str = "officer") -> None:
    """Raise `CaseError` where a code is empty, or looks like a name or a person's number."""
    if not OFFICER.fullmatch(officer) or PERSON_NUMBER.search(officer):
        raise CaseError(
            f"The {what} is not named by a code.",
            cause="A code is letters, digits and . _ @ - without spaces, at most 64, and no NIK.",
            next_step="Give the staff code, for example PKH-07.",
        )


def require_text(**texts: str) -> None:
    """Raise `CaseError` where one of the texts is empty, too long, or holds a NIK or KK number."""
    for name, text in texts.items():
        if not text.strip():
            raise CaseError(f"There is no {name}.", next_step=f"Every action needs one: say the {name} in a sentence.")
        if len(text) > MOST_LETTERS:
            raise CaseError(f"The {name} is longer than {MOST_LETTERS:,} letters.", next_step="Say it in fewer.")
        require_no_number(name, text)


def require_no_number(name: str, text: str) -> None:
    """Raise `CaseError` where a text holds 16 digits in a row."""
    if PERSON_NUMBER.search(text):
        raise CaseError(
            f"The {name} holds a number of 16 digits.",
            cause="That may be a NIK or KK number; the register holds none.",
            next_step="Leave it out: the case says which family it is.",
        )


def require_plain(evidence: Mapping[str, Any]) -> None:
    """Raise `CaseError` where evidence holds what looks like a person's number."""
    for name, value in evidence.items():
        for part in value if isinstance(value, list | tuple) else [value]:
            if isinstance(part, str | int):
                require_no_number(f"evidence {name}", str(part))
