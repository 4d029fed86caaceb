"""What the rules say of every family: refused by which of them, and what is not known.

Kleene's three-valued logic: one rule that refuses is enough; a family is entitled by the rules only where every rule is
known to pass; in between nobody knows, and the answer says which record is missing.
"""

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import add, or_
from typing import Any, Literal

import ibis

from analytics.eligibility.circumstances import CIRCUMSTANCES, family_circumstances
from analytics.eligibility.rulebook import Rule, Rulebook, RuleError

VERDICTS = "verdicts"
"""Name of the table in the room `derived`."""
Verdict = Literal["not_entitled", "unknown", "entitled"]
Outcome = Literal["refuses", "unknown", "passes"]
SEPARATOR = ";"


def verdicts(tables: dict[str, Any], book: Rulebook, *, day: date, programmes: Sequence[str] = ()) -> Any:
    """Return what the rules in force on a day say, as an Ibis table.

    Args:
        tables: Ibis tables of the contract, on one connection.
        book: The rules.
        day: Day of rules, ages and amounts.
        programmes: Empty = all that have rules.

    Returns:
        | column | holds |
        |---|---|
        | family_id, programme, village | the family |
        | verdict | not_entitled, unknown, entitled |
        | refused_by | ids of the rules that refuse, separated by `;` |
        | unknown | ids of the rules that could not be told |
        | a_year | rupiah a year that the family's record comes to, were it entitled; empty where no member is known |

    Raises:
        RuleError: a rule names a circumstance that there is not.
    """
    circumstances = family_circumstances(tables, limits=book.limits, day=day)
    parts = [_of_programme(circumstances, book, name, day) for name in programmes or book.programmes()]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def refusal(circumstances: Any, rule: Rule) -> Any:
    """Return whether a rule refuses: true, false, or empty where its circumstance is unknown.

    Raises:
        RuleError: the circumstance is not known to Tepat.
    """
    if rule.column not in CIRCUMSTANCES:
        raise RuleError(
            f"The rule {rule.id!r} looks at {rule.column!r}.",
            cause="There is no such circumstance.",
            next_step=f"Known are: {', '.join(CIRCUMSTANCES)}.",
        )
    circumstance = circumstances[rule.column]
    return circumstance == rule.value if rule.test == "is" else circumstance > rule.value


def _of_programme(circumstances: Any, book: Rulebook, programme: str, day: date) -> Any:
    rules = book.in_force(programme, day)
    outcomes = {rule.id: refusal(circumstances, rule) for rule in rules}
    no = ibis.literal(value=False)
    refused = reduce(or_, (outcome.fill_null(no) for outcome in outcomes.values()), no)
    unknown = reduce(or_, (outcome.isnull() for outcome in outcomes.values()), no)
    amount = {"PKH": circumstances.pkh_a_year, "BPNT": circumstances.bpnt_a_year}.get(programme, ibis.null("int64"))
    return circumstances.select(
        "family_id",
        "village",
        programme=ibis.literal(programme),
        verdict=ibis.cases((refused, "not_entitled"), (unknown, "unknown"), else_="entitled"),
        refused_by=_listed({name: outcome.fill_null(no) for name, outcome in outcomes.items()}),
        unknown=_listed({name: outcome.isnull() for name, outcome in outcomes.items()}),
        a_year=amount,
    )


def _listed(flags: dict[str, Any]) -> Any:
    """Return the names whose flag holds, separated by `;`."""
    parts = [flag.ifelse(f"{name}{SEPARATOR}", "") for name, flag in flags.items()]
    return reduce(add, parts, ibis.literal("")).re_replace(f"{SEPARATOR}$", "")
