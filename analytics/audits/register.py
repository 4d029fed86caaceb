"""The register of field checks: what was drawn, who visits whom, what came back.

Many processes may write at once: what must be unique (a draw's id, a visit's code) is a key of the tables, and a
collision is tried again.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pandas as pd
import sqlalchemy as sa

from analytics.access.areas import inside
from analytics.access_log import COMMAND_LINE, append, operator
from analytics.audits.draw import Drawn
from analytics.audits.frame import Frame
from analytics.audits.tables import DRAWS, RESULTS, VISITS
from analytics.register.database import Database, RegisterError, has_register, open_database, records
from analytics.settings import Settings

__all__ = ["Draw", "Register", "RegisterError", "has_register", "open_register"]

LETTERS = "ACDEFHJKLMNPQRTUVWXY"
"""Letters that are not taken for a digit or for each other in handwriting."""
CHECK_LETTERS = 2
"""Random letters at the end of a code: a slip in the number hits another visit in 1 of 400 cases."""
ATTEMPTS = 50
"""Times that a draw takes the next id when another process has taken it."""
AT_ONCE = 500
"""Codes looked up with one statement."""


@dataclass(frozen=True, kw_only=True)
class Draw:
    """One row of `audit_draws`."""

    id: str
    dataset: str
    snapshot: str
    period: str
    programmes: tuple[str, ...]
    seed: int
    frame_date: date
    made_at: datetime
    visits: int
    random_share: float
    score_groups: int
    score_source: str


class Register:
    """The register, opened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, frame: Frame, drawn: Drawn, *, dataset: str, snapshot: str, seed: int, random_share: float) -> Draw:
        """Keep a draw and its visits, and return it with its id, e.g. d20261124-1."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        for _ in range(ATTEMPTS):
            made = Draw(
                id=self._next_id(f"d{now:%Y%m%d}"),
                dataset=dataset,
                snapshot=snapshot,
                period=frame.period,
                programmes=frame.programmes,
                seed=seed,
                frame_date=frame.day,
                made_at=now,
                visits=len(drawn.visits),
                random_share=random_share,
                score_groups=drawn.score_groups,
                score_source=frame.score_source,
            )
            visits = self._coded(drawn.visits.drop(columns="visited")).assign(draw=made.id)
            try:
                with self._database.writing() as connection:
                    connection.execute(DRAWS.insert(), vars(made) | {"programmes": list(made.programmes)})
                    connection.execute(VISITS.insert(), records(visits))
                    append(
                        connection, actor=operator(), role=COMMAND_LINE, action="draw_visits", kind="draw",
                        ref=made.id, details={"dataset": dataset, "snapshot": snapshot, "visits": made.visits},
                    )  # fmt: skip
            except sa.exc.IntegrityError:  # another process was faster: with the next numbers
                continue
            return made
        raise RegisterError("Other processes keep drawing at the same time.", next_step="Try again.")

    def draws(self, dataset: str = "", *, area: str = "") -> pd.DataFrame:
        """Return the draws, oldest first: the columns of `audit_draws`, returned and answered (visits).

        Answered: for at least one programme the checker could tell. In an area visits, returned and answered are of its
        families alone, and a draw without any of them is left out.
        """
        told = sa.select(RESULTS.c.code).where(RESULTS.c.entitled.is_not(None)).distinct().subquery()
        counts = (
            sa.select(
                VISITS.c.draw,
                sa.func.count().label("visits"),
                sa.func.count(VISITS.c.returned_at).label("returned"),
                sa.func.count(told.c.code).label("answered"),
            )
            .select_from(VISITS.outerjoin(told, told.c.code == VISITS.c.code))
            .where(inside(area, VISITS.c.district))
            .group_by(VISITS.c.draw)
            .subquery()
        )
        columns = [counts.c[column.name] if column.name == "visits" else column for column in DRAWS.c]
        query = sa.select(*columns, counts.c.returned, counts.c.answered).join(counts, counts.c.draw == DRAWS.c.id)
        query = query.where(DRAWS.c.dataset == dataset) if dataset else query
        return self._database.frame(query.order_by(DRAWS.c.made_at, sa.func.length(DRAWS.c.id), DRAWS.c.id))

    def draw(self, id_: str) -> Draw:
        """Return a draw.

        Raises:
            RegisterError: there is none of this id.
        """
        found = self._database.frame(sa.select(DRAWS).where(DRAWS.c.id == id_)).to_dict("records")
        if not found:
            known = self.draws()["id"].tolist()
            raise RegisterError(
                f"There is no draw {id_}.",
                cause=f"The latest are {', '.join(known[-5:])}." if known else "Nothing has been drawn yet.",
                next_step="`tepat audit list` names every draw.",
            )
        (row,) = found
        return Draw(**{str(name): value for name, value in row.items()} | {"programmes": tuple(row["programmes"])})

    def visits(self, draw: str) -> pd.DataFrame:
        """Return the visits of a draw, in the order of their villages and numbers: the columns of `audit_visits`."""
        ordered = sa.select(VISITS).where(VISITS.c.draw == draw).order_by(VISITS.c.village, VISITS.c.number)
        return self._database.frame(ordered)

    def find(self, codes: Sequence[str]) -> pd.DataFrame:
        """Return the visits with these codes: the columns of `audit_visits`; a code that is not known has no row."""
        parts = [codes[start : start + AT_ONCE] for start in range(0, len(codes), AT_ONCE)] or [[]]
        return pd.concat(
            [self._database.frame(sa.select(VISITS).where(VISITS.c.code.in_(part))) for part in parts],
            ignore_index=True,
        )

    def results(self, dataset: str) -> pd.DataFrame:
        """Return what came back of a data set's draws: code, programme, entitled, oldest result first."""
        query = (
            sa.select(RESULTS)
            .join(VISITS, VISITS.c.code == RESULTS.c.code)
            .join(DRAWS, DRAWS.c.id == VISITS.c.draw)
            .where(DRAWS.c.dataset == dataset)
            .order_by(VISITS.c.returned_at, VISITS.c.code, RESULTS.c.programme)
        )
        return self._database.frame(query)

    def assign(self, checkers: Mapping[str, str]) -> None:
        """Say who makes each visit: code to checker."""
        update = VISITS.update().where(VISITS.c.code == sa.bindparam("visit")).values(checker=sa.bindparam("by"))
        with self._database.writing() as connection:
            connection.execute(update, [{"visit": code, "by": checker} for code, checker in checkers.items()])

    def note(self, visits: pd.DataFrame, results: pd.DataFrame) -> None:
        """Keep what came back, in place of what was kept of the same visits.

        Args:
            visits: code, visited_on, welfare.
            results: code, programme, entitled.
        """
        now = datetime.now(UTC).replace(tzinfo=None)
        update = (
            VISITS.update()
            .where(VISITS.c.code == sa.bindparam("visit"))
            .values(visited_on=sa.bindparam("day"), welfare=sa.bindparam("found"), returned_at=now)
        )
        renamed = visits.rename(columns={"code": "visit", "visited_on": "day", "welfare": "found"})
        with self._database.writing() as connection:
            connection.execute(update, records(renamed[["visit", "day", "found"]]))
            for start in range(0, len(visits), AT_ONCE):
                codes = visits["code"].iloc[start : start + AT_ONCE].tolist()
                connection.execute(RESULTS.delete().where(RESULTS.c.code.in_(codes)))
            connection.execute(RESULTS.insert(), records(results[["code", "programme", "entitled"]]))
            append(
                connection, actor=operator(), role=COMMAND_LINE, action="import_results",
                details={"visits": len(visits), "results": len(results)},
            )  # fmt: skip

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def _next_id(self, start: str) -> str:
        taken = self._database.frame(sa.select(DRAWS.c.id).where(DRAWS.c.id.startswith(f"{start}-")))["id"]
        return f"{start}-{max((int(name.rpartition('-')[2]) for name in taken), default=0) + 1}"

    def _coded(self, visits: pd.DataFrame) -> pd.DataFrame:
        """Add the number, running through the district over all draws, and the code: 35.10.01-0007-KX."""
        query = sa.select(VISITS.c.district, sa.func.max(VISITS.c.number).label("last")).group_by(VISITS.c.district)
        last = self._database.frame(query).set_index("district")["last"]
        offset = visits["district"].map(last).astype(float).fillna(0).astype(int)
        number = visits.groupby("district").cumcount() + 1 + offset
        ends = ["".join(secrets.choice(LETTERS) for _ in range(CHECK_LETTERS)) for _ in range(len(visits))]
        codes = [f"{at}-{n:04d}-{end}" for at, n, end in zip(visits["district"], number, ends, strict=True)]
        return visits.assign(number=number, code=codes)


def open_register(settings: Settings) -> Register:
    """Open the register that the settings name, making its tables at first use.

    Raises:
        SettingsError: the URL is of another kind than SQLite or PostgreSQL.
        RegisterError: it cannot be reached.
    """
    return Register(open_database(settings))
