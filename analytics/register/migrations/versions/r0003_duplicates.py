"""Pairs that may be one person, what reviewers said of them, and the vault of the people in them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "duplicate_runs",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("templates", sa.Integer, nullable=False),
        sa.Column("pairs", sa.BigInteger, nullable=False),
        sa.Column("model", sa.String(128), nullable=False),
        sa.Column("calibration", sa.String(64), nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("method", sa.String(64), nullable=False),
        sa.Column("recall", sa.Float, nullable=False),
        sa.Column("target", sa.Float, nullable=False),
        sa.Column("expected_false", sa.Float, nullable=False),
        sa.Column("distinct", sa.Integer, nullable=False),
        sa.Column("review", sa.Integer, nullable=False),
        sa.Column("probable", sa.Integer, nullable=False),
    )
    op.create_table(
        "duplicate_pairs",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("a", sa.String(64), nullable=False),
        sa.Column("b", sa.String(64), nullable=False),
        sa.Column("family_a", sa.String(64), nullable=False),
        sa.Column("family_b", sa.String(64), nullable=False),
        sa.Column("village_a", sa.String(32), nullable=False),
        sa.Column("village_b", sa.String(32), nullable=False),
        sa.Column("district_a", sa.String(32), nullable=False),
        sa.Column("district_b", sa.String(32), nullable=False),
        sa.Column("channel_a", sa.String(16), nullable=False),
        sa.Column("channel_b", sa.String(16), nullable=False),
        sa.Column("agent_a", sa.String(64), nullable=False),
        sa.Column("agent_b", sa.String(64), nullable=False),
        sa.Column("face", sa.Float),
        sa.Column("record", sa.Float),
        sa.Column("prior", sa.Float, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("band", sa.String(16), nullable=False),
        sa.Column("named", sa.String(16), nullable=False),
        sa.Column("cluster", sa.BigInteger, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("run", sa.String(16), sa.ForeignKey("duplicate_runs.id"), nullable=False),
        sa.Column("found_at", sa.DateTime, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("lot", sa.Float, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("decided_at", sa.DateTime),
        sa.Column("looked_in", sa.String(64)),
        sa.Column("opened_at", sa.DateTime),
        sa.UniqueConstraint("dataset", "a", "b"),
    )
    op.create_index("ix_duplicate_pairs_b", "duplicate_pairs", ["dataset", "b"])
    op.create_index("ix_duplicate_pairs_queue", "duplicate_pairs", ["dataset", "wanted"])
    op.create_table(
        "duplicate_reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("pair", sa.String(16), sa.ForeignKey("duplicate_pairs.id"), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("settles", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("seconds", sa.Float),
        sa.Column("undone_at", sa.DateTime),
    )
    stands = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_duplicate_reviews_standing", "duplicate_reviews", ["pair", "reviewer"], unique=True,
        sqlite_where=stands, postgresql_where=stands,
    )  # fmt: skip
    op.create_index("ix_duplicate_reviews_reviewer", "duplicate_reviews", ["reviewer"])
    op.create_table(
        "duplicate_claims",
        sa.Column("pair", sa.String(16), sa.ForeignKey("duplicate_pairs.id"), primary_key=True),
        sa.Column("reviewer", sa.String(64), primary_key=True),
        sa.Column("claimed_at", sa.DateTime, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
    )
    op.create_table(
        "duplicate_reveals",
        sa.Column("pair", sa.String(16), sa.ForeignKey("duplicate_pairs.id"), primary_key=True),
        sa.Column("viewer", sa.String(64), primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "duplicate_events",
        sa.Column("pair", sa.String(16), sa.ForeignKey("duplicate_pairs.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("officer", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
    )
    op.create_table(
        "vault_people",
        sa.Column("dataset", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(64), primary_key=True),
        sa.Column("identity", sa.LargeBinary, nullable=False),
        sa.Column("photo", sa.LargeBinary),
        sa.Column("put_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "vault_views",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("viewer", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("pair", sa.String(16)),
    )
    op.create_index("ix_vault_views_person", "vault_views", ["dataset", "person_id"])
