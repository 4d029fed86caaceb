"""Draws, visits and results of field checks.

A register of before the migrations holds these tables already, with rows: it is taken over as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables that are not there."""
    op.create_table(
        "audit_draws",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("period", sa.String(32), nullable=False),
        sa.Column("programmes", sa.JSON, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("frame_date", sa.Date, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("visits", sa.Integer, nullable=False),
        sa.Column("random_share", sa.Float, nullable=False),
        sa.Column("score_groups", sa.Integer, nullable=False),
        sa.Column("score_source", sa.String(16), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "audit_visits",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("draw", sa.String(32), sa.ForeignKey("audit_draws.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("family_id", sa.String(64), nullable=False),
        sa.Column("village", sa.String(32), nullable=False),
        sa.Column("district", sa.String(32), nullable=False),
        sa.Column("frame", sa.String(16), nullable=False),
        sa.Column("stratum", sa.String(64), nullable=False),
        sa.Column("stratum_size", sa.Integer, nullable=False),
        sa.Column("stratum_visits", sa.Integer, nullable=False),
        sa.Column("inclusion_probability", sa.Float, nullable=False),
        sa.Column("checker", sa.String(20)),
        sa.Column("visited_on", sa.Date),
        sa.Column("welfare", sa.Float),
        sa.Column("returned_at", sa.DateTime),
        sa.UniqueConstraint("district", "number"),
        sa.UniqueConstraint("draw", "family_id"),
        if_not_exists=True,
    )
    op.create_index("ix_audit_visits_draw", "audit_visits", ["draw"], if_not_exists=True)
    op.create_table(
        "audit_results",
        sa.Column("code", sa.String(40), sa.ForeignKey("audit_visits.code"), primary_key=True),
        sa.Column("programme", sa.String(64), primary_key=True),
        sa.Column("entitled", sa.Boolean),
        if_not_exists=True,
    )
