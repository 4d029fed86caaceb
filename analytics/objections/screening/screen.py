"""Screening: every usul and sanggah gets a recommendation with its reasons. The portal decides; nothing is written."""

from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import add, or_
from typing import Any, Final, Literal

import ibis
import pandas as pd

from analytics.eligibility import Rulebook, rulebook
from analytics.eligibility.verdicts import SEPARATOR
from analytics.objections.screening.doubting import Remark, doubts, supports
from analytics.objections.screening.facts import CASE, Facts, Noted, gather
from analytics.objections.screening.patterns import PATTERNS
from analytics.objections.screening.rejecting import Rejection, rejections
from analytics.objections.screening.steps import Keep, cached
from analytics.objections.screening.thresholds import Thresholds
from analytics.store import Warehouse

Result = Literal["accept_for_check", "reject", "needs_visit"]
RESULTS: Final[tuple[Result, ...]] = ("accept_for_check", "needs_visit", "reject")
ADMISSIBLE: Final = "admissible"
LISTS: Final = ("rejected_by", "doubts", "supports", "patterns")
"""Columns of codes, separated by `;`."""


@dataclass(frozen=True, kw_only=True)
class Screened:
    """The recommendations.

    Attributes:
        rows: Ibis table, one row an objection: `CASE`, direction, result, rejected_by (a rejection has at least one),
            doubts, supports, patterns (codes of PATTERNS; each is among the doubts too), codes (all of them), and the
            facts that the reasons tell.
        book: The rules.
        day: Day of rules and ages.
        rules: Ids of the programmes' rules.
        reasons: Every reason that could be given, by code.
    """

    rows: Any
    book: Rulebook
    day: date
    rules: tuple[str, ...]
    reasons: dict[str, Rejection | Remark]

    def of(self, rows: Any) -> "Screened":
        """Return the same screening of some of its rows."""
        return replace(self, rows=rows)


def screen(warehouse: Warehouse, *, pairs: pd.DataFrame | None = None, limits: Thresholds | None = None) -> Screened:
    """Screen the objections of a snapshot; of one that is limited to an area, those about its families.

    Each is judged by decisions, payments and objections up to its own filing, and by the family's record as it is in
    the snapshot.

    Args:
        warehouse: The snapshot.
        pairs: Families that may be one, see `duplicates.PAIR_COLUMNS`.
        limits: Thresholds, None = those in force.

    Raises:
        ScreeningError: the data set has no objections.
    """
    tables = {name: warehouse.table(name) for name in warehouse.names("tables")}
    return screen_tables(
        tables, rulebook(), day=warehouse.manifest.day, pairs=pairs, limits=limits, keep=warehouse.keep
    )


def screen_tables(
    tables: dict[str, Any],
    book: Rulebook,
    *,
    day: date,
    pairs: pd.DataFrame | None = None,
    limits: Thresholds | None = None,
    keep: Keep = cached,
) -> Screened:
    """Screen Ibis tables of the contract on one connection; see `screen`."""
    rows, rules = gather(tables, book, day=day, limits=limits or Thresholds(), pairs=pairs, keep=keep)
    rejecting, doubting, supporting = rejections(rules), doubts(rules), supports(rules)
    facts, noted = Facts(rows, rules), Noted(rows, rules)
    flags = {reason.code: _sure(reason.when(facts)) for reason in rejecting}
    flags |= {remark.code: _sure(remark.when(noted)) for remark in (*doubting, *supporting)}
    groups = {
        "rejected_by": [reason.code for reason in rejecting],
        "doubts": [remark.code for remark in doubting],
        "supports": [remark.code for remark in supporting],
        "patterns": list(PATTERNS),
    }
    rows = keep(rows.mutate(**{f"is_{code}": flag for code, flag in flags.items()}))
    rows = keep(rows.mutate(**{name: _listed(rows, codes) for name, codes in groups.items()}))
    rows = rows.mutate(
        result=ibis.cases((rows.rejected_by != "", "reject"), (rows.doubts != "", "needs_visit"),
                          else_="accept_for_check")
    )  # fmt: skip
    bare = (rows.result == "accept_for_check") & (rows.supports == "")
    rows = rows.mutate(supports=bare.ifelse(ADMISSIBLE, rows.supports))
    said = [(rows[name] != "").ifelse(rows[name] + ibis.literal(SEPARATOR), "") for name in LISTS[:3]]
    rows = rows.mutate(codes=reduce(add, said).re_replace(f"{SEPARATOR}$", ""))
    every: tuple[Rejection | Remark, ...] = (*rejecting, *doubting, *supporting)
    told = {reason.date for reason in every if reason.date}
    records = [f"{part}_{rule}" for rule in rules for part in ("source", "date")]
    kept = rows.select(*CASE, "direction", "result", *LISTS, "codes", *sorted(told), *records)
    return Screened(rows=kept, book=book, day=day, rules=rules, reasons={reason.code: reason for reason in every})


def shows_any(rows: Any) -> Any:
    """Return whether an objection shows a pattern that is told to the inspectorate."""
    return reduce(or_, (rows.patterns.contains(name) for name in PATTERNS))


def _sure(flag: Any) -> Any:
    return flag.fill_null(ibis.literal(value=False))


def _listed(rows: Any, codes: list[str]) -> Any:
    """Return the codes whose flag holds, separated by `;`."""
    parts = [rows[f"is_{code}"].ifelse(f"{code}{SEPARATOR}", "") for code in codes]
    return reduce(add, parts).re_replace(f"{SEPARATOR}$", "")
