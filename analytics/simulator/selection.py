"""Lists that make a wanted number of errors: a score mixes the truth with errors, and the mix is solved for.

With entitled share p, exclusion e and inclusion i, the hits are (1 - e) p and the coverage is (1 - e) p / (1 - i). The
coverage sets the threshold; the weight of the truth in the score is bisected until the hits are right.
"""

from dataclasses import dataclass

import numpy as np

from analytics.simulator import parameters as p
from analytics.simulator.arrays import Flags, Number, stream
from analytics.simulator.geography import Villages
from analytics.simulator.households import Households
from analytics.simulator.welfare import PROGRAMMES, Ranking, Welfare

STEPS = 26


@dataclass(frozen=True, kw_only=True)
class Selector:
    """A programme's score for every family and the threshold from which it is listed."""

    score: Number
    threshold: float
    weight_of_truth: float

    @property
    def listed(self) -> Flags:
        """Whether the score reaches the threshold, F."""
        return self.score >= self.threshold


def calibrate(
    *, poverty: Number, error: Number, shift: Number, candidates: Flags, entitled: Flags, declared: tuple[float, float]
) -> Selector:
    """Solve the score and its threshold.

    Args:
        poverty: Truth, the poorest highest, sd 1.
        error: Ranking error, sd 1.
        shift: Favour or penalty, added whatever the weights.
        candidates: Who can be listed at all.
        entitled: Who is entitled in truth.
        declared: Exclusion error (of the entitled) and inclusion error (of the listed) to reach.
    """
    exclusion, inclusion = declared
    hits = (1 - exclusion) * entitled.sum()
    rows = np.flatnonzero(candidates)
    wanted = min(max(round(hits / (1 - inclusion)), 1), max(len(rows) - 1, 1))
    if len(rows) == 0:
        return Selector(score=np.zeros(len(poverty)), threshold=np.inf, weight_of_truth=0.0)
    inside = entitled[rows]

    def threshold_and_hits(weight: float) -> tuple[float, int]:
        score = weight * poverty[rows] + np.sqrt(1 - weight**2) * error[rows] + shift[rows]
        cut = float(np.partition(score, len(score) - wanted)[len(score) - wanted])
        return cut, int((inside & (score >= cut)).sum())

    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if threshold_and_hits(middle)[1] < hits:
            low = middle
        else:
            high = middle
    score = high * poverty + np.sqrt(1 - high**2) * error + shift
    return Selector(score=score, threshold=threshold_and_hits(high)[0], weight_of_truth=high)


def old_list(
    *, people: Households, villages: Villages, welfare: Welfare, entitled: dict[str, Flags],
    has_category: Flags, seed: int
) -> dict[str, Flags]:  # fmt: skip
    """Draw the lists in force before the portal, by programme; second cards are not on them."""
    rng = stream(seed, "old list")
    count = len(people.village)
    common = rng.standard_normal(count)
    shift = handicap(people) + 1.3 * p.VILLAGE_FAVOUR * villages.favour[people.village]
    lists = {}
    for name in PROGRAMMES:
        own = rng.standard_normal(count)
        error = p.PROGRAMME_NOISE * common + np.sqrt(1 - p.PROGRAMME_NOISE**2) * own
        candidates = ~people.double & (has_category if name == "PKH" else True)
        selector = calibrate(
            poverty=-welfare.standing,
            error=error,
            shift=shift,
            candidates=candidates,
            entitled=entitled[name],
            declared=p.DECLARED_OLD[name],
        )
        lists[name] = selector.listed & candidates
    return lists


def portal_errors(*, ranking: Ranking, seed: int) -> dict[str, Number]:
    """Ranking errors of the portal by programme, sd 1, above 0 where a family looks poorer than it is."""
    rng = stream(seed, "portal")
    count = len(ranking.error)
    common = -p.DECILE_IN_NOISE * ranking.error + np.sqrt(1 - p.DECILE_IN_NOISE**2) * rng.standard_normal(count)
    own = np.sqrt(1 - p.PROGRAMME_NOISE**2)
    return {name: p.PROGRAMME_NOISE * common + own * rng.standard_normal(count) for name in PROGRAMMES}


def handicap(people: Households) -> Number:
    """Penalty in the score of small families and of elderly heads: lists of this kind miss them more often."""
    small = p.SMALL_FAMILY_PENALTY * (people.size <= 2)
    return -(small + p.ELDERLY_HEAD_PENALTY * (people.head_age >= p.ELDERLY_AGE))
