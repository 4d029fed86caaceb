"""The pairs of the register: handed out to reviewers, judged blind, revealed afterwards, and taken back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from analytics.access.areas import is_inside, require_area
from analytics.adjudication import opening, queue, reading, writing
from analytics.adjudication.agreement import Agreement, agreement, speeds
from analytics.adjudication.errors import AdjudicationConflict, AdjudicationError
from analytics.adjudication.life import CLAIM, OUTCOMES, VERDICTS, Outcome, Verdict
from analytics.adjudication.overview import Overview, decided_pairs, overview, runs_of
from analytics.adjudication.pair import PairToReview, RevealedPair, Review, Reviewed, revealed, to_review
from analytics.adjudication.storing import REVIEWING, Stored, store_findings
from analytics.adjudication.tables import CLAIMS, PAIRS, REVEALS, REVIEWS
from analytics.adjudication.wording import require_note, require_reviewer
from analytics.cases.cases import utc_now
from analytics.cases.opening import Opened
from analytics.linkage.findings import Findings
from analytics.register import Database, open_database
from analytics.settings import Settings


class Adjudication:
    """The pairs, opened.

    Reviewers and officers are named by their staff code. What cannot be done raises `AdjudicationError`, what somebody
    else did meanwhile `AdjudicationConflict`; then nothing is changed. Opened within an area they are the pairs of
    which both people live in it: of another there is none.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now, area: str = "") -> None:
        self.database = database
        self.area = require_area(area)
        self._clock = clock

    def within(self, area: str, *, role: str = "") -> "Adjudication":
        """Return the pairs of an area, on the same connections; empty = as they are.

        Args:
            area: Code of a region.
            role: In which role somebody acts on them, for the access log.

        Raises:
            AdjudicationError: the area does not lie inside the one that these are limited to.
        """
        if not is_inside(area or self.area, self.area):
            raise AdjudicationError("The area lies outside the one that may be seen.")
        database = self.database.acting(role) if role else self.database
        return Adjudication(database, clock=self._clock, area=area or self.area)

    def store(self, findings: Findings) -> Stored:
        """Keep what a search found; see `analytics.adjudication.storing.store_findings`."""
        return store_findings(self.database, findings, now=self._clock())

    def next_pair(self, reviewer: str, *, dataset: str) -> PairToReview | None:
        """Put a pair in a reviewer's hand for `life.CLAIM`; None where there is none for them now.

        Who has one in hand gets the same again. Nobody gets a pair that they judged, but for one whose verdict they
        took back unseen, nor one whose evidence they were shown.
        """
        require_reviewer(reviewer)
        with self.database.writing(lock=REVIEWING) as connection:
            now = self._now()
            row = queue.next_row(connection, reviewer, dataset=dataset, now=now, area=self.area)
            if row is None:
                return None
            return to_review(row, until=queue.claim(connection, row["id"], reviewer, now=now))

    def release(self, pair: str, *, reviewer: str) -> None:
        """Give a pair back without a verdict; the next one in turn gets it, who may be the same reviewer."""
        require_reviewer(reviewer)
        own = sa.and_(CLAIMS.c.pair == pair, CLAIMS.c.reviewer == reviewer)
        with self.database.writing(lock=REVIEWING) as connection:
            connection.execute(CLAIMS.delete().where(own))

    def review(self, pair: str, *, reviewer: str, verdict: Verdict, note: str = "") -> Reviewed:
        """Keep a reviewer's verdict on the pair that they have in hand.

        Once the time of `life.CLAIM` is over it still counts, unless others have what the pair needs in hand or judged.

        Args:
            pair: Its id.
            reviewer: Who judges.
            verdict: same, different or cannot_tell.
            note: What it rests on; empty = none. Never a name or a number of a person.
        """
        require_reviewer(reviewer)
        require_note(note)
        _require_known("verdict", verdict, VERDICTS)
        with self.database.writing(lock=REVIEWING) as connection:
            row, now = reading.row_of(connection, pair, area=self.area), self._now()
            own = sa.and_(CLAIMS.c.pair == pair, CLAIMS.c.reviewer == reviewer)
            held = connection.execute(sa.select(CLAIMS).where(own)).mappings().first()
            if held is None:
                raise AdjudicationError(
                    f"{reviewer} does not have the pair {pair} in hand.",
                    next_step="Take the next one; nothing was kept.",
                )
            if not queue.room_for(connection, row, reviewer, now=now):
                raise AdjudicationConflict(
                    f"Others have judged the pair {pair} meanwhile, or have it in hand.",
                    cause=f"It was kept for {reviewer} until {held['until']:%Y-%m-%d %H:%M} UTC.",
                    next_step="Take the next one: this one needs no verdict of yours. Nothing was changed.",
                )
            seconds = min(now - held["claimed_at"], CLAIM).total_seconds()
            connection.execute(
                REVIEWS.insert(),
                {"pair": pair, "reviewer": reviewer, "verdict": verdict, "settles": False, "note": note, "at": now,
                 "seconds": seconds},
            )  # fmt: skip
            connection.execute(CLAIMS.delete().where(own))
            version = writing.write(connection, row, "verdict", officer=reviewer, reason=note, now=now)
        return Reviewed(pair=pair, verdict=verdict, version=version)

    def reveal(self, pair: str, *, viewer: str) -> RevealedPair:
        """Return a pair with its score and weights, to who judged it, or to anybody once no verdict is wanted.

        That it was shown is kept: who has seen it does not get it to review any more.
        """
        require_reviewer(viewer)
        with self.database.writing(lock=REVIEWING) as connection:
            row, reviews = reading.row_of(connection, pair, area=self.area), reading.standing(connection, pair)
            if row["wanted"] and viewer not in {each.reviewer for each in reviews}:
                raise AdjudicationError(
                    f"The evidence of the pair {pair} is not shown before the verdict.",
                    cause="It is still under blind review.",
                    next_step="Judge it first.",
                )
            seen = sa.select(REVEALS.c.at).where(REVEALS.c.pair == pair, REVEALS.c.viewer == viewer)
            if connection.execute(seen).first() is None:
                connection.execute(REVEALS.insert(), {"pair": pair, "viewer": viewer, "at": self._now()})
            return revealed(row, reviews, viewer=viewer)

    def undo(self, pair: str, *, officer: str, version: int, reason: str = "") -> PairToReview | None:
        """Take back the officer's own verdict, until cases were opened from it; both stay in the history.

        Args:
            pair: Its id.
            officer: Whose verdict it is, a reviewer's or a supervisor's.
            version: Of the pair as the officer saw it.
            reason: Empty = a slip.

        Returns:
            The pair, in the officer's hand again, where they had not been shown its evidence and it needs them; else
            None: another reviewer gets it.
        """
        require_reviewer(officer)
        require_note(reason)
        with self.database.writing(lock=REVIEWING) as connection:
            row, now = writing.seen(connection, pair, version, area=self.area), self._now()
            reviews = reading.standing(connection, pair)
            _require_undoable(row, reviews, officer=officer)
            mine = sa.and_(REVIEWS.c.pair == pair, REVIEWS.c.reviewer == officer, REVIEWS.c.undone_at.is_(None))
            connection.execute(REVIEWS.update().where(mine).values(undone_at=now))
            writing.write(connection, row, "undo", officer=officer, reason=reason, now=now)
            again = reading.row_of(connection, pair, area=self.area)
            _, shown = queue.seen_by(officer)
            is_shown = connection.execute(shown.where(PAIRS.c.id == pair)).first() is not None
            if is_shown or not queue.room_for(connection, again, officer, now=now):
                return None
            return to_review(again, until=queue.claim(connection, pair, officer, now=now))

    def settle(self, pair: str, *, officer: str, outcome: Outcome, version: int, reason: str) -> Reviewed:
        """Decide, as a supervisor who reviewed none of it, a pair on which three reviewers came to no majority.

        Args:
            pair: Its id.
            officer: The supervisor.
            outcome: same or different: what documents or a visit showed.
            version: Of the pair as the supervisor saw it.
            reason: What it rests on.
        """
        require_reviewer(officer)
        require_note(reason, needed="reason")
        _require_known("outcome", outcome, OUTCOMES)
        with self.database.writing(lock=REVIEWING) as connection:
            row, now = writing.seen(connection, pair, version, area=self.area), self._now()
            if row["state"] != "undecided":
                raise AdjudicationError(
                    f"The pair {pair} is not for a supervisor to settle.", cause=f"It is {row['state']}."
                )
            if officer in {each.reviewer for each in reading.standing(connection, pair)}:
                raise AdjudicationError(
                    f"{officer} reviewed the pair {pair}.", next_step="Somebody who did not review it settles it."
                )
            connection.execute(
                REVIEWS.insert(),
                {"pair": pair, "reviewer": officer, "verdict": outcome, "settles": True, "note": reason,
                 "at": now},
            )  # fmt: skip
            version = writing.write(connection, row, "settle", officer=officer, reason=reason, now=now)
        return Reviewed(pair=pair, verdict=outcome, version=version)

    def open_cases(
        self, receives: Callable[[], pd.DataFrame], *, dataset: str, snapshot: str, officer: str, reason: str
    ) -> Opened:
        """Open cases of the families of pairs that are confirmed for `life.GRACE`, side receives ("perlu diperiksa").

        Both families get one for each programme that they receive. A pair whose families receive nothing opens none,
        and is looked at again in a later snapshot. Nothing happens to a benefit: a case ends in a recommendation.

        Args:
            receives: Gives family_id, programme of those that receive; asked only where a pair waits.
            dataset: Data set of the families.
            snapshot: Snapshot that says what they receive.
            officer: Who opens them.
            reason: As `analytics.cases.Cases.open`.
        """
        require_reviewer(officer)
        require_note(reason, needed="reason")
        return opening.open_cases(
            self.database, receives, dataset=dataset, snapshot=snapshot, officer=officer, reason=reason,
            now=self._clock(), area=self.area,
        )  # fmt: skip

    def reviewed(self, reviewer: str, *, dataset: str, rows: int = 20) -> pd.DataFrame:
        """Return a reviewer's last verdicts that stand, newest first.

        Returns:
            pair, verdict, note, at (naive UTC), settles, version (of the pair), undoable.
        """
        return reading.reviewed(self.database, reviewer, dataset=dataset, rows=rows, area=self.area)

    def undecided(self, dataset: str) -> pd.DataFrame:
        """Return the pairs that wait for a supervisor: pair, district_a, district_b, version, at (last verdict)."""
        return reading.undecided(self.database, dataset, area=self.area)

    def overview(self, dataset: str) -> Overview:
        """Count the pairs of a data set."""
        return overview(self.database, dataset, area=self.area)

    def runs(self, dataset: str) -> pd.DataFrame:
        """Return the runs of a data set, latest first: the columns of `duplicate_runs`."""
        return runs_of(self.database, dataset, area=self.area)

    def agreement(self, dataset: str) -> list[Agreement]:
        """Return how the two blind reviewers of each pair agree: over all, by band and by month."""
        return agreement(self.database, dataset, area=self.area)

    def speeds(self, dataset: str) -> pd.DataFrame:
        """Return how fast reviewers are: reviewer, reviews, median_seconds, pairs_per_hour."""
        return speeds(self.database, dataset, area=self.area)

    def decided_pairs(self, dataset: str) -> pd.DataFrame:
        """Return what people decided, to calibrate evidence by: a, b (person_id), same (bool)."""
        return decided_pairs(self.database, dataset, area=self.area)

    def history(self, pair: str) -> pd.DataFrame:
        """Return what was done about a pair, oldest first, once no verdict is wanted.

        Returns:
            version, action, officer, at (naive UTC), reason, before, after (columns of the pair that changed).

        Raises:
            AdjudicationError: it is still under blind review.
        """
        with self.database.reading() as connection:
            if reading.row_of(connection, pair, area=self.area)["wanted"]:
                raise AdjudicationError(
                    f"The history of the pair {pair} is not shown yet.", cause="It is still under blind review."
                )
            return reading.history(connection, pair)

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()

    def _now(self) -> datetime:
        return self._clock().replace(tzinfo=None)


def open_adjudication(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Adjudication:
    """Open the pairs of the register that the settings name, making its tables at first use.

    Args:
        settings: Home and register.
        clock: The moment, in UTC with its zone.

    Raises:
        SettingsError, RegisterError: as `analytics.register.open_database`.
    """
    return Adjudication(open_database(settings), clock=clock)


def _require_known(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise AdjudicationError(f"There is no {what} {value!r}.", next_step=f"There are: {', '.join(known)}.")


def _require_undoable(row: dict[str, Any], reviews: tuple[Review, ...], *, officer: str) -> None:
    own = next((each for each in reviews if each.reviewer == officer), None)
    cause = ""
    if own is None:
        cause = f"No verdict of {officer} stands on it."
    elif row["opened_at"]:
        cause = "Cases were opened from it."
    elif not own.settles and any(each.settles for each in reviews):
        cause = "A supervisor has settled it."
    if cause:
        raise AdjudicationError(
            f"Cannot take back a verdict on the pair {row['id']} now.",
            cause=cause,
            next_step="An officer of the case records what was found." if row["opened_at"] else "Nothing was changed.",
        )
