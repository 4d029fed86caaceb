"""What sends somebody to look, and what a desk can settle: neither rejects."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from analytics.objections.screening.facts import Noted
from analytics.objections.screening.grounds import KNOWN, SEEN
from analytics.objections.screening.patterns import PATTERNS
from validation.contract import CROSS_CHECKS


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A doubt (somebody should look) or a support (the desk can settle it); as in `Rejection`."""

    code: str
    when: Callable[[Noted], Any]
    rule: str = ""
    date: str = ""


def doubts(rules: tuple[str, ...]) -> tuple[Remark, ...]:
    """Return every reason for a visit."""
    return (
        Remark(code="programme_missing", when=lambda facts: facts["programme"] == ""),
        Remark(
            code="standing_unknown",
            when=lambda facts: ~facts.is_a("misuse") & (facts["standing"] == "unknown") & (facts["programme"] != ""),
        ),
        Remark(code="records_conflict", when=lambda facts: facts["standing"] == "conflict", date="decided_on"),
        Remark(
            code="paid_undecided",
            when=lambda facts: facts.is_a("claim") & (facts["standing"] == "paid_undecided"),
            date="paid_on",
        ),
        Remark(
            code="seen_at_home",
            when=lambda facts: facts["grounds"].isin(list(SEEN)) & ~facts.is_a("misuse") & ~facts.is_supported(),
        ),
        Remark(code="ground_unknown", when=lambda facts: facts["grounds"].notin(list(KNOWN))),
        Remark(
            code="ground_not_in_record",
            when=lambda facts: facts.is_a("claim") & facts.names_records() & ~facts.contests_a_refusal(),
        ),
        Remark(
            code="repeat_undated",
            when=lambda facts: facts["rejected_on"].notnull() & facts["unchanged"].isnull(),
            date="rejected_on",
        ),
        Remark(
            code="repeat_unseen",
            when=lambda facts: facts["rejected_unseen_on"].notnull() & facts["rejected_on"].isnull(),
            date="rejected_unseen_on",
        ),
        Remark(code="maybe_double", when=lambda facts: facts["maybe_double"]),
        Remark(code="nobody_recorded", when=lambda facts: facts["nobody_recorded"]),
        Remark(
            code="nothing_registered",
            when=lambda facts: facts.is_a("misuse") & ~facts["registered_by_agent"],
        ),
        *(Remark(code=name, when=partial(_shows, pattern=name)) for name in PATTERNS),
        *(Remark(code=f"unknown.{rule}", when=partial(_unknown, rule=rule), rule=rule) for rule in rules),
        *(
            Remark(code=f"{name}.{rule}", when=partial(when, rule=rule), rule=rule)
            for name, when in (("undated", _undated), ("stale", _stale))
            for rule in rules
            if rule in CROSS_CHECKS
        ),
        *(Remark(code=f"unsettled.{rule}", when=partial(_unsettled, rule=rule), rule=rule) for rule in rules),
    )


def supports(rules: tuple[str, ...]) -> tuple[Remark, ...]:
    """Return what a desk can settle by a record; `admissible` holds where no other reason of any sort does."""
    return (
        Remark(
            code="listed_unpaid",
            when=lambda facts: facts.is_a("claim") & (facts["standing"] == "listed"),
            date="decided_on",
        ),
        Remark(
            code="changed_since",
            when=lambda facts: facts["rejected_on"].notnull() & ~facts["unchanged"],
            date="rejected_on",
        ),
        Remark(code="upheld_before", when=lambda facts: facts["upheld_on"].notnull(), date="upheld_on"),
        *(Remark(code=f"contested.{rule}", when=partial(_contested, rule=rule), rule=rule) for rule in rules),
        *(Remark(code=f"supported.{rule}", when=partial(_supported, rule=rule), rule=rule) for rule in rules),
    )


def _shows(facts: Noted, *, pattern: str) -> Any:
    return facts[pattern]


def _unknown(facts: Noted, *, rule: str) -> Any:
    """What is not known matters where the ground names no refusal that a desk could settle."""
    return facts.is_a("claim") & facts.asked(rule) & facts.says(rule).isnull() & ~facts.contests_a_refusal()


def _undated(facts: Noted, *, rule: str) -> Any:
    return facts.is_a("claim") & facts.refuses(rule) & ~facts.contested(rule) & ~facts.sourced(rule)


def _stale(facts: Noted, *, rule: str) -> Any:
    return facts.is_a("claim") & facts.refuses(rule) & ~facts.contested(rule) & facts.sourced(rule) & ~facts.sound(rule)


def _unsettled(facts: Noted, *, rule: str) -> Any:
    """A rule refuses by a sound record, but it is no regulation's, or no record settles what it looks at."""
    return facts.is_a("claim") & facts.refuses(rule) & facts.sound(rule) & ~facts.settles(rule) & ~facts.contested(rule)


def _contested(facts: Noted, *, rule: str) -> Any:
    return facts.is_a("claim") & facts.refuses(rule) & facts.contested(rule)


def _supported(facts: Noted, *, rule: str) -> Any:
    return facts.is_supported() & facts.refuses(rule) & facts.settles(rule) & facts.sound(rule)
