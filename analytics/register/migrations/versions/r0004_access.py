"""Grants: who holds which role in which area."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "access_grants",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("area", sa.String(32), nullable=False),
        sa.Column("granted_by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("revoked_by", sa.String(64)),
        sa.Column("revoked_at", sa.DateTime),
    )
    standing = sa.text("revoked_at IS NULL")
    op.create_index(
        "uq_access_grants_standing", "access_grants", ["subject"], unique=True,
        sqlite_where=standing, postgresql_where=standing,
    )  # fmt: skip
