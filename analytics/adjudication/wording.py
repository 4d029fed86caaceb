"""What a reviewer writes is checked as it is for cases: codes of officers, and no number of a person."""

from analytics.adjudication.errors import AdjudicationError
from analytics.cases.errors import CaseError
from analytics.cases.wording import require_officer, require_text


def require_reviewer(reviewer: str) -> None:
    """Raise `AdjudicationError` where a code is empty, or looks like a name or a person's number."""
    try:
        require_officer(reviewer, what="reviewer")
    except CaseError as error:
        raise AdjudicationError(error.message, cause=error.cause, next_step=error.next_step) from error


def require_note(note: str, *, needed: str = "") -> None:
    """Raise `AdjudicationError` where a note holds a NIK or KK number, is too long, or is missing where it is needed.

    Args:
        note: What was written; may be empty where nothing is needed.
        needed: What it is called where it must be there.
    """
    if not (note or needed):
        return
    try:
        require_text(**{needed or "note": note})
    except CaseError as error:
        raise AdjudicationError(error.message, cause=error.cause, next_step=error.next_step) from error
