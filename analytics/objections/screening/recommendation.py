"""One objection's recommendation as an object that cannot break the screening's first rule."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from analytics.objections.screening.errors import ScreeningError
from analytics.objections.screening.reasons import Sort
from analytics.objections.screening.screen import Result, Screened
from analytics.objections.screening.telling import told
from analytics.store import Warehouse
from validation.text import Text


@dataclass(frozen=True, kw_only=True)
class Told:
    """A reason in words, with the record that could be corrected."""

    code: str
    sort: Sort
    says: Text
    correct: Text
    register: str
    """Who keeps the record that it rests on, empty for none."""
    recorded_on: date | None


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """What the screening says of one objection; the portal decides.

    Raises:
        ScreeningError: it rejects without a deterministic reason, has such a reason and does not reject, or gives none.
    """

    objection_id: str
    kind: str
    family_id: str
    programme: str
    grounds: str
    filed_at: datetime
    result: Result
    patterns: tuple[str, ...]
    reasons: tuple[Told, ...]

    def __post_init__(self) -> None:
        """Refuse what no rule supports."""
        if (self.result == "reject") != any(reason.sort == "rejects" for reason in self.reasons):
            raise ScreeningError("Deterministic reasons reject, and nothing else does.")
        if not self.reasons:
            raise ScreeningError("A recommendation without a reason is none.")


def recommendations(warehouse: Warehouse, screened: Screened, *, most: int) -> list[Recommendation]:
    """Return the recommendations of the objections that were filed last, the newest first.

    Args:
        warehouse: The snapshot that was screened.
        screened: Its screening, whole or filtered.
        most: How many.
    """
    cases = screened.rows.order_by([screened.rows.filed_at.desc(), "objection_id"]).limit(most)
    found = warehouse.run(cases)
    few = screened.rows.filter(screened.rows.objection_id.isin(found["objection_id"].tolist()))
    reasons = warehouse.run(told(screened.of(few)))
    by_case = dict(tuple(reasons.groupby("objection_id", sort=False)))
    return [_recommendation(row, by_case[row["objection_id"]]) for row in found.to_dict("records")]


def _recommendation(row: dict[Any, Any], reasons: pd.DataFrame) -> Recommendation:
    return Recommendation(
        objection_id=row["objection_id"],
        kind=row["kind"],
        family_id=row["family_id"],
        programme=row["programme"],
        grounds=row["grounds"],
        filed_at=row["filed_at"].to_pydatetime(),
        result=row["result"],
        patterns=tuple(filter(None, row["patterns"].split(";"))),
        reasons=tuple(
            Told(
                code=reason["code"],
                sort=reason["sort"],
                says=Text(reason["says_id"], reason["says_en"]),
                correct=Text(reason["correct_id"], reason["correct_en"]),
                register="" if pd.isna(reason["register"]) else reason["register"],
                recorded_on=None if pd.isna(reason["recorded_on"]) else reason["recorded_on"],
            )
            for reason in reasons.sort_values("code").to_dict("records")
        ),
    )
