"""How probable a count is at least as large as the one seen, where honest agents differ by more than chance.

Shares are beta-binomial and rates negative binomial: the additive over-dispersion of Spiegelhalter 2005 (Statistics in
Medicine 24:1185) for counts that are too small for a normal approximation.
"""

from typing import Final

import numpy as np
from scipy import special

from analytics.estimation.inputs import FloatArray

NEGLIGIBLE: Final = 1e-13
"""Terms below this part of the sum end it."""
NO_SPREAD: Final = 1e-9
"""Spread below which a distribution is taken as binomial or Poisson."""


def binomial_tails(
    count: FloatArray, trials: FloatArray, share: FloatArray, *, spread: float
) -> tuple[FloatArray, FloatArray]:
    """Return P(X > count) and P(X = count) of beta-binomial counts.

    Args:
        count: Whole numbers, 0 to trials.
        trials: Whole numbers from 1.
        share: Expected share of each, in (0, 1).
        spread: Correlation inside an agent, ρ: the true share varies by ρ · share · (1 − share).
    """
    if spread < NO_SPREAD:
        at = np.exp(_log_choose(trials, count) + special.xlogy(count, share) + special.xlog1py(trials - count, -share))
        left = trials - count
        return np.where(left > 0, special.betainc(count + 1, np.maximum(left, 1), share), 0.0), at
    alpha, beta = share * (1 / spread - 1), (1 - share) * (1 / spread - 1)
    at = np.exp(
        _log_choose(trials, count) + special.betaln(count + alpha, trials - count + beta) - special.betaln(alpha, beta)
    )
    upward = count >= trials * share
    above = np.empty_like(at)
    above[upward] = _sum_up(at[upward], count[upward], trials[upward], alpha[upward], beta[upward])
    # The other way round: failures of the mirrored distribution.
    down = ~upward
    below = _sum_up(at[down], (trials - count)[down], trials[down], beta[down], alpha[down])
    above[down] = 1 - below - at[down]
    return np.clip(above, 0, 1), at


def poisson_tails(count: FloatArray, expected: FloatArray, *, spread: float) -> tuple[FloatArray, FloatArray]:
    """Return P(X > count) and P(X = count) of negative binomial counts.

    Args:
        count: Whole numbers.
        expected: Expected count of each, above 0.
        spread: Squared coefficient of variation of the true rates.
    """
    if spread < NO_SPREAD:
        at = np.exp(special.xlogy(count, expected) - expected - special.gammaln(count + 1))
        return special.gammainc(count + 1, expected), at
    size = 1 / spread
    success = size / (size + expected)
    at = np.exp(
        special.gammaln(count + size) - special.gammaln(size) - special.gammaln(count + 1)
        + special.xlogy(size, success) + special.xlog1py(count, -success)
    )  # fmt: skip
    return special.betainc(count + 1, size, 1 - success), at


def _sum_up(at: FloatArray, count: FloatArray, trials: FloatArray, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Return Σ P(X = j), j > count, by the ratio of neighbouring terms; a row stops when its terms are negligible."""
    total = np.zeros_like(at)
    rows, term, j = np.arange(len(at)), at.copy(), count.copy()
    while len(rows):
        term = term * (trials[rows] - j) / (j + 1) * (j + alpha[rows]) / (trials[rows] - j - 1 + beta[rows])
        total[rows] += term
        j = j + 1
        going = (term > NEGLIGIBLE * total[rows]) & (j < trials[rows])
        rows, term, j = rows[going], term[going], j[going]
    return total


def _log_choose(trials: FloatArray, count: FloatArray) -> FloatArray:
    chosen: FloatArray = -np.log1p(trials) - special.betaln(trials - count + 1, count + 1)
    return chosen
