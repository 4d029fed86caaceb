"""What the programmes pay, as dated parameters: `programmes.toml`, never a constant in code."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PERIODS_A_YEAR = 4


class Amount(BaseModel):
    """What one component pays from a day on, until a later entry of the same component takes its place."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    programme: str
    component: str
    a_year: int = Field(gt=0)
    """Rupiah a year and member."""
    members: int = Field(ge=1)
    """Most members of a family that it is paid for."""
    since: date = Field(alias="from")
    status: Literal["rule", "press", "assumed"]
    """Where the figure comes from."""

    @property
    def a_period(self) -> int:
        """Rupiah a quarter and member."""
        return self.a_year // PERIODS_A_YEAR


class Programmes(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lists_from: str
    """First period that is paid from the portal's decisions."""
    amount: tuple[Amount, ...]

    def in_force(self, amount: Amount, day: date) -> bool:
        """Tell whether an amount is the one in force on a day."""
        return amount.since <= day and not any(
            amount.since < other.since <= day for other in self.amount if _of(other) == _of(amount)
        )

    def until(self, amount: Amount) -> date | None:
        """Return the first day on which an amount is no longer in force, None while it is."""
        return min(
            (other.since for other in self.amount if _of(other) == _of(amount) and other.since > amount.since),
            default=None,
        )

    def amount_on(self, programme: str, component: str, day: date) -> Amount:
        """Return the amount in force on a day.

        Raises:
            KeyError: nothing was in force.
        """
        for amount in self.amount:
            if _of(amount) == (programme, component) and self.in_force(amount, day):
                return amount
        raise KeyError(programme, component, day)


def _of(amount: Amount) -> tuple[str, str]:
    return amount.programme, amount.component


@cache
def programmes() -> Programmes:
    """Read the file."""
    text = Path(__file__).with_name("programmes.toml").read_text(encoding="utf-8")
    return Programmes.model_validate(tomllib.loads(text))
