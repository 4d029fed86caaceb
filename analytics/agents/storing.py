"""Reviews, draws and what came back, kept in the register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pandas as pd
import sqlalchemy as sa

from analytics.access_log import COMMAND_LINE, append, operator
from analytics.adjudication.tables import PAIRS, RUNS
from analytics.agents.cells import Counted
from analytics.agents.drawing import Drawn
from analytics.agents.errors import AgentError
from analytics.agents.graph import shared
from analytics.agents.judging import Judgement
from analytics.agents.tables import DRAWS, FINDINGS, INTERVIEWS, KEY, REVIEWS
from analytics.register.database import Database, open_database, records
from analytics.settings import Settings

WRITING: Final = 7_337_011
"""Lock of PostgreSQL that who adds a review, a draw or results holds, so that they come one after another."""
AT_ONCE: Final = 500
"""Codes looked up with one statement."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """One row of `agent_reviews`."""

    id: str
    dataset: str
    snapshot: str
    made_at: datetime
    level: float
    agents: int
    proposed: int
    applications: int
    indicators: dict[str, dict[str, float]]

    @property
    def expected_innocent(self) -> float:
        """Most of the proposed that are innocent, on average over such lists."""
        return self.level * self.proposed


class AgentRegister:
    """The register of reviews, opened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pairs(self, dataset: str) -> pd.DataFrame | None:
        """Return pairs of people who are thought to be one: family_a, family_b, agent_a, agent_b; None = no search."""
        with self._database.reading() as connection:
            if connection.execute(sa.select(RUNS.c.id).where(RUNS.c.dataset == dataset)).first() is None:
                return None
        likely = sa.or_(PAIRS.c.state == "confirmed", sa.and_(PAIRS.c.band == "probable", PAIRS.c.state != "dismissed"))
        columns = [PAIRS.c[name] for name in ("family_a", "family_b", "agent_a", "agent_b")]
        return self._database.frame(sa.select(*columns).where(PAIRS.c.dataset == dataset, PAIRS.c.named == "", likely))

    def add_review(self, counted: Counted, judged: Judgement, *, dataset: str, snapshot: str) -> Review:
        """Keep a review and what it found of each agent, and return it with its id, e.g. r20261125-1."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        rows = _findings(counted, judged)
        totals = {
            name: each.agents[["observed", "expected", "exposure"]].sum() for name, each in judged.indicators.items()
        }
        indicators = {
            name: {"spread": each.spread, "sd": each.sd, "variance": float(np.nan_to_num(each.variance))}
            | {str(key): float(value) for key, value in totals[name].items()}
            for name, each in judged.indicators.items()
        }
        with self._database.writing(lock=WRITING) as connection:
            made = Review(
                id=_next_id(connection, REVIEWS, f"r{now:%Y%m%d}"), dataset=dataset, snapshot=snapshot, made_at=now,
                level=judged.level, agents=len(rows), proposed=judged.proposed,
                applications=int(counted.agents["applications"].sum()), indicators=indicators,
            )  # fmt: skip
            connection.execute(REVIEWS.insert(), vars(made))
            connection.execute(FINDINGS.insert(), records(rows.assign(review=made.id)))
            append(
                connection, actor=operator(), role=COMMAND_LINE, action="review_agents", kind="agent_review",
                ref=made.id,
                details={"dataset": dataset, "snapshot": snapshot, "agents": made.agents, "proposed": made.proposed},
            )  # fmt: skip
        return made

    def review(self, dataset: str, id_: str = "") -> Review | None:
        """Return a review of a data set, the latest without an id; None where there is none."""
        query = sa.select(REVIEWS).where(REVIEWS.c.dataset == dataset)
        query = query.where(REVIEWS.c.id == id_) if id_ else query
        ordered = query.order_by(REVIEWS.c.made_at.desc(), sa.func.length(REVIEWS.c.id).desc(), REVIEWS.c.id.desc())
        found = self._database.frame(ordered.limit(1)).to_dict("records")
        return Review(**{str(name): value for name, value in found[0].items()}) if found else None

    def findings(self, review: str) -> pd.DataFrame:
        """Return what a review found of each agent: the columns of `agent_findings` but the review, by agent_id."""
        columns = [column for column in FINDINGS.c if column.name != "review"]
        query = sa.select(*columns).where(FINDINGS.c.review == review).order_by(FINDINGS.c.agent_id)
        return self._database.frame(query)

    def add_draw(self, review: str, drawn: Drawn, *, seed: int) -> str:
        """Keep a draw and its key, and return its id, e.g. w20261125-1."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        kinds = drawn.key.drop_duplicates("agent_id")["proposed"]
        with self._database.writing(lock=WRITING) as connection:
            id_ = _next_id(connection, DRAWS, f"w{now:%Y%m%d}")
            row = {"id": id_, "review": review, "seed": seed, "made_at": now, "proposed": int(kinds.sum()),
                   "others": int((~kinds).sum()), "visits": len(drawn.key)}  # fmt: skip
            connection.execute(DRAWS.insert(), row)
            connection.execute(INTERVIEWS.insert(), records(drawn.interviews.assign(draw=id_)))
            connection.execute(KEY.insert(), records(drawn.key))
            append(
                connection, actor=operator(), role=COMMAND_LINE, action="draw_visits", kind="agent_draw", ref=id_,
                details={"review": review, "visits": len(drawn.key)},
            )  # fmt: skip
        return id_

    def draws(self, dataset: str) -> pd.DataFrame:
        """Return the draws of a data set, oldest first: the columns of `agent_draws`, returned (visits)."""
        back = sa.select(INTERVIEWS.c.draw, sa.func.count(INTERVIEWS.c.returned_at).label("returned"))
        counts = back.group_by(INTERVIEWS.c.draw).subquery()
        query = sa.select(DRAWS, counts.c.returned).join(counts, counts.c.draw == DRAWS.c.id)
        query = query.join(REVIEWS, REVIEWS.c.id == DRAWS.c.review).where(REVIEWS.c.dataset == dataset)
        return self._database.frame(query.order_by(DRAWS.c.made_at, sa.func.length(DRAWS.c.id), DRAWS.c.id))

    def interviews(self, draw: str) -> pd.DataFrame:
        """Return the list of a draw, by village and code: the columns of `agent_interviews`; nothing of the key.

        Raises:
            AgentError: there is no such draw.
        """
        query = sa.select(INTERVIEWS).where(INTERVIEWS.c.draw == draw)
        found = self._database.frame(query.order_by(INTERVIEWS.c.village, INTERVIEWS.c.code))
        if found.empty:
            raise AgentError(f"There is no draw {draw}.", next_step="`tepat agents review` names the latest.")
        return found

    def key(self, draw: str) -> pd.DataFrame:
        """Return the key of a draw, for the inspectorate alone: the columns of `agent_interview_key`; it is logged.

        Raises:
            AgentError: there is no such draw.
        """
        self.interviews(draw)
        with self._database.writing() as connection:
            append(connection, actor=operator(), role=COMMAND_LINE, action="export", kind="agent_key", ref=draw)
        query = sa.select(KEY).join(INTERVIEWS, INTERVIEWS.c.code == KEY.c.code).where(INTERVIEWS.c.draw == draw)
        return self._database.frame(query.order_by(KEY.c.agent_id, KEY.c.code))

    def find(self, codes: Sequence[str]) -> pd.DataFrame:
        """Return what is kept of the interviews with these codes: code, visited_on, result, made_at (of the draw)."""
        columns = (INTERVIEWS.c.code, INTERVIEWS.c.visited_on, INTERVIEWS.c.result, DRAWS.c.made_at)
        parts = [codes[start : start + AT_ONCE] for start in range(0, len(codes), AT_ONCE)] or [[]]
        query = sa.select(*columns).join(DRAWS, DRAWS.c.id == INTERVIEWS.c.draw)
        return pd.concat([self._database.frame(query.where(INTERVIEWS.c.code.in_(part))) for part in parts])

    def note(self, results: pd.DataFrame) -> None:
        """Keep what came back: code, visited_on, result."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        update = (
            INTERVIEWS.update()
            .where(INTERVIEWS.c.code == sa.bindparam("of"))
            .values(visited_on=sa.bindparam("day"), result=sa.bindparam("said"), returned_at=now)
        )
        renamed = results.rename(columns={"code": "of", "visited_on": "day", "result": "said"})
        with self._database.writing(lock=WRITING) as connection:
            connection.execute(update, records(renamed[["of", "day", "said"]]))
            append(
                connection, actor=operator(), role=COMMAND_LINE, action="import_results", kind="agent_draw",
                details={"visits": len(results)},
            )  # fmt: skip

    def outcomes(self, dataset: str) -> pd.DataFrame:
        """Return every interview that came back beside its key and the review's finding.

        Columns: draw, made_at, code, result, agent_id, proposed, agent_probability, family_probability, families,
        indicators.
        """
        columns = (
            DRAWS.c.id.label("draw"), DRAWS.c.made_at, INTERVIEWS.c.code, INTERVIEWS.c.result, KEY.c.agent_id,
            KEY.c.proposed, KEY.c.agent_probability, KEY.c.family_probability, FINDINGS.c.families,
            FINDINGS.c.indicators,
        )  # fmt: skip
        same = sa.and_(FINDINGS.c.review == DRAWS.c.review, FINDINGS.c.agent_id == KEY.c.agent_id)
        query = (
            sa.select(*columns)
            .join(INTERVIEWS, INTERVIEWS.c.code == KEY.c.code)
            .join(DRAWS, DRAWS.c.id == INTERVIEWS.c.draw)
            .join(REVIEWS, REVIEWS.c.id == DRAWS.c.review)
            .join(FINDINGS, same)
            .where(REVIEWS.c.dataset == dataset, INTERVIEWS.c.result.is_not(None))
            .order_by(DRAWS.c.made_at, INTERVIEWS.c.code)
        )
        return self._database.frame(query)

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()


def open_agent_register(settings: Settings) -> AgentRegister:
    """Open the register that the settings name, making its tables at first use.

    Raises:
        SettingsError: the URL is of another kind than SQLite or PostgreSQL.
        RegisterError: it cannot be reached.
    """
    return AgentRegister(open_database(settings))


def _next_id(connection: sa.Connection, table: sa.Table, start: str) -> str:
    taken = connection.execute(sa.select(table.c.id).where(table.c.id.startswith(f"{start}-"))).scalars()
    return f"{start}-{max((int(name.rpartition('-')[2]) for name in taken), default=0) + 1}"


def _findings(counted: Counted, judged: Judgement) -> pd.DataFrame:
    """Return the rows of `agent_findings` but for the review."""
    own: dict[str, dict[str, dict[str, float]]] = {agent: {} for agent in judged.agents["agent_id"]}
    for name, each in judged.indicators.items():
        for row in each.agents.to_dict("records"):
            values = {key: float(row[key]) for key in ("exposure", "observed", "expected", "z", "p")}
            own[row["agent_id"]][name] = values
    links: dict[str, dict[str, Any]] = {
        str(row.pop("agent_id")): {str(key): value for key, value in row.items()}
        for row in shared(counted.linked).to_dict("records")
    }
    rows = judged.agents.merge(counted.agents, on="agent_id")
    return rows.assign(
        indicators=rows["agent_id"].map(own.__getitem__),
        links=rows["agent_id"].map(lambda agent: links.get(agent, {})),
    )
