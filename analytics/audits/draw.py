"""The draw: strata, visits a stratum, and a simple random sample without replacement in each.

Strata are frame × district × score group. Every family has a known probability, n_h/N_h, so that whatever the score is
worth, weighted totals are unbiased (Cochran 1977, 5.3); the score only makes intervals narrower.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.audits import AuditError
from analytics.audits.frame import FRAMES, Frame
from analytics.audits.planning import DEFAULT_RANDOM_SHARE, LEAST_IN_STRATUM, neyman, require_random_share

SCORE_GROUPS = (10, 5, 3, 2, 1)
"""Groups of the score that are tried, the largest that leaves every stratum its least visits."""
LEAST_SPREAD = 0.1
"""Spread of the answers that a stratum is given at least (assumed): a model that is sure may be wrong."""
NO_SCORE = 0
"""Group of the families without a score."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A draw.

    Attributes:
        visits: One row a family drawn, by village, in random order inside it: family_id, village, district, frame,
            stratum (frame/district/group), stratum_size (N_h), stratum_visits (n_h), inclusion_probability (n_h/N_h),
            visited (see `Frame`).
        strata: One row a stratum: frame, district, group, stratum, size, spread, visits.
        score_groups: Groups of the score that the strata are made of.
    """

    visits: pd.DataFrame
    strata: pd.DataFrame
    score_groups: int


def split_visits(visits: int) -> dict[str, int]:
    """Share visits out among the frames, half each; the odd one goes to the families that do not receive."""
    return {FRAMES[0]: visits // 2, FRAMES[1]: visits - visits // 2}


def draw(frame: Frame, visits: Mapping[str, int], *, seed: int, random_share: float = DEFAULT_RANDOM_SHARE) -> Drawn:
    """Draw families to visit; the same frame, numbers and seed give the same families.

    Args:
        frame: What is drawn from.
        visits: Visits of each frame. Both frames are drawn from: a draw of one alone would count its families twice
            beside other draws, and push every rate that is over both.
        seed: Of the random numbers.
        random_share: Share of the visits that goes by size alone, see `neyman`.

    Raises:
        AuditError: a frame gets no visit, more than it has families, or fewer than its districts need.
    """
    require_random_share(random_share)
    sizes = frame.sizes
    for name in FRAMES:
        _require_possible(name, visits.get(name, 0), sizes[name])
    families = frame.families.sort_values("family_id", ignore_index=True)
    groups = _groups_that_fit(families, visits)
    families = families.assign(group=score_group(families["score"], groups))
    predicted = frame.score_source == "predictions"
    strata = _strata(families, predicted=predicted)
    for name in FRAMES:
        own = strata["frame"] == name
        strata.loc[own, "visits"] = neyman(
            strata.loc[own, "size"].to_numpy(),
            strata.loc[own, "spread"].to_numpy(),
            visits[name],
            random_share=random_share,
            minimum=LEAST_IN_STRATUM,
        )
    strata["visits"] = strata["visits"].astype("int64")
    return Drawn(visits=_sample(families, strata, seed=seed), strata=strata, score_groups=groups)


def score_group(score: pd.Series, groups: int) -> pd.Series:
    """Return the group of each family, 1 (lowest score) to `groups`; equal scores share one, `NO_SCORE` has none."""
    count = int(score.notna().sum())
    place = score.rank(method="min") - 1
    return ((place * groups / max(count, 1)) // 1 + 1).fillna(NO_SCORE).astype("int64")


def _require_possible(name: str, visits: int, size: int) -> None:
    if visits > size:
        raise AuditError(
            f"The frame {name} holds {size:,} families; {visits:,} cannot be visited.",
            next_step="Give --receivers and --others, each at most its number of families.",
        )
    if visits < 1 and size:
        raise AuditError(
            f"The frame {name} gets no visit.",
            cause="Coverage, exclusion and total error are over both frames, and so is each draw.",
            next_step="Give both --receivers and --others, or --visits alone.",
        )


def _groups_that_fit(families: pd.DataFrame, visits: Mapping[str, int]) -> int:
    """Return the largest number of score groups that leaves each stratum its least visits."""
    for groups in SCORE_GROUPS:
        group = score_group(families["score"], groups)
        sizes = families.groupby(["frame", "district", group.rename("group")]).size()
        least = sizes.clip(upper=LEAST_IN_STRATUM).groupby("frame").sum()
        if all(least.get(name, 0) <= visits.get(name, 0) for name in FRAMES):
            return groups
    short = next(name for name in FRAMES if least.get(name, 0) > visits.get(name, 0))
    raise AuditError(
        f"{visits[short]:,} visits of the frame {short} are too few.",
        cause=f"Two in each district, and in each of those without a score, are {least[short]:,}.",
        next_step=f"Give this frame at least {least[short]:,} visits.",
    )


def _strata(families: pd.DataFrame, *, predicted: bool) -> pd.DataFrame:
    """Return the strata with the spread that is expected: √(p(1−p)) of the mean prediction, else the same in all."""
    keys = ["frame", "district", "group"]
    strata = families.groupby(keys, as_index=False).agg(size=("family_id", "size"), p=("score", "mean"))
    spread = (strata["p"] * (1 - strata["p"])) ** 0.5 if predicted else pd.Series(0.5, index=strata.index)
    return strata.assign(
        stratum=strata["frame"] + "/" + strata["district"] + "/" + strata["group"].astype(str),
        spread=spread.fillna(0.5).clip(lower=LEAST_SPREAD),
        visits=0,
    ).drop(columns="p")


def _sample(families: pd.DataFrame, strata: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Take the first n_h families of each stratum in a random order."""
    rng = np.random.default_rng(seed)
    rows = families.assign(luck=rng.random(len(families)))
    rows = rows.merge(strata.drop(columns="spread"), on=["frame", "district", "group"])
    place = rows.groupby("stratum")["luck"].rank(method="first")
    taken = rows[place <= rows["visits"]]
    drawn = taken.assign(inclusion_probability=taken["visits"] / taken["size"])
    drawn = drawn.rename(columns={"size": "stratum_size", "visits": "stratum_visits"})
    # The number on a sheet follows this order: it must not tell the frame or the score.
    drawn = drawn.assign(order=rng.random(len(drawn))).sort_values(["village", "order"], ignore_index=True)
    columns = ["family_id", "village", "district", "frame", "stratum", "stratum_size", "stratum_visits"]
    return drawn[[*columns, "inclusion_probability", "visited"]]
