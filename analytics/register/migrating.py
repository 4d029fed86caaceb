"""Bringing the register's tables up to date, with Alembic, at the first opening by a new version of Tepat."""

from pathlib import Path
from threading import Lock

import sqlalchemy as sa

MIGRATIONS = Path(__file__).with_name("migrations")
STEPS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""The steps, oldest first."""
TABLE = "alembic_version"

_ONE_AT_A_TIME = Lock()
"""Alembic keeps what it works on in the module; the database's own lock holds other processes off, not other threads
of this one that open another register."""


def step_of(connection: sa.Connection) -> str:
    """Return the last step that a register has been through, empty = none."""
    if not sa.inspect(connection).has_table(TABLE):
        return ""
    return connection.execute(sa.select(sa.column("version_num")).select_from(sa.table(TABLE))).scalar() or ""


def upgrade(connection: sa.Connection, *, to: str = "head") -> None:
    """Take the steps that are missing, up to one, inside the connection's transaction: all of them or none."""
    from alembic import command  # noqa: PLC0415 - only a register of before needs it
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _ONE_AT_A_TIME:
        command.upgrade(config, to)
