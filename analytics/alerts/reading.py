"""Reading the alerts of an area, and acknowledging one: somebody looks after it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from analytics.access.areas import inside, is_inside, require_area
from analytics.access_log import append
from analytics.alerts.catalogue import entry_of
from analytics.alerts.errors import AlertError
from analytics.alerts.observation import SEVERITIES
from analytics.alerts.tables import ALERTS, JUDGED
from analytics.cases.cases import utc_now
from analytics.cases.errors import CaseError
from analytics.cases.wording import require_officer, require_text
from analytics.register import Database, open_database
from analytics.settings import Settings


@dataclass(frozen=True)
class Judgement:
    """When the alerts of a data set were last judged, on which snapshot, and the codes that could not be."""

    at: datetime
    snapshot: str
    failed: tuple[str, ...]


class Alerts:
    """The alerts, opened. Within an area they are those of its regions alone: of the whole data set there is none."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now, area: str = "") -> None:
        self._database = database
        self._clock = clock
        self._area = require_area(area)

    def within(self, area: str) -> "Alerts":
        """Return the alerts of an area, on the same connections; empty = as they are.

        Raises:
            AlertError: the area does not lie inside the one that these are limited to.
        """
        if not is_inside(area or self._area, self._area):
            raise AlertError("The area lies outside the one that may be seen.")
        return Alerts(self._database, clock=self._clock, area=area or self._area)

    def listed(self, dataset: str, *, everything: bool = False) -> pd.DataFrame:
        """Return the alerts of a data set that are open, or all there ever were: the worst first, the whole before its
        regions.

        Returns:
            The columns of `analytics.alerts.tables.ALERTS` (times naive UTC).
        """
        query = sa.select(ALERTS).where(ALERTS.c.dataset == dataset, inside(self._area, ALERTS.c.area))
        if not everything:
            query = query.where(ALERTS.c.closed_at.is_(None))
        found = self._database.frame(query.order_by(ALERTS.c.opened_at.desc(), ALERTS.c.id))
        order = pd.DataFrame(
            {
                "closed": found["closed_at"].notna(),
                "severity": [-SEVERITIES.index(severity) for severity in found["severity"]],
                "part": found["area"] != "",
                "excess": -found["excess"].astype(float),
            }
        )
        order = order.sort_values(["closed", "severity", "part", "excess"], kind="stable")
        return found.loc[order.index].reset_index(drop=True)

    def judgement(self, dataset: str) -> Judgement | None:
        """Return when the alerts were last judged, None = never."""
        query = sa.select(JUDGED).where(JUDGED.c.dataset == dataset)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Judgement(row.at, row.snapshot, tuple(row.failed))

    def acknowledge(
        self, dataset: str, code: str, *, by: str, reason: str, role: str = "", area: str = "", programme: str = "",
        number: int | None = None,
    ) -> int:  # fmt: skip
        """Say that somebody looks after the open alerts of a code, and return how many; they stay open.

        Args:
            dataset: Data set.
            code: Code of the catalogue.
            by: Staff code.
            reason: What is done about it.
            role: In which role; for the access log.
            area: Those of a region and inside it; empty = all.
            programme: Those of a programme; empty = all.
            number: That one alone, by its id.

        Raises:
            AlertError: there is no such open alert, or it is not said by whom or why.
        """
        entry_of(code)
        try:
            require_officer(by)
            require_text(reason=reason)
        except CaseError as error:
            raise AlertError(error.message, cause=error.cause, next_step=error.next_step) from error
        which = [ALERTS.c.dataset == dataset, ALERTS.c.code == code, ALERTS.c.closed_at.is_(None)]
        which += [inside(self._area, ALERTS.c.area), inside(area, ALERTS.c.area)]
        which += [ALERTS.c.programme == programme] if programme else []
        which += [] if number is None else [ALERTS.c.id == number]
        now = self._clock().replace(tzinfo=None)
        values: dict[str, Any] = {"acknowledged_by": by, "acknowledged_at": now, "acknowledged_reason": reason}
        with self._database.writing() as connection:
            count = connection.execute(ALERTS.update().where(*which).values(values)).rowcount
            if not count:
                raise AlertError(
                    f"No alert {code} is open here.", next_step="`tepat alerts list` shows those that are."
                )
            append(
                connection, actor=by, role=role, action="acknowledge_alert", kind="alert", ref=code,
                details={"area": area or self._area, "programme": programme, "alerts": count},
            )  # fmt: skip
        return count

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()


def open_alerts(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Alerts:
    """Open the alerts of the register that the settings name.

    Raises:
        SettingsError, RegisterError: as `analytics.register.open_database`.
    """
    return Alerts(open_database(settings), clock=clock)
