"""Tails of counts against SciPy's own distributions, and against Beta and Gamma mixtures drawn by chance."""

import numpy as np
import pytest
from scipy import stats

from analytics.agents.tails import binomial_tails, poisson_tails

COUNTS = np.array([0.0, 1.0, 3.0, 9.0, 20.0])


@pytest.mark.parametrize("spread", [0.01, 0.05, 0.3])
def test_beta_binomial_tails_are_scipys(spread):
    trials, share = np.array([20.0, 40.0, 5.0, 300.0, 20.0]), np.array([0.1, 0.01, 0.5, 0.02, 0.6])
    above, at = binomial_tails(COUNTS, trials, share, spread=spread)
    alpha, beta = share * (1 / spread - 1), (1 - share) * (1 / spread - 1)
    oracle = stats.betabinom(trials.astype(int), alpha, beta)
    np.testing.assert_allclose(at, oracle.pmf(COUNTS), rtol=1e-8)
    np.testing.assert_allclose(above, oracle.sf(COUNTS), rtol=1e-7, atol=1e-14)


def test_a_far_tail_of_a_beta_binomial_is_exact_where_a_difference_of_sums_is_not():
    above, at = binomial_tails(np.array([60.0]), np.array([200.0]), np.array([0.01]), spread=0.005)
    oracle = stats.betabinom(200, 0.01 * 199, 0.99 * 199)
    far = oracle.pmf(np.arange(60, 201))
    assert above[0] + at[0] == pytest.approx(far.sum(), rel=1e-9)
    assert 0 < above[0] < 1e-12


def test_without_spread_counts_are_binomial_and_poisson():
    trials, share = np.full(5, 30.0), np.full(5, 0.2)
    above, at = binomial_tails(COUNTS, trials, share, spread=0.0)
    np.testing.assert_allclose(above, stats.binom.sf(COUNTS, 30, 0.2), rtol=1e-9)
    np.testing.assert_allclose(at, stats.binom.pmf(COUNTS, 30, 0.2), rtol=1e-9)
    above, at = poisson_tails(COUNTS, np.full(5, 2.5), spread=0.0)
    np.testing.assert_allclose(above, stats.poisson.sf(COUNTS, 2.5), rtol=1e-9)
    np.testing.assert_allclose(at, stats.poisson.pmf(COUNTS, 2.5), rtol=1e-9)


@pytest.mark.parametrize("spread", [0.02, 0.5, 4.0])
def test_negative_binomial_tails_are_scipys(spread):
    expected = np.array([0.3, 1.0, 2.0, 9.0, 5.0])
    above, at = poisson_tails(COUNTS, expected, spread=spread)
    oracle = stats.nbinom(1 / spread, 1 / (1 + spread * expected))
    np.testing.assert_allclose(at, oracle.pmf(COUNTS), rtol=1e-8)
    np.testing.assert_allclose(above, oracle.sf(COUNTS), rtol=1e-7)
