"""The one collection of the register's tables; each room declares its own into it."""

import sqlalchemy as sa

METADATA = sa.MetaData()
