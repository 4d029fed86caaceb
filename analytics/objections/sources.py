"""What correcting a data source would change in both targeting errors, judged by the random field checks.

Objections say which source is contested; they cannot say what it costs, since who objects chooses to. The field checks
can: each was drawn with a known probability, and says whether the family is entitled. Two lists are compared with the
one that all rules make, both of families that this source alone refuses:

- corrected: those of them that a field check found entitled are listed. Assumed: where a field check finds a family
  entitled that one record alone refuses, the record is wrong and would be corrected; where it finds it not entitled,
  the record is right. What a source fails to see (a car that is not in it) stays as it is, and so does a threshold that
  is itself wrong: both would need other records.
- ignored: all of them are listed. What the source is worth: correcting it can do no better for exclusion, and ignoring
  it costs inclusion.

Every rule looks at one record, so a rule's id names its source; ranking, quotas and registration stay as they are.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from analytics.disclosure import SMALLEST
from analytics.eligibility import VERDICTS
from analytics.eligibility.rulebook import Rulebook
from analytics.eligibility.what_if import list_errors, listed_checks
from analytics.metrics.filters import VILLAGE_DEPTH, Filters
from analytics.store import Warehouse

WAYS: Final = ("corrected", "ignored")
ERROR_COLUMNS: Final = ["source", "way", "error"]


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """What each source costs a programme.

    Attributes:
        refused: One row a source: source, families (refused by it, whatever else refuses them), alone (by it alone);
            counts of few are empty.
        errors: One row a source, way (`WAYS`) and error: before, after, change with their intervals and n, as
            `analytics.eligibility.what_if` gives them; empty without field checks.
        periods: Periods of the field checks.
    """

    refused: pd.DataFrame
    errors: pd.DataFrame
    periods: tuple[str, ...]


def corrections(
    warehouse: Warehouse, programme: str, book: Rulebook, *, day: date, filters: Filters | None = None
) -> Corrections | None:
    """Return what correcting, and what ignoring, each source would change; None where no rule was applied.

    Args:
        warehouse: The snapshot.
        programme: PKH, BPNT.
        book: The rules in force when the snapshot was made.
        day: Its day.
        filters: Only the area is used: a rule knows no channel and no day.
    """
    rules = book.in_force(programme, day)
    if VERDICTS not in warehouse.names("derived") or not rules:
        return None
    rows = warehouse.table(VERDICTS, room="derived")
    rows = _inside(rows.filter(rows.programme == programme), filters)
    found = warehouse.run(rows.group_by("refused_by").aggregate(n=rows.count()))
    if found.empty:
        return None
    sources = [rule.id for rule in rules]
    checks, periods = listed_checks(warehouse, rows.select("family_id", "refused_by"), programme)
    return Corrections(refused=_refused(found, sources), errors=_errors(checks, sources), periods=periods)


def _inside(rows: Any, filters: Filters | None) -> Any:
    area = filters.area if filters else ""
    if not area:
        return rows
    inside = rows.village == area if area.count(".") == VILLAGE_DEPTH else rows.village.startswith(f"{area}.")
    return rows.filter(inside)


def _refused(found: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    named = found["refused_by"].str.split(";")
    refused = pd.DataFrame(
        {
            "source": sources,
            "families": [int(found.loc[[source in names for names in named], "n"].sum()) for source in sources],
            "alone": [int(found.loc[found["refused_by"] == source, "n"].sum()) for source in sources],
        }
    )
    for name in ("families", "alone"):
        refused[name] = refused[name].astype("Int64").mask(refused[name].between(1, SMALLEST - 1))
    return refused


def _errors(checks: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    """Estimate both errors of the list before and after, for each source and way."""
    if checks.empty:
        return pd.DataFrame(columns=ERROR_COLUMNS)
    before = checks["refused_by"] == ""
    entitled = checks["entitled"].astype(bool)
    parts = []
    for source in sources:
        alone = checks["refused_by"] == source
        if not alone.any():
            continue
        for way in WAYS:
            moved = alone & entitled if way == "corrected" else alone
            listed = checks.assign(domain="", before=before, after=before | moved)
            parts.append(list_errors(listed).assign(source=source, way=way))
    if not parts:
        return pd.DataFrame(columns=ERROR_COLUMNS)
    errors = pd.concat(parts, ignore_index=True).drop(columns="domain")
    return errors[[*ERROR_COLUMNS, *(name for name in errors if name not in ERROR_COLUMNS)]]
