"""A person's rights over what is kept of them, and how long things are kept (UU 27/2022, chapters IV and VI)."""

from analytics.privacy.errors import PrivacyError
from analytics.privacy.receipts import Receipt, check_receipt
from analytics.privacy.retention import Removed, run_retention
from analytics.privacy.rights import correct, erase, person_of, show

__all__ = [
    "PrivacyError",
    "Receipt",
    "Removed",
    "check_receipt",
    "correct",
    "erase",
    "person_of",
    "run_retention",
    "show",
]
