"""The programmes' rules as dated, versioned parameters: `rules.toml`, never a constant in code."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from validation.errors import TepatError
from validation.text import Text

Status = Literal["rule", "press", "assumed"]


class RuleError(TepatError):
    """A rule that there is not, or a value that it cannot take."""


class Limits(BaseModel):
    """What PKH pays for at most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    members: int = Field(ge=1)
    children: int = Field(ge=0)
    elderly_from: int = Field(ge=0)
    """Years."""
    early_childhood_until: int = Field(ge=0)
    """Years; the last age that counts."""
    status: Status


class Rule(BaseModel):
    """One ground of refusal from a day on, until a later entry of the same id and programme takes its place."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str
    programmes: tuple[str, ...]
    column: str
    """The circumstance that is looked at."""
    test: Literal["is", "above"]
    value: bool | int
    unit: str = ""
    since: date = Field(alias="from")
    status: Status
    source: str
    refuses: Text
    """What is said when it refuses; {value} is its value with the unit."""
    correct: Text
    """Which record to correct where it is wrong."""


class Rulebook(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    limits: Limits
    rule: tuple[Rule, ...]

    def programmes(self) -> tuple[str, ...]:
        """Return the programmes that have rules, in the order of the file."""
        return tuple(dict.fromkeys(name for rule in self.rule for name in rule.programmes))

    def in_force(self, programme: str, day: date) -> tuple[Rule, ...]:
        """Return the rules of a programme on a day, one an id, in the order of the file."""
        latest: dict[str, Rule] = {}
        for rule in sorted(self.rule, key=lambda rule: rule.since):
            if programme in rule.programmes and rule.since <= day:
                latest[rule.id] = rule
        order = [rule.id for rule in self.rule]
        return tuple(sorted(latest.values(), key=lambda rule: order.index(rule.id)))

    def get(self, id_: str, *, programme: str, day: date) -> Rule:
        """Return one rule in force.

        Raises:
            RuleError: the programme has no such rule on that day.
        """
        found = self.in_force(programme, day)
        for rule in found:
            if rule.id == id_:
                return rule
        raise RuleError(
            f"{programme} has no rule {id_!r} on {day.isoformat()}.",
            next_step=f"Known are: {', '.join(rule.id for rule in found) or 'none'}.",
        )

    def changed(self, programme: str, changes: Mapping[str, int | None], day: date) -> "Rulebook":
        """Return the book of a programme on a day with other thresholds: what if?

        Args:
            programme: The only one that the new book speaks of.
            changes: Rule id to a new threshold; None leaves the rule out.
            day: Day whose rules are changed.

        Raises:
            RuleError: a rule is not known, or it has no threshold to change.
        """
        for name, value in changes.items():
            rule = self.get(name, programme=programme, day=day)
            if value is not None and (rule.test != "above" or value < 0):
                raise RuleError(
                    f"The rule {name!r} cannot take the value {value}.",
                    cause="It has no threshold." if rule.test != "above" else "A threshold is not below 0.",
                    next_step="Leave the rule out, or give a threshold to one that has it.",
                )
        kept = [
            rule.model_copy(update={"programmes": (programme,), "value": changes.get(rule.id, rule.value)})
            for rule in self.in_force(programme, day)
            if changes.get(rule.id, rule.value) is not None
        ]
        return self.model_copy(update={"rule": tuple(kept)})


@cache
def rulebook() -> Rulebook:
    """Read the file."""
    text = Path(__file__).with_name("rules.toml").read_text(encoding="utf-8")
    return Rulebook.model_validate(tomllib.loads(text))
