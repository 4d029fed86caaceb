"""Names of the contract's codes; a code that a data set made itself is shown as it is."""

from dashboard.words import Words, catalogue


def code_name(words: Words, group: str, code: str) -> str:
    """Return a code's name in the reader's language, or the code itself when the texts do not know it."""
    key = f"codes.{group}_{code}"
    return words(key) if key in catalogue() else str(code)
