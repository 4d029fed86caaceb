"""The access log's table. It names people by pseudonym and officers by code, and holds no value of a record."""

import sqlalchemy as sa

from analytics.register.tables import METADATA

LOG = sa.Table(
    "access_log",
    METADATA,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(26), nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("ref", sa.String(128), nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
    sa.Column("key", sa.String(16), nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("ix_access_log_actor", "actor", "number"),
    sa.Index("ix_access_log_ref", "ref", "number"),
)
"""One row an entry, numbered from 1 without a gap; added, never changed.

at: UTC, ISO 8601 with microseconds, as text: the hash covers the very letters. details: canonical JSON. key: which
secret key the hash was made with. previous: the hash of the entry before, empty for the first. hash: see
`analytics.access_log.chain`.
"""
