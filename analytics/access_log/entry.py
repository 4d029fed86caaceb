"""What an entry says, checked before it is kept: what cannot be erased later must hold nothing of a person."""

import json
import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from analytics.access_log.errors import AccessLogError
from analytics.register.numbers import PERSON_NUMBER

Action = Literal[
    "sign_in", "sign_out", "refuse", "view_page", "view_case", "view_pair", "view_agent", "view_identity",
    "view_numbers", "view_photo", "refuse_photo", "view_log", "verify_log", "erase_person", "purge_person",
    "correct_person", "open_cases", "decide_case", "review_pair", "draw_visits", "write_sheets", "import_results",
    "export", "release", "publish", "grant", "revoke", "run_retention", "rotate_key", "back_up", "restore",
    "acknowledge_alert", "review_agents",
]  # fmt: skip
"""What can be done. decide_case and review_pair: the detail `action` says which step. refuse: the detail `why`."""
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
Detail = str | int | bool | None

ACTOR: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@|:+/-]{0,127}")
"""A staff code, a subject of the sign-in, `os:` and a login of the machine, or `web:` and who has no code; never a
name."""
CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""A role, a kind of object or the name of a detail."""
REF: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@|+-]{0,127}")
"""An id, a code or a pseudonym."""
CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What not every database keeps, and no sentence needs; a new line is none of them."""
MOST_LETTERS: Final = 4_000
"""Of a purpose, and of all details together (assumed): a statement, not a file."""


def require_entry(*, actor: str, role: str, action: str, kind: str, ref: str, purpose: str) -> None:
    """Raise `AccessLogError` where an entry names what it should not, or in a way that cannot be kept."""
    if action not in ACTIONS:
        raise AccessLogError(f"There is no action {action!r}.", next_step=f"There are: {', '.join(ACTIONS)}.")
    # A pseudonym may hold 16 digits in a row by chance: only a text that is nothing else is refused.
    if not ACTOR.fullmatch(actor) or PERSON_NUMBER.fullmatch(actor):
        raise AccessLogError(
            "Who acts is not named by a code.",
            cause="A code is letters, digits and . _ @ | : + / - without spaces, at most 128, and no NIK.",
            next_step="Give the staff code or the subject of the sign-in.",
        )
    for name, text in (("role", role), ("kind", kind)):
        if text and not CODE.fullmatch(text):
            raise AccessLogError(f"The {name} of an entry is not a code of small letters, digits and _.")
    if ref and not is_ref(ref):
        raise AccessLogError("What an entry is about is not named by an id, a code or a pseudonym.")
    _require_plain("purpose", purpose)


def is_ref(text: str) -> bool:
    """Return whether a text may be an id, a code or a pseudonym, as entries name what they are about."""
    return bool(REF.fullmatch(text)) and not PERSON_NUMBER.fullmatch(text)


def canonical(details: Mapping[str, Detail]) -> str:
    """Return details as the one JSON text that stands for them.

    Raises:
        AccessLogError: a name is no code, a value is no plain one, or a text may hold a person's number.
    """
    for name, value in details.items():
        if not CODE.fullmatch(name):
            raise AccessLogError(f"The detail {name!r} is not named by small letters, digits and _.")
        if value is not None and not isinstance(value, str | int):
            raise AccessLogError(f"The detail {name} is neither a text, a whole number, true, false nor empty.")
        _require_plain(name, "" if value is None else str(value))
    text = json.dumps(dict(details), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if len(text) > MOST_LETTERS:
        raise AccessLogError(f"The details of an entry are longer than {MOST_LETTERS:,} letters.")
    return text


def _require_plain(name: str, text: str) -> None:
    if len(text) > MOST_LETTERS:
        raise AccessLogError(f"The {name} of an entry is longer than {MOST_LETTERS:,} letters.")
    if CONTROL.search(text):
        raise AccessLogError(f"The {name} of an entry holds a character that cannot be kept.")
    if PERSON_NUMBER.search(text):
        raise AccessLogError(
            f"The {name} of an entry holds a number of 16 digits.",
            cause="That may be a NIK or KK number; the access log holds none.",
            next_step="Leave it out, or name the person by their pseudonym.",
        )
