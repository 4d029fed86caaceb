"""A case as officers see it: why it was opened stays hidden until the finding is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from analytics.cases.life import Finding, Outcome, Side, State
from validation.text import Text

Kind = Literal["rule", "score", "duplicate", "objection", "hotline", "random"]
KINDS: tuple[Kind, ...] = ("rule", "score", "duplicate", "objection", "hotline", "random")
ASKED: tuple[Kind, ...] = ("objection", "hotline")
"""Kinds of flag by which somebody asks for an answer."""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """Why a case was opened: a row of `case_flags`."""

    kind: Kind
    ref: str
    """What flagged it: id of the rule, model, objection or random draw."""
    snapshot: str
    evidence: Mapping[str, Any]
    flagged_at: datetime


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as it stands: a row of `cases` without what would tell a random one from a flagged one.

    Attributes:
        flags: Why it was opened; None until the finding is recorded, which must not rest on it.
        notice: What the family was told.
    """

    id: str
    dataset: str
    programme: str
    family_id: str
    village: str
    district: str
    side: Side
    state: State
    version: int
    opened_at: datetime
    due_on: date | None
    assignee: str | None
    finding: Finding | None
    found_by: str | None
    evidence: str | None
    records: tuple[str, ...]
    blind: bool | None
    adverse: bool | None
    notice: Text | None
    answer_by: date | None
    answer: str | None
    outcome: Outcome | None
    proposed_by: str | None
    confirmed_by: str | None
    closed_at: datetime | None
    flags: tuple[Flag, ...] | None


def case_of(row: Mapping[str, Any], flags: Sequence[Mapping[str, Any]]) -> Case:
    """Return a row of `cases` and its rows of `case_flags` as officers may see them."""
    notice = Text(row["notice_id"], row["notice_en"]) if row["notice_id"] else None
    fields = {name: value for name, value in row.items() if name in Case.__dataclass_fields__}
    shown = tuple(Flag(**{name: flag[name] for name in Flag.__dataclass_fields__}) for flag in flags)
    return Case(
        **fields | {"records": tuple(row["records"] or ())},
        notice=notice,
        flags=shown if row["finding"] else None,
    )
