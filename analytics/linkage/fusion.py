"""Fusion: the prior for the number of pairs, the evidence of the faces and that of the records make one posterior.

A second record of one person is of one of two kinds: *kept*, the record as it was but for slips, or *altered*, on
purpose, under another number and another name. Fields of an altered record move together, so that one set of weights,
which treats fields as independent given "one person", fits neither kind; there are two, and the ratio of a pair of
records is their mixture. The faces do not know of kinds: they and the record are independent given the kind.

Shares are estimated from the pairs themselves by expectation maximisation (Dempster, Laird & Rubin 1977; as in record
linkage by Winkler 1988): each pair counts as far as prior, face and record together say that it is one person.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DUPLICATES = 0.01
"""Share of the records that are a second one of somebody, before any pair was seen (assumed)."""
ALTERED = 0.5
"""Share of them that are altered, before any pair was seen (assumed)."""
MOST_DUPLICATES = 0.2
"""Bound of an estimated share: beyond it the evidence is wrong, not the register (assumed)."""
FEWEST, MOST = 0.05, 0.95
"""Bounds of the estimated share of altered ones, so that neither kind is ruled out by a sample that lacks it."""
ROUNDS = 50
SETTLED = 1e-4
"""Relative change of a share below which the estimation ends."""
LN10 = np.log(10)


@dataclass(frozen=True, kw_only=True)
class Shares:
    """How frequent duplicates are.

    Attributes:
        duplicates: Share of the people who are a second record of somebody.
        altered: Share of these that are altered.
    """

    duplicates: float = DUPLICATES
    altered: float = ALTERED

    def prior(self, people: int) -> float:
        """Return the log10 prior odds of a pair: s N pairs are one person among N (N - 1) / 2."""
        return float(np.log10(2 * self.duplicates / max(people - 1, 1)))


@dataclass(frozen=True, kw_only=True)
class Fused:
    """What all evidence says of each pair (n).

    Attributes:
        prior: log10 prior odds of a pair.
        record: log10 likelihood ratio of the records, both kinds mixed; NaN where they were not compared.
        odds: log10 posterior odds: prior, face and record added up.
        probability: Posterior probability that both are one person.
        altered: Probability that it is an altered record, if both are one person; NaN where not compared.
    """

    prior: float
    record: Array
    odds: Array
    probability: Array
    altered: Array


def fuse(*, face: Array, kept: Array, altered: Array, people: int, shares: Shares) -> Fused:
    """Add up the evidence of pairs.

    Args:
        face: log10 likelihood ratios of the faces (n); NaN = not compared, says nothing.
        kept: log10 likelihood ratios of the records, if duplicates keep their record (n); NaN = not compared.
        altered: The same, if they are altered (n); NaN where `kept` is.
        people: People who were compared.
        shares: How frequent duplicates of each kind are.
    """
    prior = shares.prior(people)
    as_kept = np.log(1 - shares.altered) + kept * LN10
    as_altered = np.log(shares.altered) + altered * LN10
    with np.errstate(invalid="ignore"):  # not compared stays NaN
        mixed = np.logaddexp(as_kept, as_altered)
    odds = prior + np.nan_to_num(face) + np.nan_to_num(mixed / LN10)
    return Fused(
        prior=prior,
        record=mixed / LN10,
        odds=odds,
        probability=posterior(odds),
        altered=np.exp(as_altered - mixed),
    )


def posterior(log10_odds: Array) -> Array:
    """Return the probability of log10 odds."""
    probability: Array = 0.5 * (1 + np.tanh(log10_odds * LN10 / 2))
    return probability


def log10_odds(probability: float) -> float:
    """Return the log10 odds of a probability in (0, 1)."""
    return float(np.log10(probability / (1 - probability)))


def estimate_shares(
    *, face: Array, kept: Array, altered: Array, people: int, start: Shares, duplicates: float | None = None
) -> Shares:
    """Estimate how frequent duplicates are from the sum of the posteriors.

    Duplicates that no candidate shows are not counted: the share is of those that can be found.

    Args:
        face, kept, altered: As `fuse` takes them, of every pair that may be one person.
        people: People who were compared.
        start: Where to begin.
        duplicates: Share of the duplicates where it is known, so that only the kinds are estimated.
    """
    shares = start
    for _ in range(ROUNDS):
        fused = fuse(face=face, kept=kept, altered=altered, people=people, shares=shares)
        total = float(fused.probability.sum())
        told = ~np.isnan(fused.altered)
        expected = float(fused.probability[told].sum())
        share = np.clip(total / people, 1 / people, MOST_DUPLICATES) if duplicates is None else duplicates
        kind = shares.altered
        if expected > 0:
            kind = float((fused.probability[told] * fused.altered[told]).sum()) / expected
        new = Shares(duplicates=float(share), altered=float(np.clip(kind, FEWEST, MOST)))
        moved = max(abs(new.duplicates / shares.duplicates - 1), abs(new.altered / shares.altered - 1))
        shares = new
        if moved < SETTLED:
            break
    return shares
