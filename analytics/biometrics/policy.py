"""From what users ask for to a decision on one pair of faces: match, no match, or a person decides.

Users say which share of other people may falsely match (a false match rate, ISO/IEC 19795-1), and which share of
genuine people they can have decided by hand. The machine's thresholds follow from the calibration's curve:

- a match lies above the score whose false match rate is the target;
- below it begins the grey zone, which a person decides. It ends where the evidence no longer speaks for one person
  (likelihood ratio 1), earlier where more genuine people than the given share would be in it;
- below the grey zone there is no match. That refuses nobody either: it can be tried again, then a person decides.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.biometrics.errors import FaceError
from analytics.biometrics.evidence.calibration import Calibration
from analytics.biometrics.evidence.operating_point import at_fmr

Decision = Literal["match", "review", "no_match"]

STEPS = 4_096
"""Scores of the curve among which the end of the evidence for one person is looked for."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What decides a check, and what it is expected to come to for genuine people.

    Attributes:
        target_fmr: Share of other people who may falsely match.
        review_share: Most genuine people, as a share, that a person decides about.
        match_above, review_above: Normed scores, never a setting.
        match_evidence, review_evidence: log10 likelihood ratios at them.
        fmr_low, fmr_high: Interval of the false match rate at `match_above`.
        reviewed, reviewed_low, reviewed_high: Expected share of genuine people in the grey zone; the interval is that
            of the share that does not match, less `not_matched`.
        not_matched: Expected share of genuine people below the grey zone.
        fitted: Whether the rates come from a fitted tail, beyond what the calibration's pairs support.
        model, calibration: What the scores and the rates are of.
    """

    target_fmr: float
    review_share: float
    match_above: float
    review_above: float
    match_evidence: float
    review_evidence: float
    fmr_low: float
    fmr_high: float
    reviewed: float
    reviewed_low: float
    reviewed_high: float
    not_matched: float
    fitted: bool
    model: str
    calibration: str

    @property
    def name(self) -> str:
        """What a stored decision says of its policy."""
        return f"fmr={self.target_fmr:g} review={self.review_share:g}"

    def decide(self, score: float) -> Decision:
        """Decide on a normed score."""
        if score > self.match_above:
            return "match"
        return "review" if score > self.review_above else "no_match"


def make_policy(calibration: Calibration, *, target_fmr: float, review_share: float) -> Policy:
    """Turn a target and a share into thresholds.

    Args:
        calibration: Its curve is interpolated, as in `operating_point`.
        target_fmr: Share of other people who may falsely match, in (0, 1).
        review_share: Most genuine people that a person decides about, as a share, in [0, 1).

    Raises:
        FaceError: values out of range, or a target that the calibration's curve does not reach.
    """
    curve = calibration.curve
    if not 0 < target_fmr < 1 or not 0 <= review_share < 1:
        raise FaceError(
            "A policy takes a false match rate between 0 and 1 and a share for review from 0 to below 1.",
            next_step="Set TEPAT_FACE_FMR and TEPAT_FACE_REVIEW_SHARE.",
        )
    if not curve[-1].fmr <= target_fmr <= curve[0].fmr:
        raise FaceError(
            f"The calibration {calibration.id} says nothing of a false match rate of {target_fmr:g}.",
            cause=f"It reaches from {curve[0].fmr:g} to {curve[-1].fmr:g}.",
            next_step="Set TEPAT_FACE_FMR in this range.",
        )
    at_match = at_fmr(curve, target_fmr)
    thresholds, missed = np.array([rate.threshold for rate in curve]), np.array([rate.fnmr for rate in curve])
    by_share = float(np.interp(at_match.fnmr - review_share, missed, thresholds))
    review_above = min(max(by_share, _even_evidence(calibration)), at_match.threshold)
    below = float(np.interp(review_above, thresholds, missed))
    evidence = calibration.log10_lr(np.array([at_match.threshold, review_above]))
    return Policy(
        target_fmr=target_fmr, review_share=review_share,
        match_above=at_match.threshold, review_above=review_above,
        match_evidence=float(evidence[0]), review_evidence=float(evidence[1]),
        fmr_low=at_match.fmr_low, fmr_high=at_match.fmr_high,
        reviewed=max(at_match.fnmr - below, 0.0), reviewed_low=max(at_match.low - below, 0.0),
        reviewed_high=max(at_match.high - below, 0.0), not_matched=below, fitted=at_match.fitted,
        model=calibration.model, calibration=calibration.id,
    )  # fmt: skip


def _even_evidence(calibration: Calibration) -> float:
    """Return the lowest score of the curve at which the evidence speaks for one person; its top where none does."""
    scores = np.linspace(calibration.curve[0].threshold, calibration.curve[-1].threshold, STEPS)
    return float(scores[min(int(np.searchsorted(calibration.log10_lr(scores), 0.0)), STEPS - 1)])
