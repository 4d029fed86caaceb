"""What checks found among the families whose scores were made of the same parts."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analytics.risk.calibration import Array
from analytics.risk.contributions import contributions
from analytics.risk.learners import Learners
from analytics.risk.reasons import grouped
from analytics.risk.saved import Loaded

NEAREST = 20
LEAST_SIMILAR = 10
"""Checked families below which no count is shown: the disclosure rule's smallest cell."""
MOST_COMPARED = 1_000
"""Checked families of each side that are compared with, drawn at random where there are more: two seconds' work."""
SEED = 20120401


class Similar(NamedTuple):
    """Counts alone: which families they are is not told."""

    checked: int
    not_entitled: int
    """Found not entitled among them."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Checked families by what their scores are made of; arrays of one length.

    The model learnt from these families, so that their scores lie nearer to what the checks found than those of others.
    """

    groups: Array
    """n x groups of the book."""
    receives: npt.NDArray[np.bool_]
    entitled: npt.NDArray[np.bool_]
    family_id: npt.NDArray[np.object_]

    def near(self, groups: Array, *, receives: bool, family_id: str = "") -> Similar | None:
        """Return what was found among the nearest on the same side, by Euclidean distance of grouped contributions.

        Args:
            groups: Of one family, from `grouped`.
            receives: Its side.
            family_id: The family, which is not its own neighbour.

        Returns:
            None where fewer than LEAST_SIMILAR were checked.
        """
        own = (self.receives == receives) & (self.family_id != family_id)
        if own.sum() < LEAST_SIMILAR:
            return None
        distance = ((self.groups[own] - groups) ** 2).sum(axis=1)
        nearest = np.argsort(distance, kind="stable")[:NEAREST]
        return Similar(checked=len(nearest), not_entitled=int((~self.entitled[own][nearest]).sum()))


def checked_by_parts(model: Loaded, learners: Learners) -> Checked:
    """Return the checked families, at most MOST_COMPARED a side, by what their scores are made of."""
    rng = np.random.default_rng(SEED)
    sides = [np.flatnonzero(learners.receives == side) for side in (True, False)]
    chosen = np.concatenate([rng.permutation(side)[:MOST_COMPARED] for side in sides])
    inputs, receives = learners.inputs[chosen], learners.receives[chosen]
    rows = learners.rows.iloc[chosen]
    return Checked(
        groups=grouped(contributions(model, inputs, receives, rows["district"]), inputs),
        receives=receives,
        entitled=learners.entitled[chosen],
        family_id=rows["family_id"].to_numpy(dtype=object),
    )
