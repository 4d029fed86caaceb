"""The register's tables: draws, visits and results. None holds a name or a number of a person."""

import sqlalchemy as sa

from analytics.register.tables import METADATA

DRAWS = sa.Table(
    "audit_draws",
    METADATA,
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
)
"""One row a draw. Times are naive UTC."""

VISITS = sa.Table(
    "audit_visits",
    METADATA,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("draw", sa.ForeignKey(DRAWS.c.id), nullable=False, index=True),
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
)
"""One row a family drawn; visited_on, welfare (rupiah a head and month) and returned_at come with its result."""

RESULTS = sa.Table(
    "audit_results",
    METADATA,
    sa.Column("code", sa.ForeignKey(VISITS.c.code), primary_key=True),
    sa.Column("programme", sa.String(64), primary_key=True),
    sa.Column("entitled", sa.Boolean),
)
"""One row a visit and programme; entitled empty = it could not be told."""
