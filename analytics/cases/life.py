"""The life of a case, in one place: what may be done in which state, by whom, and how long each state may last.

open → found → (noticed → answered) → proposed → closed. The part in brackets, and the second officer, are for a finding
that is adverse to the family; any other is closed by the officer who proposes.
"""

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final, Literal

from analytics.cases.errors import CaseError

if TYPE_CHECKING:
    from analytics.cases.case import Case

Side = Literal["receives", "missed"]
"""receives: gets the programme, "perlu diperiksa"; missed: does not get it, "terlewat"."""
State = Literal["open", "found", "noticed", "answered", "proposed", "closed"]
Action = Literal["open", "assign", "find", "notice", "answer", "propose", "confirm", "send_back", "undo"]
Finding = Literal["entitled", "not_entitled", "cannot_tell"]
Outcome = Literal["no_change", "correct_record", "recommend_exclusion", "recommend_inclusion"]
"""What is recommended to whoever decides; nothing follows by itself."""

SIDES: Final[tuple[Side, ...]] = ("receives", "missed")
STATES: Final[tuple[State, ...]] = ("open", "found", "noticed", "answered", "proposed", "closed")
FINDINGS: Final[tuple[Finding, ...]] = ("entitled", "not_entitled", "cannot_tell")
OUTCOMES: Final[dict[Side, tuple[Outcome, ...]]] = {
    "receives": ("no_change", "correct_record", "recommend_exclusion"),
    "missed": ("no_change", "correct_record", "recommend_inclusion"),
}
ACTIONS: Final[dict[Action, tuple[State, ...]]] = {
    "assign": ("open", "found", "noticed", "answered", "proposed"),
    "find": ("open",),
    "notice": ("found",),
    "answer": ("noticed", "answered"),
    "propose": ("found", "noticed", "answered"),
    "confirm": ("proposed",),
    "send_back": ("proposed",),
    "undo": ("open", "found", "answered", "proposed", "closed", "noticed"),
}
"""Action to the states in which it may be taken."""
DONE: Final[dict[str, str]] = {
    "open": "opened",
    "assign": "assigned",
    "find": "its finding recorded",
    "notice": "its notice sent",
    "answer": "answered",
    "propose": "proposed",
    "confirm": "confirmed",
    "send_back": "sent back",
    "undo": "its last action undone",
}
"""What was done, after "was" or "had"."""

ANSWER_DAYS: Final = 30
"""Days that a family has to answer a notice (the objection window, one month, as the press reports)."""
DAYS: Final[dict[State, int]] = {"open": 30, "found": 14, "noticed": ANSWER_DAYS, "answered": 14, "proposed": 7}
"""Days until a case in a state is due (assumed, but for the answer)."""
UNDO_HOURS: Final = 24
"""Hours in which an officer may take an action back (assumed): a slip is noticed at once."""
LASTING: Final = ("open", "notice", "undo")
"""Actions that cannot be taken back: the letter has gone out, and what was undone is done again, not undone again."""
LATEST_ZONE: Final = timezone(timedelta(hours=9), "WIT")
"""Indonesia's zone where a day begins first. Days given run from there, and are over once they are over in UTC, which
is later than in any zone of Indonesia: wherever the family lives, it loses none."""


def day_of(now: datetime) -> date:
    """Return the day that days are counted from."""
    return now.astimezone(LATEST_ZONE).date()


def window_is_over(answer_by: date, now: datetime) -> bool:
    """Return whether the last day to answer is over everywhere in Indonesia."""
    return now.date() > answer_by


def is_adverse(side: Side, finding: Finding, *, asked: bool) -> bool:
    """Return whether a finding speaks against the family.

    Not entitled does where the family receives, and where somebody asked for it; a family that was visited by chance
    or for a score, does not receive and need not, is not sent a letter about what it never asked for.
    """
    return finding == "not_entitled" and (side == "receives" or asked)


def require(action: Action, case: "Case", *, officer: str, now: datetime) -> None:
    """Raise `CaseError` where an action may not be taken on a case as it stands, by this officer, now."""
    if case.state not in ACTIONS[action]:
        raise _refused(case, action, f"It is {case.state}; this is done when it is {_or(ACTIONS[action])}.")
    if action == "notice" and not case.adverse:
        raise _refused(case, action, "The finding is not adverse to the family.", next_step="Propose an outcome.")
    if action == "propose" and case.state == "found" and case.adverse:
        raise _refused(
            case, action, "The finding is adverse, and the family has not been told.", next_step="Send the notice."
        )
    if action == "propose" and case.state == "noticed" and not window_is_over(_given(case.answer_by), now):
        raise _refused(
            case,
            action,
            f"The family may answer until {case.answer_by}, and has not.",
            next_step="Record its answer, or wait until that day is over.",
        )
    if action in {"confirm", "send_back"} and officer == case.proposed_by:
        raise _refused(
            case,
            action,
            "Who proposes cannot be the second officer.",
            next_step="Ask another officer; your own proposal you can undo.",
        )


def require_outcome(case: "Case", outcome: str) -> None:
    """Raise `CaseError` where an outcome does not follow from what was found."""
    allowed = OUTCOMES[case.side]
    if outcome not in allowed:
        raise CaseError(
            f"The outcome {outcome!r} cannot be proposed.", next_step=f"For this case: {', '.join(allowed)}."
        )
    if outcome == "recommend_exclusion" and case.finding != "not_entitled":
        raise CaseError(
            f"Case {case.id} cannot end in an exclusion.",
            cause=f"The visit found {case.finding}.",
            next_step="Propose no_change or correct_record.",
        )
    if outcome == "recommend_inclusion" and case.finding != "entitled" and not case.answer:
        raise CaseError(
            f"Case {case.id} cannot end in an inclusion.",
            cause=f"The visit found {case.finding}, and the family has not answered.",
            next_step="Propose no_change or correct_record.",
        )


def require_undoable(case: "Case", event: dict[str, Any], *, officer: str, now: datetime) -> None:
    """Raise `CaseError` where the last action may not be taken back by this officer, now."""
    action = event["action"]
    if action in LASTING:
        raise _refused(case, "undo", f"The last action, {action}, cannot be undone.")
    if event["officer"] != officer:
        raise _refused(case, "undo", f"The last action, {action}, was taken by {event['officer']}.",
                       next_step="Who took it may undo it, until somebody else acts on the case.")  # fmt: skip
    if now.replace(tzinfo=None) - event["at"] > timedelta(hours=UNDO_HOURS):
        raise _refused(case, "undo", f"The last action, {action}, is more than {UNDO_HOURS} hours old.")


def _given(day: date | None) -> date:
    if day is None:
        raise CaseError("A case that was noticed has no day to answer by.")
    return day


def _refused(case: "Case", action: Action, cause: str, *, next_step: str = "") -> CaseError:
    verb = action.replace("_", " ")
    return CaseError(f"Cannot {verb} case {case.id} now.", cause=cause, next_step=next_step or "Nothing was changed.")


def _or(states: tuple[State, ...]) -> str:
    return " or ".join(states)
