"""The register's tables of alerts: what is open and was, what is to be sent, and when it was judged last."""

import sqlalchemy as sa

from analytics.register.tables import METADATA

ALERTS = sa.Table(
    "alerts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.String(64), nullable=False),
    sa.Column("code", sa.String(64), nullable=False),
    sa.Column("programme", sa.String(64), nullable=False),
    sa.Column("area", sa.String(32), nullable=False),
    sa.Column("severity", sa.String(16), nullable=False),
    sa.Column("told", sa.String(16), nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("low", sa.Float),
    sa.Column("high", sa.Float),
    sa.Column("n", sa.BigInteger, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("excess", sa.Float, nullable=False),
    sa.Column("opened_at", sa.DateTime, nullable=False),
    sa.Column("snapshot", sa.String(64), nullable=False),
    sa.Column("judged_at", sa.DateTime, nullable=False),
    sa.Column("closed_at", sa.DateTime),
    sa.Column("acknowledged_by", sa.String(64)),
    sa.Column("acknowledged_at", sa.DateTime),
    sa.Column("acknowledged_reason", sa.Text),
    sa.Index(
        "uq_alerts_open", "dataset", "code", "programme", "area", unique=True,
        sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL"),
    ),
)  # fmt: skip
"""One row an alert from its opening to its closing; of one cause (data set, code, programme, area) one is open.

severity: as last judged; told: the worst that was told of it; low, high: empty where the figure is counted in full;
snapshot: that it was last judged on. Times are naive UTC.
"""

MESSAGES = sa.Table(
    "alert_messages",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("dataset", sa.String(64), nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due_at", sa.DateTime, nullable=False),
    sa.Column("sent_at", sa.DateTime),
    sa.Column("given_up_at", sa.DateTime),
    sa.Column("fault", sa.String(128), nullable=False),
    sa.Index("ix_alert_messages_due", "due_at"),
)
"""The outbox: one row a message and channel, made in the transaction that opened its alerts.

id: its idempotency key, which every try to send it carries; body: {subject, text, alerts}; due_at: not to be tried
before, also while somebody is sending it; fault: kind of what the last try ended with, empty = none.
"""

JUDGED = sa.Table(
    "alert_judgements",
    METADATA,
    sa.Column("dataset", sa.String(64), primary_key=True),
    sa.Column("snapshot", sa.String(64), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("failed", sa.JSON, nullable=False),
)
"""One row a data set: the snapshot that its alerts were last judged on, and the codes that could not be."""
