"""The access log: a chain of entries that the database lets nobody change, remove or put in between."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SQLITE = (
    """CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log
    BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END""",
    """CREATE TRIGGER access_log_no_delete BEFORE DELETE ON access_log
    BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END""",
    # A row that replaces another deletes it without the trigger above.
    """CREATE TRIGGER access_log_at_end BEFORE INSERT ON access_log
    WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM access_log)
    BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION access_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'the access log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER access_log_no_change BEFORE UPDATE OR DELETE ON access_log
    FOR EACH ROW EXECUTE FUNCTION access_log_is_append_only()""",
    """CREATE TRIGGER access_log_no_truncate BEFORE TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION access_log_is_append_only()""",
    """CREATE FUNCTION access_log_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM access_log) THEN
    RAISE EXCEPTION 'the access log is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER access_log_at_end BEFORE INSERT ON access_log
    FOR EACH ROW EXECUTE FUNCTION access_log_goes_on()""",
)


def upgrade() -> None:
    """Make the table and what guards it."""
    op.create_table(
        "access_log",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True,
                  autoincrement=False),
        sa.Column("at", sa.String(26), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("ref", sa.String(128), nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )  # fmt: skip
    op.create_index("ix_access_log_actor", "access_log", ["actor", "number"])
    op.create_index("ix_access_log_ref", "access_log", ["ref", "number"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
