"""A pair as people see it: to a reviewer before the verdict, without what would sway them; and afterwards, with all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.adjudication.life import Outcome, State, Verdict
from analytics.linkage.findings import Band

FACE = "face"
"""Field of the evidence on the faces; its level is a score in words, and so stays hidden before the verdict."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two: pseudonyms, and where they live. Identity and photo come from `analytics.vault`."""

    person: str
    family: str
    village: str
    district: str


@dataclass(frozen=True, kw_only=True)
class FieldAgreement:
    """How a field of both records agrees, as a code in words; no value and no weight."""

    field: str
    level: str


@dataclass(frozen=True, kw_only=True)
class PairToReview:
    """A pair in the hand of a reviewer. It holds no score, band, probability, weight or verdict of another.

    Attributes:
        until: Until when it is kept for the reviewer, naive UTC.
        agreement: Fields of the records, by name.
        named: twin, sibling, child or empty: a likeness is no wonder.
    """

    id: str
    dataset: str
    left: Side
    right: Side
    agreement: tuple[FieldAgreement, ...]
    named: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A verdict that was kept; `version` is what `Adjudication.undo` takes."""

    pair: str
    verdict: Verdict
    version: int


@dataclass(frozen=True, kw_only=True)
class FieldWeight:
    """A step of the waterfall: what a field adds to the evidence, log10 of the likelihood ratio."""

    field: str
    level: str
    log10_lr: float


@dataclass(frozen=True, kw_only=True)
class Review:
    """A verdict that stands."""

    reviewer: str
    verdict: Verdict
    settles: bool
    note: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RevealedPair:
    """A pair with its evidence, after the own verdict or once nobody has to judge it any more.

    Attributes:
        prior, face, record: log10 odds and log10 likelihood ratios; face or record None where not compared.
        waterfall: What each field adds, largest first.
        run: Id of the run that found it.
        own: Verdict of who looks, if any.
        reviews: Verdicts that stand, oldest first; None while one is still wanted, since others must not see them.
        state, outcome: None as well, as long.
    """

    id: str
    dataset: str
    version: int
    left: Side
    right: Side
    named: str
    band: Band
    probability: float
    prior: float
    face: float | None
    record: float | None
    waterfall: tuple[FieldWeight, ...]
    run: str
    own: Verdict | None
    reviews: tuple[Review, ...] | None
    state: State | None
    outcome: Outcome | None
    decided_at: datetime | None


def to_review(row: Mapping[str, Any], *, until: datetime) -> PairToReview:
    """Return a row of `duplicate_pairs` as a reviewer may see it."""
    fields = sorted((each["field"], each["level"]) for each in row["evidence"] if each["field"] != FACE)
    return PairToReview(
        id=row["id"],
        dataset=row["dataset"],
        left=side_of(row, "a"),
        right=side_of(row, "b"),
        agreement=tuple(FieldAgreement(field=field, level=level) for field, level in fields),
        named=row["named"],
        until=until,
    )


def revealed(row: Mapping[str, Any], reviews: tuple[Review, ...], *, viewer: str) -> RevealedPair:
    """Return a row of `duplicate_pairs` with its evidence; with its verdicts where none is wanted any more."""
    weights = sorted(row["evidence"], key=lambda each: -abs(each["log10_lr"]))
    over = row["wanted"] == 0
    own = [each.verdict for each in reviews if each.reviewer == viewer]
    return RevealedPair(
        **{name: row[name] for name in (
            "id", "dataset", "version", "named", "band", "probability", "prior", "face", "record", "run",
        )},
        left=side_of(row, "a"),
        right=side_of(row, "b"),
        waterfall=tuple(FieldWeight(**each) for each in weights),
        own=own[0] if own else None,
        reviews=reviews if over else None,
        state=row["state"] if over else None,
        outcome=row["outcome"] if over else None,
        decided_at=row["decided_at"] if over else None,
    )  # fmt: skip


def side_of(row: Mapping[str, Any], which: str) -> Side:
    """Return one of the two of a row of `duplicate_pairs`, a or b."""
    places = {name: row[f"{name}_{which}"] for name in ("family", "village", "district")}
    return Side(person=row[which], **places)
