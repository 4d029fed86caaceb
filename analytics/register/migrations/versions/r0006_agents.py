"""Reviews of agents' work, blind draws of families to ask again, and what came back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "agent_reviews",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("level", sa.Float, nullable=False),
        sa.Column("agents", sa.Integer, nullable=False),
        sa.Column("proposed", sa.Integer, nullable=False),
        sa.Column("applications", sa.BigInteger, nullable=False),
        sa.Column("indicators", sa.JSON, nullable=False),
    )
    op.create_index("ix_agent_reviews_dataset", "agent_reviews", ["dataset", "made_at"])
    op.create_table(
        "agent_findings",
        sa.Column("review", sa.String(16), sa.ForeignKey("agent_reviews.id"), primary_key=True),
        sa.Column("agent_id", sa.String(64), primary_key=True),
        sa.Column("district", sa.String(32), nullable=False),
        sa.Column("applications", sa.Integer, nullable=False),
        sa.Column("p", sa.Float, nullable=False),
        sa.Column("q", sa.Float, nullable=False),
        sa.Column("proposed", sa.Boolean, nullable=False),
        sa.Column("families", sa.String(64), nullable=False),
        sa.Column("indicators", sa.JSON, nullable=False),
        sa.Column("links", sa.JSON, nullable=False),
    )
    op.create_table(
        "agent_draws",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("review", sa.String(16), sa.ForeignKey("agent_reviews.id"), nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("proposed", sa.Integer, nullable=False),
        sa.Column("others", sa.Integer, nullable=False),
        sa.Column("visits", sa.Integer, nullable=False),
    )
    op.create_table(
        "agent_interviews",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("draw", sa.String(16), sa.ForeignKey("agent_draws.id"), nullable=False),
        sa.Column("family_id", sa.String(64), nullable=False),
        sa.Column("village", sa.String(32), nullable=False),
        sa.Column("district", sa.String(32), nullable=False),
        sa.Column("visited_on", sa.Date),
        sa.Column("result", sa.String(16)),
        sa.Column("returned_at", sa.DateTime),
        sa.UniqueConstraint("draw", "family_id"),
    )
    op.create_index("ix_agent_interviews_draw", "agent_interviews", ["draw"])
    op.create_table(
        "agent_interview_key",
        sa.Column("code", sa.String(16), sa.ForeignKey("agent_interviews.code"), primary_key=True),
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("proposed", sa.Boolean, nullable=False),
        sa.Column("agent_probability", sa.Float, nullable=False),
        sa.Column("family_probability", sa.Float, nullable=False),
    )
