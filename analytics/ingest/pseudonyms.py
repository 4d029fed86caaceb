"""Keyed pseudonyms: the only form in which a person or a family is known inside the warehouse."""

import hmac
from pathlib import Path

import polars as pl

from analytics.keys import secret_key

LENGTH = 20
"""Hex digits kept of the HMAC: 80 bits, a collision among 300 million people has probability 4e-8."""


def pseudonym_key(home: Path) -> bytes:
    """Return the key, made at first use, readable by its owner alone; it lies outside the warehouse."""
    return secret_key(home, "pseudonym")


def pseudonymise(values: pl.Series, *, key: bytes, scope: str) -> pl.Series:
    """Replace identifiers by HMAC-SHA-256 pseudonyms; empty stays empty.

    Args:
        values: Identifiers as text.
        key: The secret key.
        scope: What is identified (family, person, agent, device): equal numbers of different kinds get different
            pseudonyms.

    Returns:
        Text of `LENGTH` hex digits.
    """
    unique = values.drop_nulls().unique()
    prefix = f"{scope}:"
    made = [hmac.digest(key, (prefix + value).encode(), "sha256").hex()[:LENGTH] for value in unique]
    return values.replace_strict(unique, pl.Series(made, dtype=pl.String), default=None, return_dtype=pl.String)


SCOPES = {"applicant": "person_id", "filer": "person_id", "checker": "agent_id"}
"""Columns whose identifier is of another column's kind, so that both get the same pseudonym."""


def scope_of(column: str) -> str:
    """Return the kind of identifier that a column holds."""
    return SCOPES.get(column, column)
