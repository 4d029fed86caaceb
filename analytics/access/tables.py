"""The register's table of grants."""

import sqlalchemy as sa

from analytics.register.tables import METADATA

GRANTS = sa.Table(
    "access_grants",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("area", sa.String(32), nullable=False),
    sa.Column("granted_by", sa.String(64), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("revoked_by", sa.String(64)),
    sa.Column("revoked_at", sa.DateTime),
    sa.Index(
        "uq_access_grants_standing", "subject", unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"), postgresql_where=sa.text("revoked_at IS NULL"),
    ),
)  # fmt: skip
"""One row a grant, times naive UTC; of those not revoked there is one a subject. Rows are never taken out."""
