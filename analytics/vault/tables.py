"""The vault's tables: who people in pairs are, encrypted, and who looked."""

import sqlalchemy as sa

from analytics.register.tables import METADATA

PEOPLE = sa.Table(
    "vault_people",
    METADATA,
    sa.Column("dataset", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.String(64), primary_key=True),
    sa.Column("identity", sa.LargeBinary, nullable=False),
    sa.Column("photo", sa.LargeBinary),
    sa.Column("put_at", sa.DateTime, nullable=False),
)
"""One row a person that is in a pair; identity and photo are encrypted with the key `vault`."""

VIEWS = sa.Table(
    "vault_views",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.String(64), nullable=False),
    sa.Column("person_id", sa.String(64), nullable=False),
    sa.Column("viewer", sa.String(64), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("what", sa.String(16), nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("pair", sa.String(16)),
    sa.Index("ix_vault_views_person", "dataset", "person_id"),
)
"""One row a look: identity (numbers masked), numbers, photo, refused (a photo), corrected, erased or purged.

Never changed; removed when it is older than TEPAT_LOOKS_DAYS, unless it says that somebody was erased.
"""
