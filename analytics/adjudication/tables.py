"""The pairs' tables: runs, pairs, reviews, who has what in hand, who was shown what, and what was done.

None holds a name or a number of a person: those of people in pairs are in the vault, encrypted.
"""

import sqlalchemy as sa

from analytics.register.tables import METADATA

RUNS = sa.Table(
    "duplicate_runs",
    METADATA,
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
"""One row a run (`analytics.linkage.findings.SearchRun`); distinct, review, probable: its pairs by band."""

PAIRS = sa.Table(
    "duplicate_pairs",
    METADATA,
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
    sa.Column("run", sa.String(16), sa.ForeignKey(RUNS.c.id), nullable=False),
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
    sa.Index("ix_duplicate_pairs_b", "dataset", "b"),
    sa.Index("ix_duplicate_pairs_queue", "dataset", "wanted"),
)
"""One row a pair of people, as it stands; times are naive UTC. Columns of `PAIR_COLUMNS`, and:

run: the last that changed its evidence; priority, lot: tenth of its probability, and luck, by which it is handed out;
wanted: verdicts that it still needs; looked_in: snapshot in which it was last looked what its families receive;
opened_at: when its cases were opened.
"""

REVIEWS = sa.Table(
    "duplicate_reviews",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pair", sa.String(16), sa.ForeignKey(PAIRS.c.id), nullable=False),
    sa.Column("reviewer", sa.String(64), nullable=False),
    sa.Column("verdict", sa.String(16), nullable=False),
    sa.Column("settles", sa.Boolean, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("undone_at", sa.DateTime),
    sa.Index(
        "uq_duplicate_reviews_standing", "pair", "reviewer", unique=True,
        sqlite_where=sa.text("undone_at IS NULL"), postgresql_where=sa.text("undone_at IS NULL"),
    ),
    sa.Index("ix_duplicate_reviews_reviewer", "reviewer"),
)  # fmt: skip
"""One row a verdict; of one that stands (undone_at is empty) there is one a pair and reviewer.

settles: given by a supervisor where three reviewers came to no majority; seconds: from handing out to verdict, empty
where it settles.
"""

CLAIMS = sa.Table(
    "duplicate_claims",
    METADATA,
    sa.Column("pair", sa.String(16), sa.ForeignKey(PAIRS.c.id), primary_key=True),
    sa.Column("reviewer", sa.String(64), primary_key=True),
    sa.Column("claimed_at", sa.DateTime, nullable=False),
    sa.Column("until", sa.DateTime, nullable=False),
)
"""Which reviewer has which pair in hand, and until when nobody else gets it in their place."""

REVEALS = sa.Table(
    "duplicate_reveals",
    METADATA,
    sa.Column("pair", sa.String(16), sa.ForeignKey(PAIRS.c.id), primary_key=True),
    sa.Column("viewer", sa.String(64), primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
)
"""Who was shown a pair's evidence, and when first: they are not blind to it and do not get it to review."""

EVENTS = sa.Table(
    "duplicate_events",
    METADATA,
    sa.Column("pair", sa.String(16), sa.ForeignKey(PAIRS.c.id), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("officer", sa.String(64), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
)
"""One row an action: the version of the pair that it made, and the columns that it changed. Rows are never changed."""
