"""Why a family is asked to be checked: the records that point that way and that it can have corrected.

Contributions are added up by the groups of `reasons.toml`. Where a family lives, its size and ages count in the score
and are never shown as a reason; nor is what the record does not hold. The reasons say what the score looked at, not
what is so, and not what would change it.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, model_validator

from analytics.risk.calibration import Array
from analytics.risk.contributions import Contributions
from analytics.risk.inputs import INPUTS, OWN, Matrix
from validation.text import Text

MOST_REASONS = 3
LEAST_PULL = 0.05
"""Logits that a group must move a score by to be named: about one percentage point at even odds (assumed)."""
SURROUNDINGS, NOT_RECORDED = "surroundings", "not_recorded"

Codes = npt.NDArray[np.int64]
Direction = Literal["entitled", "not_entitled"]


class Says(BaseModel):
    """What is said of an explanation as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    too_little_known: Text
    ruled_out: Text
    no_contestable_reason: Text
    reasons: Text
    reference: Text


class Group(BaseModel):
    """Inputs that are spoken of together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: Text
    contestable: bool
    towards_not_entitled: Text | None = None
    towards_entitled: Text | None = None
    correct: Text | None = None
    """Which record to correct where it is wrong."""
    where: Text | None = None
    inputs: dict[str, Text] = {}

    @model_validator(mode="after")
    def _said(self) -> "Group":
        texts = (self.towards_not_entitled, self.towards_entitled, self.correct, self.where)
        if self.contestable and not all(texts):
            raise ValueError(f"the group {self.id} is contestable and lacks a sentence, or which record to correct")
        return self

    def points(self, direction: Direction) -> Text:
        """Return the sentence of a direction."""
        text = self.towards_entitled if direction == "entitled" else self.towards_not_entitled
        if text is None:
            raise ValueError(f"the group {self.id} is never a reason")
        return text


class ReasonBook(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: Says
    group: tuple[Group, ...]

    def place(self, id_: str) -> int:
        """Return the column of a group in `grouped`."""
        return [group.id for group in self.group].index(id_)

    def of_inputs(self) -> Codes:
        """Return the group of each of INPUTS."""
        own = {name: number for number, group in enumerate(self.group) for name in group.inputs}
        around = self.place(SURROUNDINGS)
        return np.array([own[name] if name in OWN else around for name in INPUTS])

    def contestable(self) -> npt.NDArray[np.bool_]:
        """Return which groups may be shown as a reason."""
        return np.array([group.contestable for group in self.group])


@cache
def reason_book() -> ReasonBook:
    """Read the file."""
    text = Path(__file__).with_name("reasons.toml").read_text(encoding="utf-8")
    return ReasonBook.model_validate(tomllib.loads(text))


def direction_of(*, receives: bool) -> Direction:
    """Return where a side's suspicion points: a receiver may not be entitled, a family without may be."""
    return "not_entitled" if receives else "entitled"


def grouped(parts: Contributions, inputs: Matrix) -> Array:
    """Return contributions by group, n x groups of the book; what own inputs add that are empty is `not_recorded`.

    Args:
        parts: Of n families.
        inputs: The inputs that they were made from, n x INPUTS.
    """
    book = reason_book()
    group = book.of_inputs()
    empty = ~np.isfinite(inputs)
    empty[:, len(OWN) :] = False
    found = np.zeros((len(inputs), len(book.group)))
    for number in range(len(book.group)):
        found[:, number] = np.where(empty, 0.0, parts.inputs)[:, group == number].sum(axis=1)
    found[:, book.place(NOT_RECORDED)] = np.where(empty, parts.inputs, 0.0).sum(axis=1)
    found[:, book.place(SURROUNDINGS)] += parts.district
    return found


class Reasons(NamedTuple):
    """The strongest reasons of n families."""

    groups: Codes
    """n x MOST_REASONS, place in the book, strongest first; -1 = no further one."""
    pull: Array
    """n x MOST_REASONS, logits in the direction of the suspicion; NaN beside -1."""
    contestable_share: Array
    """n, see `reasons`; NaN where nothing points that way."""


def reasons(groups: Array, receives: npt.NDArray[np.bool_]) -> Reasons:
    """Return the strongest contestable groups that point where the side's suspicion does.

    The contestable share is the sum of the contestable groups that point that way over the sum of all groups that do:
    which part of what moved the score towards the suspicion the family can dispute. Groups that point the other way are
    left out of both.

    Args:
        groups: From `grouped`, n x groups.
        receives: n; towards not entitled for those who receive, towards entitled for the others.
    """
    pull = np.maximum(np.where(receives[:, None], -groups, groups), 0.0)
    open_ = np.where(reason_book().contestable(), pull, 0.0)
    order = np.argsort(-open_, axis=1, kind="stable")[:, :MOST_REASONS]
    strength = np.take_along_axis(open_, order, axis=1)
    named = strength >= LEAST_PULL
    whole = pull.sum(axis=1)
    share = np.divide(open_.sum(axis=1), whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return Reasons(np.where(named, order, -1), np.where(named, strength, np.nan), share)
