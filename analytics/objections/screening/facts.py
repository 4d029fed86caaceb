"""What is known of each objection, gathered; and which of it a rule may read.

A rejecting rule reads `Facts`: records, decisions, payments, earlier objections. Neither a pattern nor a score is among
them, so that none can reject: a pattern stands in `Noted` alone, and no score is in this package at all.
"""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Final

import ibis
import pandas as pd

from analytics.eligibility import Rulebook
from analytics.objections.screening.duplicates import with_duplicates
from analytics.objections.screening.errors import ScreeningError
from analytics.objections.screening.grounds import CONTESTS, contests, direction
from analytics.objections.screening.history import with_history
from analytics.objections.screening.patterns import PATTERNS, with_patterns
from analytics.objections.screening.records import rules_of, with_records
from analytics.objections.screening.standing import with_standing
from analytics.objections.screening.steps import Keep
from analytics.objections.screening.thresholds import Thresholds
from validation.contract import CROSS_CHECKS

OF_CASE: Final = ("kind", "programme", "grounds", "direction", "known_programme")
OF_STANDING: Final = ("standing", "decided_on", "paid_on")
OF_HISTORY: Final = ("open_since", "rejected_on", "rejected_unseen_on", "upheld_on", "unchanged")
OF_FAMILY: Final = ("maybe_double", "double_receives", "nobody_recorded")
PLAIN: Final = (*OF_CASE, *OF_STANDING, *OF_HISTORY, *OF_FAMILY)
"""Facts that a rejecting rule may read, beside what the programmes' rules say."""
NOTED: Final = (*PATTERNS, "registered_by_agent")
CASE: Final = (
    "objection_id", "family_id", "village", "kind", "programme", "grounds", "filed_by", "channel", "filed_at",
    "screened_at", "screening", "resolved_at", "outcome", "filer", "agent_id", "device",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """Columns that a rejecting rule may read; any other is refused."""

    rows: Any
    rules: tuple[str, ...]

    def __getitem__(self, name: str) -> Any:
        """Return a column of PLAIN.

        Raises:
            ScreeningError: it is none: a pattern, a score, who filed.
        """
        if name not in self.readable():
            raise ScreeningError(f"{name!r} is no fact that this rule may read.")
        return self.rows[name]

    def readable(self) -> tuple[str, ...]:
        """Return the columns that may be read."""
        return PLAIN

    def says(self, rule: str) -> Any:
        """Return whether a rule refuses, empty where it is not known."""
        return self.rows[f"says_{self._known(rule)}"]

    def refuses(self, rule: str) -> Any:
        """Return whether a rule is known to refuse."""
        return self.says(rule).fill_null(ibis.literal(value=False))

    def asked(self, rule: str) -> Any:
        """Return whether the programme has a rule."""
        return self.rows[f"asked_{self._known(rule)}"]

    def settles(self, rule: str) -> Any:
        """Return whether a rule is a regulation's, on a circumstance that a record can settle."""
        return self.rows[f"settles_{self._known(rule)}"]

    def sound(self, rule: str) -> Any:
        """Return whether the record behind a rule names its source and date, and is not stale."""
        return self.rows[f"sound_{self._known(rule)}"]

    def sourced(self, rule: str) -> Any:
        """Return whether the record behind a rule names its source and date."""
        return self.rows[f"source_{self._known(rule)}"].notnull() & self.rows[f"date_{rule}"].notnull()

    def contested(self, rule: str) -> Any:
        """Return whether the ground says that the record behind a rule is wrong."""
        return contests(self.rows, self._known(rule))

    def is_a(self, direction_: str) -> Any:
        """Return whether the objection speaks for a family, against it, or of a misused NIK."""
        return self.rows.direction == direction_

    def names_records(self) -> Any:
        """Return whether the ground names records that registers hold."""
        return self.rows.grounds.isin([ground for ground, rules in CONTESTS.items() if set(rules) & set(CROSS_CHECKS)])

    def contests_a_refusal(self) -> Any:
        """Return whether a rule refuses by a record that the ground calls wrong."""
        return reduce(or_, (self.refuses(rule) & self.contested(rule) for rule in self.rules))

    def is_supported(self) -> Any:
        """Return whether a regulation refuses by a sound record, which is what an objection against a family says."""
        found = (self.refuses(rule) & self.settles(rule) & self.sound(rule) for rule in self.rules)
        return self.is_a("against") & reduce(or_, found)

    def _known(self, rule: str) -> str:
        if rule not in self.rules:
            raise ScreeningError(f"There is no rule {rule!r}.", next_step=f"Known are: {', '.join(self.rules)}.")
        return rule


@dataclass(frozen=True)
class Noted(Facts):
    """The same with the patterns: what a doubt may read, which sends somebody and rejects nothing."""

    def readable(self) -> tuple[str, ...]:
        """Return the columns that may be read."""
        return (*PLAIN, *NOTED)


def gather(
    tables: dict[str, Any], book: Rulebook, *, day: date, limits: Thresholds, pairs: pd.DataFrame | None, keep: Keep
) -> tuple[Any, tuple[str, ...]]:
    """Return one row an objection with all facts, and the ids of the rules.

    Raises:
        ScreeningError: the data set has no objections.
    """
    if "objections" not in tables:
        raise ScreeningError(
            "This data set has no usul and sanggah.", next_step="Map the table `objections`; see docs/mapping.md."
        )
    villages = tables["families"].select("family_id", "village")
    rows = tables["objections"].join(villages, "family_id").select(*CASE)
    rows = rows.mutate(programme=rows.programme.coalesce(""))
    rows = rows.mutate(direction=direction(rows))
    rows = keep(_with_known_programme(rows, tables, book))
    rows = keep(with_patterns(rows, tables, limits, keep=keep))
    rows = keep(with_standing(rows, tables, keep=keep))
    rows = keep(with_history(rows, tables, repeat_days=limits.repeat_days, keep=keep))
    rows = keep(with_duplicates(rows, tables, pairs, keep=keep))
    rows = keep(with_records(rows, tables, book, day=day, stale_years=limits.stale_years))
    return rows, tuple(rules_of(book, day))


def _with_known_programme(rows: Any, tables: dict[str, Any], book: Rulebook) -> Any:
    """Say whether the portal has the programme: rules, decisions or payments of it."""
    ruled = rows.programme.isin(["", *book.programmes()])
    named = [tables[name].select("programme").distinct() for name in ("decisions", "payments") if name in tables]
    if not named:
        return rows.mutate(known_programme=ruled)
    run = ibis.union(*named, distinct=True) if len(named) > 1 else named[0]
    run = run.mutate(run=ibis.literal(value=True))
    joined = rows.left_join(run, "programme").drop("programme_right")
    return joined.mutate(known_programme=joined.run.notnull() | joined.programme.isin(["", *book.programmes()])).drop(
        "run"
    )
