"""What the programmes' rules and the registers behind them say of each objection's family."""

from datetime import date, timedelta
from typing import Any, Final

import ibis

from analytics.eligibility import Rule, Rulebook
from analytics.eligibility.circumstances import family_circumstances
from analytics.eligibility.verdicts import refusal
from validation.contract import CROSS_CHECKS

SETTLES: Final = frozenset({"rule"})
"""Status of the rules that may reject: a regulation's. One that rests on the press or an assumption sends somebody."""
UNSETTLED: Final = frozenset({"decile", "no_category"})
"""Circumstances that settle nothing whatever the rule's status: the decile is an estimate of welfare, which usul and
sanggah are there to correct; a member is with child, of school age or 60 before a record says so."""
DAYS_A_YEAR: Final = 365.25


def rules_of(book: Rulebook, day: date) -> dict[str, dict[str, Rule]]:
    """Return rule id to programme to the rule in force on a day."""
    found: dict[str, dict[str, Rule]] = {}
    for programme in book.programmes():
        for rule in book.in_force(programme, day):
            found.setdefault(rule.id, {})[programme] = rule
    return found


def settles(rule: Rule) -> bool:
    """Return whether a rule may reject by itself."""
    return rule.status in SETTLES and rule.column not in UNSETTLED


def with_records(rows: Any, tables: dict[str, Any], book: Rulebook, *, day: date, stale_years: int) -> Any:
    """Add what each rule says of the objection's programme.

    Args:
        rows: Objections: family_id, programme.
        tables: Ibis tables of the contract: families, and persons where there are any.
        book: The rules.
        day: Day of rules and ages.
        stale_years: A record that is older is stale.

    Returns:
        `rows` with, for each rule id: `says_ID` (true = refuses, empty = not known or no rule of the programme),
        `asked_ID` (the programme has the rule), `settles_ID` (a regulation), `source_ID`, `date_ID` (of the record;
        empty where it is none of another register's), `sound_ID` (names its source and date, and is not stale), and
        nobody_recorded (persons are known, and none of this family).
    """
    named: list[str] = [name for name in ("families", "persons") if name in tables]
    own = {name: tables[name].semi_join(rows, "family_id") for name in named}
    facts = family_circumstances(own, limits=book.limits, day=day).drop("village")
    records = own["families"].select(
        "family_id", *(f"{name}_{part}" for name in CROSS_CHECKS for part in ("source", "date"))
    )
    facts = facts.left_join(records, "family_id").drop("family_id_right")
    rules = rules_of(book, day)
    # A rule of two programmes may have two thresholds: both answers stand by until the programme is known.
    answers = {
        f"{rule_id}__{programme}": refusal(facts, rule)
        for rule_id, by_programme in rules.items()
        for programme, rule in by_programme.items()
    }
    facts = facts.mutate(**answers)
    joined = rows.left_join(facts, "family_id").drop("family_id_right")
    added: dict[str, Any] = {}
    for rule_id, by_programme in rules.items():
        added |= _of_rule(joined, rule_id, by_programme, stale=day - timedelta(days=round(stale_years * DAYS_A_YEAR)))
    joined = joined.mutate(**added).select(*rows.columns, *added)
    if "persons" not in tables:
        return joined.mutate(nobody_recorded=ibis.literal(value=False))
    members = own["persons"].group_by("family_id").aggregate(members=own["persons"].count())
    found = joined.left_join(members, "family_id").drop("family_id_right")
    return found.mutate(nobody_recorded=found.members.isnull()).drop("members")


def _of_rule(rows: Any, rule_id: str, rules: dict[str, Rule], *, stale: date) -> dict[str, Any]:
    column = next(iter(rules.values())).column
    checked = column in CROSS_CHECKS
    source = rows[f"{column}_source"] if checked else ibis.null("string")
    on = rows[f"{column}_date"] if checked else ibis.null("date")
    sound = source.notnull() & on.notnull() & (on >= ibis.literal(stale)) if checked else ibis.literal(value=True)
    says = ((rows.programme == programme, rows[f"{rule_id}__{programme}"]) for programme in rules)
    return {
        f"says_{rule_id}": ibis.cases(*says, else_=ibis.null("boolean")),
        f"asked_{rule_id}": rows.programme.isin(list(rules)),
        f"settles_{rule_id}": rows.programme.isin([name for name, rule in rules.items() if settles(rule)]),
        f"source_{rule_id}": source,
        f"date_{rule_id}": on,
        f"sound_{rule_id}": sound.fill_null(ibis.literal(value=False)),
    }
