"""The cases' tables: cases, what was flagged, what was done. None holds a name or a number of a person."""

import sqlalchemy as sa

from analytics.register.tables import METADATA

CASES = sa.Table(
    "cases",
    METADATA,
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
    sa.Column("records", sa.JSON(none_as_null=True)),
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
    sa.Index("ix_cases_queue", "dataset", "state", "due_on"),
    sa.Index("ix_cases_village", "village"),
    sa.Index(
        "uq_cases_open", "dataset", "family_id", "programme", "side", unique=True,
        sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL"),
    ),
)  # fmt: skip
"""One row a case, as it stands; times are naive UTC. Of what is not closed there is one a family, programme and side.

due_on is empty once closed; blind: nobody had seen the flags when the finding was recorded; inclusion_probability: of
the random stream, empty where the case is not in it.
"""

FLAGS = sa.Table(
    "case_flags",
    METADATA,
    sa.Column("dataset", sa.String(64), primary_key=True),
    sa.Column("family_id", sa.String(64), primary_key=True),
    sa.Column("programme", sa.String(64), primary_key=True),
    sa.Column("side", sa.String(16), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("ref", sa.String(128), primary_key=True),
    sa.Column("case", sa.String(16), sa.ForeignKey(CASES.c.id), nullable=False, index=True),
    sa.Column("snapshot", sa.String(64), nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("flagged_at", sa.DateTime, nullable=False),
)
"""One row a flag. Rows are added, never changed."""

EVENTS = sa.Table(
    "case_events",
    METADATA,
    sa.Column("case", sa.String(16), sa.ForeignKey(CASES.c.id), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("officer", sa.String(64), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
    sa.Column("undoes", sa.Integer),
)
"""One row an action: the version that it made, and the columns of the case that it changed, before and after.

Rows are added, never changed; undoes = version of the action that this one takes back.
"""
