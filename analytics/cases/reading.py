"""Reading one case and what was done about it, on a connection; and its history's values, which JSON keeps as text."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from analytics.access.areas import inside
from analytics.cases.case import Case, case_of
from analytics.cases.errors import CaseError
from analytics.cases.tables import CASES, EVENTS, FLAGS


def read(connection: sa.Connection, id_: str, *, area: str = "") -> Case:
    """Return a case as officers see it; see `row_of`."""
    flags = sa.select(FLAGS).where(FLAGS.c.case == id_).order_by(FLAGS.c.flagged_at, FLAGS.c.kind, FLAGS.c.ref)
    return case_of(row_of(connection, id_, area=area), [dict(row) for row in connection.execute(flags).mappings()])


def row_of(connection: sa.Connection, id_: str, *, area: str = "") -> dict[str, Any]:
    """Return a row of `cases`.

    Raises:
        CaseError: there is none of this id in the area; one outside it is not told from one that never was.
    """
    query = sa.select(CASES).where(CASES.c.id == id_, inside(area, CASES.c.district))
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise CaseError(f"There is no case {id_}.", next_step="`tepat cases list` names those that are not closed.")
    return dict(row)


def events(connection: sa.Connection, id_: str, *, since: int = 0) -> list[dict[str, Any]]:
    """Return what was done after a version, oldest first."""
    query = sa.select(EVENTS).where(EVENTS.c.case == id_, EVENTS.c.version > since).order_by(EVENTS.c.version)
    return [dict(row) for row in connection.execute(query).mappings()]


def kinds(connection: sa.Connection, id_: str) -> set[str]:
    """Return the kinds of a case's flags."""
    return set(connection.execute(sa.select(FLAGS.c.kind).where(FLAGS.c.case == id_).distinct()).scalars())


def is_another_open(connection: sa.Connection, case: Case) -> bool:
    """Return whether a case that is not closed stands for the same family, programme and side."""
    same = [CASES.c[name] == getattr(case, name) for name in ("dataset", "family_id", "programme", "side")]
    query = sa.select(CASES.c.id).where(*same, CASES.c.closed_at.is_(None), CASES.c.id != case.id)
    return connection.execute(query).first() is not None


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns of a case as the history keeps them: days and moments as ISO text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def revived(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns of a case as they were before the history kept them."""
    readers: dict[type, Any] = {date: date.fromisoformat, datetime: datetime.fromisoformat}
    return {
        name: readers.get(CASES.c[name].type.python_type, lambda same: same)(value) if value is not None else None
        for name, value in values.items()
    }
