"""Changing a log as somebody would who owns the database: around its triggers."""

from contextlib import closing
from typing import Any

import sqlalchemy as sa

from analytics.access_log.tables import LOG
from analytics.register import open_database
from analytics.register.database import open_engine
from analytics.settings import Settings


def rows_of(settings: Settings) -> list[dict[str, Any]]:
    """Return the entries as they are stored, oldest first."""
    with closing(open_database(settings)) as database, database.reading() as connection:
        return [dict(row) for row in connection.execute(sa.select(LOG).order_by(LOG.c.number)).mappings()]


def around(settings: Settings, *statements: Any) -> None:
    """Run statements with the table's triggers taken away, and put them back."""
    engine = open_engine(settings)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("ALTER TABLE access_log DISABLE TRIGGER ALL"))
            kept = ["ALTER TABLE access_log ENABLE TRIGGER ALL"]
        else:
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'access_log'"
            triggers = connection.execute(sa.text(query)).all()
            kept = [sql for _, sql in triggers]
            for name, _ in triggers:
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(statement)
        for each in kept:
            connection.execute(sa.text(each))
    engine.dispose()
