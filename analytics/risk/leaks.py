"""What must never teach a score, and three alarms for what would.

A model that reads the decision, the payment or the outcome of an objection repeats what was decided and is praised for
it. So: no input may bear such a name; with permuted answers nothing may be found; and no single input may tell the
answer alone.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analytics.risk.cross_validation import cross_validate
from analytics.risk.inputs import INPUTS, Matrix
from analytics.risk.learners import Learners, RiskError
from analytics.risk.measures import Flags, auc

FORBIDDEN = (
    "outcome", "decision", "decided", "reason", "objection", "grounds", "screening", "payment", "paid", "amount",
    "receives", "entitled", "audit", "check", "stratum", "probability", "welfare", "consumption", "decile", "agent",
    "checker", "device", "nik", "_id", "village", "district", "code", "sex",
)  # fmt: skip
"""Parts of names that no input may bear. (`regency mean of …` is a mean of records, and bears none of them.)"""

ALONE = 0.95
"""Area under the curve above which a single input is taken for a leak."""
ROUNDS = 60
SPREAD = 4.0
"""Standard errors by which permuted answers may stray from a half."""


class LeakError(RiskError):
    """An input knows the answer."""


def demand_no_forbidden(names: Sequence[str] = INPUTS) -> None:
    """Refuse inputs whose name says that they follow from a decision, a payment, a check, or name somebody.

    Raises:
        LeakError: names the first.
    """
    for name in names:
        for word in FORBIDDEN:
            if word in name.lower():
                raise LeakError(
                    f"{name!r} may not teach a score.",
                    cause=f"Its name says {word!r}: it follows from what was decided, or names a person or place.",
                    next_step="Leave it out in analytics/risk/inputs.py.",
                )


def demand_no_oracle(inputs: Matrix, entitled: Flags, weight: np.ndarray, names: Sequence[str] = INPUTS) -> None:
    """Refuse an input that tells the answer alone: its values, or whether it is empty.

    Raises:
        LeakError: names the input and how well it tells.
    """
    for column, name in zip(inputs.T, names, strict=True):
        known = np.isfinite(column)
        for score, rows in ((np.where(known, column, 0.0), known), (known.astype(float), np.ones_like(known))):
            if not rows.any():
                continue
            area = auc(score[rows], entitled[rows], weight[rows])
            # Half the families may well lack an input: what it tells of the others counts by their share.
            told = max(area, 1 - area) if np.isfinite(area) and rows.mean() >= 0.5 else 0.5
            if told > ALONE:
                raise LeakError(
                    f"{name!r} tells the answer alone.",
                    cause=f"Area under the curve {told:.3f}; above {ALONE} it is taken for a leak.",
                    next_step="Find out when it is recorded; leave it out when that is after the decision or check.",
                )


def permuted_area(learners: Learners, *, seed: int = 20120401) -> float:
    """Return the area under the curve that the whole procedure reaches when the answers are permuted: about a half.

    Raises:
        LeakError: it is further from a half than chance allows: something of the answer is in the procedure itself.
    """
    order = np.random.default_rng(seed).permutation(len(learners))
    # The measured consumption is as good as the answer: both are permuted together.
    shuffled = replace(learners, entitled=learners.entitled[order], welfare=learners.welfare[order])
    found = cross_validate(shuffled, models=("xgboost",), folds=5, seed=seed, rounds=ROUNDS)
    # The uncalibrated sum: a calibration on the other folds leans, by a hair, against the fold that it leaves out.
    area = auc(found.margins["xgboost"][:, 0], shuffled.entitled, shuffled.weight)
    cases = min(shuffled.entitled.sum(), (~shuffled.entitled).sum())
    effective = cases * shuffled.weight.sum() ** 2 / (len(shuffled) * (shuffled.weight**2).sum())
    if abs(area - 0.5) > SPREAD * np.sqrt(1 / (6 * effective)):
        raise LeakError(
            f"With permuted answers the model still reaches {area:.3f}.",
            cause="Nothing can be learnt from them, so the answer is in the procedure itself.",
            next_step="This is a fault of the program: report it.",
        )
    return area
