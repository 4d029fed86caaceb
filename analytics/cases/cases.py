"""The cases of the register: one method an action, each with a reason, by an officer, on the version that they saw."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa

from analytics.access.areas import inside, is_inside, require_area
from analytics.access_log import append
from analytics.cases import life, reading
from analytics.cases.case import ASKED, Case
from analytics.cases.errors import CaseConflict, CaseError
from analytics.cases.notices import notice
from analytics.cases.opening import Opened, add_flags, log_opened
from analytics.cases.queue import Page, on_page, queue_query
from analytics.cases.tables import CASES, EVENTS
from analytics.cases.wording import require_officer, require_text
from analytics.eligibility import rulebook
from analytics.register import Database, open_database
from analytics.register.database import frame_of
from analytics.settings import Settings

OPENING = 7_337_002
"""Lock of PostgreSQL that one opening holds: two at once would both open a case for one family."""
Change = Callable[[sa.Connection, Case], dict[str, Any]]
"""Says which columns of a case an action changes, and to what."""


def utc_now() -> datetime:
    """Return the moment, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


class Cases:
    """The cases, opened.

    Every action takes the `version` of the case that the officer saw, and returns the case as it stands after. It
    raises `CaseConflict` where somebody else acted since, `CaseError` where it cannot be done (see
    `analytics.cases.life`), is not explained, or there is no such case; then nothing is changed. Opened within an area
    they hold the cases of its districts alone: of another there is none.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now, area: str = "") -> None:
        self._database = database
        self._clock = clock
        self._area = require_area(area)

    def within(self, area: str, *, role: str = "") -> "Cases":
        """Return the cases of an area, on the same connections; empty = as they are.

        Args:
            area: Code of a region.
            role: In which role somebody acts on them, for the access log.

        Raises:
            CaseError: the area does not lie inside the one that these are limited to.
        """
        if not is_inside(area or self._area, self._area):
            raise CaseError("The area lies outside the one that may be seen.")
        database = self._database.acting(role) if role else self._database
        return Cases(database, clock=self._clock, area=area or self._area)

    def open(self, flags: pd.DataFrame, *, dataset: str, snapshot: str, officer: str, reason: str) -> Opened:
        """Open cases from flags.

        A flag that is in already opens nothing, also once its case is closed. A flag on a family whose case of the
        programme and side is not closed joins it.

        Args:
            flags: family_id, programme, side, kind, ref, village, district, evidence (a mapping that JSON can hold,
                without personal data), probability (of a random flag, else empty).
            dataset: Data set of the families.
            snapshot: Snapshot that flagged them.
            officer: Code of who opens them.
            reason: The same for all of them; it must not say which kind a case is.
        """
        require_officer(officer)
        require_text(reason=reason)
        if self._area and not all(is_inside(str(district), self._area) for district in flags["district"]):
            raise CaseError("A flag lies outside the area in which you may open cases.")
        with self._database.writing(lock=OPENING) as connection:
            now = self._clock()
            opened = add_flags(
                connection, flags, dataset=dataset, snapshot=snapshot, officer=officer, reason=reason, now=now
            )
            log_opened(connection, opened, dataset=dataset, snapshot=snapshot, officer=officer, now=now)
        return opened

    def case(self, id_: str) -> Case:
        """Return a case; its flags are None until the finding is recorded.

        Raises:
            CaseError: there is none of this id.
        """
        with self._database.reading() as connection:
            return reading.read(connection, id_, area=self._area)

    def queue(
        self,
        *,
        dataset: str = "",
        area: str = "",
        state: str = "",
        assignee: str = "",
        side: str = "",
        programme: str = "",
        page: int = 1,
        rows: int = 50,
    ) -> Page:
        """Return a page of the cases, deadline first.

        Args:
            dataset: Empty = all.
            area: Code of a region, e.g. 35.10 or 35.10.01; empty = all.
            state: Empty = all that are not closed.
            assignee: Code of an officer, `NOBODY` = assigned to nobody; empty = all.
            side: receives or missed; empty = both.
            programme: Empty = all.
            page: 1 = the first.
            rows: Of a page.

        Raises:
            CaseError: a filter names what there is not.
        """
        query = queue_query(dataset=dataset, area=area, state=state, assignee=assignee, side=side, programme=programme)
        query = query.where(inside(self._area, CASES.c.district))
        counted = sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
        with self._database.reading() as connection:
            return Page(
                rows=frame_of(connection, on_page(query, page=page, rows=rows)),
                total=connection.execute(counted).scalar_one(),
            )

    def history(self, id_: str) -> pd.DataFrame:
        """Return what was done about a case, oldest first.

        Returns:
            version, action, officer, at (UTC), reason, before, after (columns of the case that changed), undoes
            (version that the action takes back).
        """
        self.case(id_)
        columns = [column for column in EVENTS.c if column.name != "case"]
        return self._database.frame(sa.select(*columns).where(EVENTS.c.case == id_).order_by(EVENTS.c.version))

    def random_findings(self, dataset: str) -> pd.DataFrame:
        """Return what the random draw found: what flags and scores are measured by.

        Returns:
            id, family_id, programme, side, district, finding, blind, inclusion_probability of the cases in a random
            draw whose finding is recorded.
        """
        names = ("id", "family_id", "programme", "side", "district", "finding", "blind", "inclusion_probability")
        query = sa.select(*(CASES.c[name] for name in names)).where(
            CASES.c.dataset == dataset,
            CASES.c.finding.is_not(None),
            CASES.c.inclusion_probability.is_not(None),
            inside(self._area, CASES.c.district),
        )
        return self._database.frame(query.order_by(CASES.c.id))

    def assign(self, id_: str, *, officer: str, to: str, version: int, reason: str) -> Case:
        """Say who works on a case; an empty code takes it from whoever did."""
        if to:
            require_officer(to, what="assignee")
        return self._act(
            "assign", id_, lambda *_: {"assignee": to or None}, officer=officer, version=version, reason=reason
        )

    def record_finding(
        self,
        id_: str,
        *,
        officer: str,
        finding: str,
        evidence: str,
        records: Sequence[str],
        version: int,
        reason: str,
    ) -> Case:
        """Record what the visit found; from then on the case says why it was opened.

        Args:
            id_: Of the case.
            officer: Who visited.
            finding: entitled, not_entitled or cannot_tell.
            evidence: What was seen and heard.
            records: Which records were looked at, e.g. family card, wage record; empty = none.
            version: That the officer saw.
            reason: Why this follows from it.
        """
        require_text(evidence=evidence)
        for record in records:
            require_text(record=record)
        if finding not in life.FINDINGS:
            raise CaseError(f"There is no finding {finding!r}.", next_step=f"There are: {', '.join(life.FINDINGS)}.")

        def change(connection: sa.Connection, case: Case) -> dict[str, Any]:
            asked = not reading.kinds(connection, id_).isdisjoint(ASKED)
            return {
                "state": "found",
                "finding": finding,
                "found_by": officer,
                "evidence": evidence,
                "records": list(records),
                "blind": all(event["action"] != "find" for event in reading.events(connection, id_)),
                "adverse": life.is_adverse(case.side, finding, asked=asked),
            }

        return self._act("find", id_, change, officer=officer, version=version, reason=reason)

    def notice(self, id_: str, *, officer: str, version: int, reason: str) -> Case:
        """Keep the letter that tells the family of an adverse finding, and begin its days to answer.

        Args:
            id_: Of the case.
            officer: Who sends it.
            version: That the officer saw.
            reason: The reasons that the letter gives the family.
        """

        def change(_: sa.Connection, case: Case) -> dict[str, Any]:
            answer_by = life.day_of(self._clock()) + timedelta(days=life.ANSWER_DAYS)
            refs = [flag.ref for flag in case.flags or () if flag.kind == "rule"]
            correct = tuple(dict.fromkeys(rule.correct for rule in rulebook().rule if rule.id in refs))
            letter = notice(
                case.id, programme=case.programme, reason=reason, records=case.records, correct=correct,
                answer_by=answer_by,
            )  # fmt: skip
            return {"state": "noticed", "notice_id": letter.id, "notice_en": letter.en, "answer_by": answer_by}

        return self._act("notice", id_, change, officer=officer, version=version, reason=reason)

    def answer(self, id_: str, *, officer: str, text: str, version: int, reason: str) -> Case:
        """Record what the family answers; also after its days, until something is proposed."""
        require_text(answer=text)
        return self._act(
            "answer",
            id_,
            lambda *_: {"state": "answered", "answer": text},
            officer=officer,
            version=version,
            reason=reason,
        )

    def propose(self, id_: str, *, officer: str, outcome: str, version: int, reason: str) -> Case:
        """Propose what to recommend. Where the finding is not adverse one officer is enough, and the case is closed."""

        def change(_: sa.Connection, case: Case) -> dict[str, Any]:
            life.require_outcome(case, outcome)
            own = {"outcome": outcome, "proposed_by": officer}
            return own | ({"state": "proposed"} if case.adverse else self._closed())

        return self._act("propose", id_, change, officer=officer, version=version, reason=reason)

    def confirm(self, id_: str, *, officer: str, version: int, reason: str) -> Case:
        """Close a case as proposed, as the second officer."""
        return self._act(
            "confirm",
            id_,
            lambda *_: {"confirmed_by": officer} | self._closed(),
            officer=officer,
            version=version,
            reason=reason,
        )

    def send_back(self, id_: str, *, officer: str, version: int, reason: str) -> Case:
        """Send a proposal back to be made anew, as the second officer."""

        def change(_: sa.Connection, case: Case) -> dict[str, Any]:
            # Also where it goes back to "noticed": the family's days are over, and it is the officers who are due.
            due = life.day_of(self._clock()) + timedelta(days=life.DAYS["answered"])
            state = "answered" if case.answer else "noticed"
            return {"state": state, "outcome": None, "proposed_by": None, "due_on": due}

        return self._act("send_back", id_, change, officer=officer, version=version, reason=reason)

    def undo(self, id_: str, *, officer: str, version: int, reason: str) -> Case:
        """Take back the officer's own last action, within `life.UNDO_HOURS`, while nobody has acted since.

        A notice has gone out and stays. The history keeps both the action and its undoing; a finding that is recorded
        again after it was undone is marked as not blind, since the flags were seen.
        """
        require_officer(officer)
        require_text(reason=reason)
        with self._database.writing(lock=OPENING) as connection:
            case, now = self._seen(connection, id_, version), self._clock()
            life.require("undo", case, officer=officer, now=now)
            last = reading.events(connection, id_, since=version - 1)[-1]
            life.require_undoable(case, last, officer=officer, now=now)
            before = reading.revived(last["before"])
            if case.closed_at and reading.is_another_open(connection, case):
                raise CaseError(
                    f"Cannot undo the closing of case {id_}.", cause="Another case of the family was opened since."
                )
            return self._write(
                connection, case, "undo", before, officer=officer, reason=reason, now=now, undoes=last["version"]
            )

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def _act(self, action: life.Action, id_: str, change: Change, *, officer: str, version: int, reason: str) -> Case:
        require_officer(officer)
        require_text(reason=reason)
        with self._database.writing() as connection:
            case, now = self._seen(connection, id_, version), self._clock()
            life.require(action, case, officer=officer, now=now)
            changes = change(connection, case)
            if (state := changes.get("state", case.state)) != case.state and state != "closed":
                changes.setdefault("due_on", life.day_of(now) + timedelta(days=life.DAYS[state]))
            return self._write(connection, case, action, changes, officer=officer, reason=reason, now=now)

    def _seen(self, connection: sa.Connection, id_: str, version: int) -> Case:
        """Return a case that nobody else can change now, where it is still the version that the officer saw."""
        connection.execute(sa.select(CASES.c.id).where(CASES.c.id == id_).with_for_update())
        case = reading.read(connection, id_, area=self._area)
        if version == case.version:
            return case
        if not 0 < version < case.version:
            raise CaseError(f"Case {id_} has no version {version}.", next_step=f"It is at version {case.version}.")
        since = [
            f"{event['action'].replace('_', ' ')} by {event['officer']} on {event['at']:%Y-%m-%d %H:%M} UTC"
            for event in reading.events(connection, id_, since=version)
        ]
        raise CaseConflict(
            f"Somebody acted on case {id_} since you looked at it.",
            cause=f"After version {version}: {'; '.join(since)}.",
            next_step=f"Look at it again, it is at version {case.version} now. Nothing of yours was kept or changed.",
        )

    def _write(
        self,
        connection: sa.Connection,
        case: Case,
        action: life.Action,
        changes: dict[str, Any],
        *,
        officer: str,
        reason: str,
        now: datetime,
        undoes: int | None = None,
    ) -> Case:
        row = reading.row_of(connection, case.id)
        version = case.version + 1
        event = {
            "case": case.id,
            "version": version,
            "action": action,
            "officer": officer,
            "at": now.replace(tzinfo=None),
            "reason": reason,
            "before": reading.kept({name: row[name] for name in changes}),
            "after": reading.kept(changes),
            "undoes": undoes,
        }
        connection.execute(EVENTS.insert(), event)
        connection.execute(CASES.update().where(CASES.c.id == case.id), changes | {"version": version})
        said: dict[str, Any] = {name: changes[name] for name in ("state", "finding", "outcome") if name in changes}
        append(
            connection, actor=officer, action="decide_case", kind="case", ref=case.id, at=now,
            details=said | {"action": action, "version": version},
        )  # fmt: skip
        return reading.read(connection, case.id)

    def _closed(self) -> dict[str, Any]:
        return {"state": "closed", "closed_at": self._clock().replace(tzinfo=None), "due_on": None}


def open_cases(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Cases:
    """Open the cases of the register that the settings name, making its tables at first use.

    Args:
        settings: Home and register.
        clock: The moment, in UTC with its zone.

    Raises:
        SettingsError, RegisterError: as `analytics.register.open_database`.
    """
    return Cases(open_database(settings), clock=clock)
