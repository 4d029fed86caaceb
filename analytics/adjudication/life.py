"""The life of a pair, in one place: what follows from the verdicts that stand.

open → two reviewers, each blind → confirmed (both: same) or dismissed (both: different); else third → one more, as
blind → what two of three say, or undecided → a supervisor settles it after a look at documents or a visit.
A pair that is confirmed opens cases after `GRACE`; from then on nothing of it is taken back.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal

Verdict = Literal["same", "different", "cannot_tell"]
"""same: one person registered twice; different: two people."""
Outcome = Literal["same", "different"]
State = Literal["open", "third", "undecided", "confirmed", "dismissed"]
Action = Literal["verdict", "settle", "undo", "cases"]

VERDICTS: Final[tuple[Verdict, ...]] = ("same", "different", "cannot_tell")
OUTCOMES: Final[tuple[Outcome, ...]] = ("same", "different")
STATES: Final[tuple[State, ...]] = ("open", "third", "undecided", "confirmed", "dismissed")
DECIDED: Final[dict[Outcome, State]] = {"same": "confirmed", "different": "dismissed"}

REVIEWERS: Final = 2
"""Who judge every pair."""
MOST_REVIEWERS: Final = 3
CLAIM: Final = timedelta(minutes=15)
"""Time that a pair is kept for the reviewer who has it in hand (assumed): fifteen times the aim of a minute a pair."""
GRACE: Final = timedelta(hours=1)
"""Time in which a slip is taken back before a confirmed pair opens cases (assumed): a sitting of 60 pairs."""


def state_of(verdicts: Sequence[Verdict], *, settled: Outcome | None = None) -> State:
    """Return the state that follows from the verdicts that stand.

    Args:
        verdicts: Of the reviewers, at most `MOST_REVIEWERS`.
        settled: What a supervisor says where they came to no majority.

    >>> state_of(["same", "different", "same"])
    'confirmed'
    """
    if settled:
        return DECIDED[settled]
    if len(verdicts) < REVIEWERS:
        return "open"
    said, times = Counter(verdicts).most_common(1)[0]
    if times >= REVIEWERS and said != "cannot_tell":
        return DECIDED[said]
    return "third" if len(verdicts) < MOST_REVIEWERS else "undecided"


def wanted(state: State, verdicts: int) -> int:
    """Return how many verdicts a pair in a state still needs, with so many that stand."""
    needed = {"open": REVIEWERS, "third": MOST_REVIEWERS}.get(state, 0)
    return max(needed - verdicts, 0)
