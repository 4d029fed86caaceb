"""The agents' tables: reviews, what each found of each agent, blind draws of families, and what came back.

Agents and families stand in them by pseudonym. Which visit belongs to which agent, and whether that one was proposed,
is kept apart from the visits: what makes the lists never reads it.
"""

import sqlalchemy as sa

from analytics.register.tables import METADATA

REVIEWS = sa.Table(
    "agent_reviews",
    METADATA,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("dataset", sa.String(64), nullable=False),
    sa.Column("snapshot", sa.String(64), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("level", sa.Float, nullable=False),
    sa.Column("agents", sa.Integer, nullable=False),
    sa.Column("proposed", sa.Integer, nullable=False),
    sa.Column("applications", sa.BigInteger, nullable=False),
    sa.Column("indicators", sa.JSON, nullable=False),
    sa.Index("ix_agent_reviews_dataset", "dataset", "made_at"),
)
"""One row a review; indicators: by id, spread, sd, variance, observed, expected, exposure. Times are naive UTC."""

FINDINGS = sa.Table(
    "agent_findings",
    METADATA,
    sa.Column("review", sa.String(16), sa.ForeignKey(REVIEWS.c.id), primary_key=True),
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
"""One row an agent of a review; families: those that stand out, by spaces; indicators: by id, exposure, observed,
expected, z, p; links: of `graph.shared`, empty where nobody shares anything."""

DRAWS = sa.Table(
    "agent_draws",
    METADATA,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("review", sa.String(16), sa.ForeignKey(REVIEWS.c.id), nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("proposed", sa.Integer, nullable=False),
    sa.Column("others", sa.Integer, nullable=False),
    sa.Column("visits", sa.Integer, nullable=False),
)
"""One row a draw; proposed, others: agents of either kind."""

INTERVIEWS = sa.Table(
    "agent_interviews",
    METADATA,
    sa.Column("code", sa.String(16), primary_key=True),
    sa.Column("draw", sa.String(16), sa.ForeignKey(DRAWS.c.id), nullable=False, index=True),
    sa.Column("family_id", sa.String(64), nullable=False),
    sa.Column("village", sa.String(32), nullable=False),
    sa.Column("district", sa.String(32), nullable=False),
    sa.Column("visited_on", sa.Date),
    sa.Column("result", sa.String(16)),
    sa.Column("returned_at", sa.DateTime),
    sa.UniqueConstraint("draw", "family_id"),
)
"""One row a family to be asked again; result: as_entered, differs, did_not_apply or not_met."""

KEY = sa.Table(
    "agent_interview_key",
    METADATA,
    sa.Column("code", sa.String(16), sa.ForeignKey(INTERVIEWS.c.code), primary_key=True),
    sa.Column("agent_id", sa.String(64), nullable=False),
    sa.Column("proposed", sa.Boolean, nullable=False),
    sa.Column("agent_probability", sa.Float, nullable=False),
    sa.Column("family_probability", sa.Float, nullable=False),
)
"""The key of the blind lists: one row an interview. The probabilities are those of the draw, of the agent among those
of the same kind and of the family among the agent's."""
