"""Verification 1:1: is the face of a photo that of the reference photo, at the share of false matches that users allow.

No outcome refuses anybody: a failed check is tried again, and after `MOST_ATTEMPTS`, or where the faces are too close
to call, a person decides.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.calibration import Calibration, load_calibration, load_norming
from analytics.biometrics.evidence.norming import Norming
from analytics.biometrics.policy import Policy, make_policy
from analytics.settings import Settings
from validation.contract import PHOTO_FAULTS

Outcome = Literal["match", "review", "no_match", "no_face", "poor_quality", "unavailable"]
"""As `verifications.outcome` of the contract."""
Next = Literal["verified", "try_again", "person"]

MOST_ATTEMPTS = 3
"""Attempts before a person decides (assumed)."""
OK = "ok"
PHOTO_OUTCOMES: dict[str, Outcome] = {
    fault: "no_face" if fault == "no_face" else "poor_quality" for fault in PHOTO_FAULTS
}
"""What a photo that cannot be used comes to. With several faces nobody knows whose is meant: take another photo."""


class Face(Protocol):
    """What encoding a photo came to."""

    @property
    def status(self) -> str:
        """`ok`, or one of the contract's faults of photos."""

    @property
    def quality(self) -> float | None:
        """From 0 to 1; None where no face was judged."""

    @property
    def vector(self) -> NDArray[np.float32] | None:
        """The template, float32 (d); None unless `ok`."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One face check with all that made it.

    Attributes:
        outcome: What it came to.
        attempt: Which attempt, from 1.
        evidence: log10 of the likelihood ratio of one person to two; None where the faces were not compared.
        distance: Euclidean distance of the templates as the model made them; None as above.
        quality: Of the probe photo.
        policy: What decided; names model and calibration.
    """

    outcome: Outcome
    attempt: int
    evidence: float | None
    distance: float | None
    quality: float | None
    policy: Policy

    @property
    def then(self) -> Next:
        """What follows: nothing more, another attempt, or the decision of a person."""
        if self.outcome == "match":
            return "verified"
        return "person" if self.outcome == "review" or self.attempt >= MOST_ATTEMPTS else "try_again"


@dataclass(frozen=True, kw_only=True)
class Verifier:
    """Checks pairs of one model by one calibration and one policy."""

    calibration: Calibration
    norming: Norming
    policy: Policy

    def check(self, probe: Face, reference: Face | None, *, attempt: int = 1) -> Check:
        """Decide on one pair.

        Args:
            probe: The photo that was taken now.
            reference: The registry's photo; None where there is none. One that cannot be used counts as none: the
                applicant cannot mend it.
            attempt: From 1 to `MOST_ATTEMPTS`.

        Raises:
            FaceError: an attempt beyond the last, or templates that are not of the calibration's model.
        """
        require_attempt(attempt)
        evidence = distance = None
        if reference is None or reference.status != OK or reference.vector is None:
            outcome: Outcome = "unavailable"
        elif probe.status != OK or probe.vector is None:
            outcome = PHOTO_OUTCOMES[probe.status]
        else:
            score = self.norming.scores(probe.vector[None], reference.vector[None])
            outcome = self.policy.decide(float(score[0]))
            evidence = float(self.calibration.log10_lr(score)[0])
            distance = float(np.linalg.norm(probe.vector - reference.vector))
        return Check(
            outcome=outcome, attempt=attempt, evidence=evidence, distance=distance, quality=probe.quality,
            policy=self.policy,
        )  # fmt: skip


def open_verifier(settings: Settings, *, model: str, calibration: str = "") -> Verifier:
    """Make a verifier by the settings' policy.

    Args:
        settings: Home folder and policy.
        model: Model of the templates.
        calibration: Its id; empty = the newest of the model.

    Raises:
        FaceError: there is no such calibration of the model, or it does not reach the policy's target.
    """
    found = load_calibration(settings, calibration, model=model)
    policy = make_policy(found, target_fmr=settings.face_fmr, review_share=settings.face_review_share)
    return Verifier(calibration=found, norming=load_norming(settings, found), policy=policy)


def require_attempt(attempt: int) -> None:
    """Make sure that an attempt is one that may be made.

    Raises:
        FaceError: it is not.
    """
    if not 1 <= attempt <= MOST_ATTEMPTS:
        raise FaceError(
            f"There is no attempt {attempt}.",
            cause=f"Attempts count from 1 to {MOST_ATTEMPTS}; then a person decides.",
            next_step="Hand the check to a person.",
        )
