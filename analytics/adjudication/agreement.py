"""How well reviewers agree who judged the same pair blind, and how fast they are.

Sources: Cohen 1960 (Educational and Psychological Measurement 20:37) for κ; Fleiss, Cohen & Everitt 1969 (Psychological
Bulletin 72:323) for its large-sample error.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import ArrayLike
from scipy import stats

from analytics.adjudication.errors import AdjudicationError
from analytics.adjudication.life import REVIEWERS, VERDICTS
from analytics.adjudication.reading import lies_in
from analytics.adjudication.tables import PAIRS, REVIEWS
from analytics.estimation import LEVEL, wilson
from analytics.linkage.findings import BANDS
from analytics.register import Database

HOUR = 3_600


@dataclass(frozen=True, kw_only=True)
class Kappa:
    """Cohen's κ with its interval.

    Attributes:
        value: None where there is nothing to agree on: no pair, or all in one and the same category.
        low, high: None as well where all agree: the large-sample error is 0 then, and tells nothing.
    """

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How two blind reviewers agree, over pairs that have two verdicts that stand.

    Attributes:
        by: all, band or month (of the second verdict, UTC).
        value: Empty for all.
        pairs: How many have two verdicts.
        agreed: Of these with the same one.
        share: agreed / pairs, with its Wilson interval.
    """

    by: str
    value: str
    pairs: int
    agreed: int
    share: float
    low: float
    high: float
    kappa: Kappa


def cohens_kappa(table: ArrayLike, *, level: float = LEVEL) -> Kappa:
    """Return κ of two raters.

    Args:
        table: Counts, one row a category of the first, one column a category of the second (k, k).
        level: Coverage of the interval, between 0 and 1.

    Raises:
        AdjudicationError: the table is not square, or holds what is no count.

    >>> round(cohens_kappa([[106, 10, 4], [22, 28, 10], [2, 12, 6]]).value, 3)
    0.429
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not (counts >= 0).all():
        raise AdjudicationError("κ needs a square table of counts.")
    n = counts.sum()
    if not n:
        return Kappa(value=None, low=None, high=None)
    p = counts / n
    first, second = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float(np.trace(p)), float(first @ second)
    if expected == 1:
        return Kappa(value=None, low=None, high=None)
    kappa = (observed - expected) / (1 - expected)
    own = np.diag(p) @ (1 - (first + second) * (1 - kappa)) ** 2
    apart = p * (second[:, None] + first[None, :]) ** 2
    others = (1 - kappa) ** 2 * (apart.sum() - np.trace(apart))
    variance = (own + others - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
    if observed == 1:
        return Kappa(value=kappa, low=None, high=None)
    half = float(stats.norm.ppf(0.5 + level / 2)) * math.sqrt(max(variance, 0.0))
    return Kappa(value=kappa, low=max(kappa - half, -1.0), high=min(kappa + half, 1.0))


def agreement(database: Database, dataset: str, *, area: str = "") -> list[Agreement]:
    """Return how the two blind reviewers of each pair agree: over all, by band and by month."""
    both = _both(database, dataset, area)
    groups = [("all", "", both)] if len(both) else []
    groups += [("band", band, both[both["band"] == band]) for band in BANDS if (both["band"] == band).any()]
    groups += [("month", str(month), own) for month, own in both.groupby("month")]
    return [_agreement(by, value, own) for by, value, own in groups]


def speeds(database: Database, dataset: str, *, area: str = "") -> pd.DataFrame:
    """Return how fast reviewers are, verdicts that were taken back included: the time was spent.

    Returns:
        reviewer, reviews, median_seconds (from handing out to verdict), pairs_per_hour (by the sum of these times).
    """
    query = sa.select(REVIEWS.c.reviewer, REVIEWS.c.seconds).join(PAIRS, PAIRS.c.id == REVIEWS.c.pair)
    query = query.where(PAIRS.c.dataset == dataset, REVIEWS.c.seconds.is_not(None), lies_in(area))
    rows = database.frame(query)
    seconds = rows.astype({"seconds": "float64"}).groupby("reviewer")["seconds"].agg(["count", "median", "sum"])
    seconds = seconds.rename(columns={"count": "reviews", "median": "median_seconds"}).reset_index()
    hours = seconds.pop("sum").where(lambda total: total > 0) / HOUR
    return seconds.assign(pairs_per_hour=seconds["reviews"] / hours)


def _both(database: Database, dataset: str, area: str) -> pd.DataFrame:
    """Return pair, band, month, first, second of the pairs with two blind verdicts that stand."""
    query = sa.select(REVIEWS.c.id, REVIEWS.c.pair, REVIEWS.c.verdict, REVIEWS.c.at, PAIRS.c.band)
    query = query.join(PAIRS, PAIRS.c.id == REVIEWS.c.pair)
    query = query.where(PAIRS.c.dataset == dataset, REVIEWS.c.undone_at.is_(None), ~REVIEWS.c.settles)
    query = query.where(lies_in(area))
    rows = database.frame(query.order_by(REVIEWS.c.id))
    rows["turn"] = rows.groupby("pair").cumcount()
    rows = rows[rows["turn"] < REVIEWERS]
    first, second = (rows[rows["turn"] == turn].set_index("pair") for turn in range(REVIEWERS))
    both = second.join(first["verdict"].rename("first")).rename(columns={"verdict": "second"}).reset_index()
    return both.assign(month=[f"{at:%Y-%m}" for at in both["at"]])


def _agreement(by: str, value: str, both: pd.DataFrame) -> Agreement:
    table = pd.crosstab(both["first"], both["second"]).reindex(index=VERDICTS, columns=VERDICTS, fill_value=0)
    pairs, agreed = len(both), int(np.trace(table.to_numpy()))
    low, high = wilson(agreed, pairs)
    return Agreement(
        by=by, value=value, pairs=pairs, agreed=agreed, share=agreed / pairs, low=low, high=high,
        kappa=cohens_kappa(table.to_numpy()),
    )  # fmt: skip
