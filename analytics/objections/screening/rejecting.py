"""The only rules that reject: each follows from a record, a decision, a payment or an earlier objection."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from analytics.objections.screening.facts import Facts


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """One deterministic reason to reject.

    Attributes:
        code: Of the reason, `refuses.wage` for one of a programme's rule.
        when: Whether it holds, of facts alone.
        rule: Id of the programme's rule, empty for none.
        date: Column of the date that is told.
    """

    code: str
    when: Callable[[Facts], Any]
    rule: str = ""
    date: str = ""


def rejections(rules: tuple[str, ...]) -> tuple[Rejection, ...]:
    """Return every reason to reject; `rules` are the ids of the programmes' rules."""
    return (
        Rejection(code="outside_programme", when=lambda facts: ~facts["known_programme"]),
        Rejection(code="already_open", when=lambda facts: facts["open_since"].notnull(), date="open_since"),
        Rejection(
            code="already_rejected",
            when=lambda facts: facts["rejected_on"].notnull() & facts["unchanged"],
            date="rejected_on",
        ),
        Rejection(
            code="already_receives",
            when=lambda facts: facts.is_a("claim") & (facts["standing"] == "receives"),
            date="paid_on",
        ),
        Rejection(
            code="does_not_receive",
            when=lambda facts: facts.is_a("against") & facts["standing"].isin(["refused", "none"]),
            date="decided_on",
        ),
        Rejection(code="double_receives", when=lambda facts: facts.is_a("claim") & facts["double_receives"]),
        *(Rejection(code=f"refuses.{rule}", when=partial(_refuses, rule=rule), rule=rule) for rule in rules),
    )


def _refuses(facts: Facts, *, rule: str) -> Any:
    """A regulation refuses by a sound record that the ground does not call wrong."""
    return facts.is_a("claim") & facts.refuses(rule) & facts.settles(rule) & facts.sound(rule) & ~facts.contested(rule)
