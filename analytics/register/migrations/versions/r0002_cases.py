"""Cases, their flags and what was done about them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "cases",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("family_id", sa.String(64), nullable=False),
        sa.Column("village", sa.String(32), nullable=False),
        sa.Column("district", sa.String(32), nullable=False),
        sa.Column("side", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("assignee", sa.String(64)),
        sa.Column("finding", sa.String(16)),
        sa.Column("found_by", sa.String(64)),
        sa.Column("evidence", sa.Text),
        sa.Column("records", sa.JSON),
        sa.Column("blind", sa.Boolean),
        sa.Column("adverse", sa.Boolean),
        sa.Column("notice_id", sa.Text),
        sa.Column("notice_en", sa.Text),
        sa.Column("answer_by", sa.Date),
        sa.Column("answer", sa.Text),
        sa.Column("outcome", sa.String(32)),
        sa.Column("proposed_by", sa.String(64)),
        sa.Column("confirmed_by", sa.String(64)),
        sa.Column("closed_at", sa.DateTime),
        sa.Column("inclusion_probability", sa.Float),
    )
    op.create_index("ix_cases_queue", "cases", ["dataset", "state", "due_on"])
    op.create_index("ix_cases_village", "cases", ["village"])
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_cases_open", "cases", ["dataset", "family_id", "programme", "side"], unique=True,
        sqlite_where=still_open, postgresql_where=still_open,
    )  # fmt: skip
    op.create_table(
        "case_flags",
        sa.Column("dataset", sa.String(64), primary_key=True),
        sa.Column("family_id", sa.String(64), primary_key=True),
        sa.Column("programme", sa.String(64), primary_key=True),
        sa.Column("side", sa.String(16), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("ref", sa.String(128), primary_key=True),
        sa.Column("case", sa.String(16), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("flagged_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_case_flags_case", "case_flags", ["case"])
    op.create_table(
        "case_events",
        sa.Column("case", sa.String(16), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("officer", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("undoes", sa.Integer),
    )
