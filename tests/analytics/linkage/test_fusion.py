"""Fusion: prior, faces and records add up; shares come out as they were planted."""

import numpy as np
import pytest
from scipy import stats

from analytics.linkage.fusion import Shares, estimate_shares, fuse, log10_odds, posterior


def fused(face, kept, altered, *, people=1_001, shares=None):
    columns = (np.array(values, dtype=float) for values in (face, kept, altered))
    face, kept, altered = columns
    return fuse(face=face, kept=kept, altered=altered, people=people, shares=shares or Shares())


def test_prior_odds_are_those_of_drawing_a_true_pair():
    people, duplicates = 5_000, 50
    pairs = people * (people - 1) // 2
    assert Shares(duplicates=0.01).prior(people) == pytest.approx(np.log10(duplicates / (pairs)), abs=1e-9)


def test_posterior_is_bayes_rule():
    one = fused([2.0], [1.0], [1.0])
    odds = (0.02 / 1_000) * 1e2 * 1e1
    assert one.probability[0] == pytest.approx(odds / (1 + odds))
    assert one.odds[0] == pytest.approx(np.log10(odds))


def test_record_is_the_mixture_of_both_kinds():
    shares = Shares(altered=0.25)
    one = fused([0.0], [5.0], [-1.0], shares=shares)
    ratio = 0.75 * 1e5 + 0.25 * 1e-1
    assert one.record[0] == pytest.approx(np.log10(ratio))
    assert one.altered[0] == pytest.approx(0.25 * 1e-1 / ratio)


def test_what_was_not_compared_says_nothing():
    one = fused([np.nan, 3.0], [4.0, np.nan], [4.0, np.nan])
    prior = Shares().prior(1_001)
    np.testing.assert_allclose(one.odds, [prior + 4, prior + 3])
    assert np.isnan(one.record[1])
    assert np.isnan(one.altered[1])


def test_extreme_evidence_neither_overflows_nor_leaves_the_unit_interval():
    one = fused([400.0, -400.0], [300.0, -300.0], [-300.0, 300.0])
    assert np.isfinite(one.odds).all()
    assert ((one.probability >= 0) & (one.probability <= 1)).all()


def test_probability_and_odds_are_inverse():
    values = np.array([1e-9, 0.05, 0.5, 0.95])
    np.testing.assert_allclose(posterior(np.array([log10_odds(value) for value in values])), values)


def test_shares_come_out_as_planted_and_posteriors_are_calibrated():
    """Scores of a known model: impostors N(0, 1) in each kind of evidence, true pairs shifted by 3 where it tells."""
    rng = np.random.default_rng(7)
    people, true, altered_share, shift = 20_000, 600, 0.3, 3.0
    is_true = np.zeros(400_000, dtype=bool)
    is_true[:true] = True
    is_altered = is_true & (np.arange(len(is_true)) < true * altered_share)
    face = rng.standard_normal(len(is_true)) + shift * is_true
    birth = rng.standard_normal(len(is_true)) + shift * is_true
    name = rng.standard_normal(len(is_true)) + shift * (is_true & ~is_altered)

    def lr(score):
        return (stats.norm.logpdf(score, shift) - stats.norm.logpdf(score)) / np.log(10)

    pairs = people * (people - 1) / 2
    # These are all the pairs that there are, so that the prior is told for as many.
    scale = np.log10(pairs / len(is_true))
    evidence = {"face": lr(face) + scale, "kept": lr(birth) + lr(name), "altered": lr(birth)}
    found = estimate_shares(**evidence, people=people, start=Shares(duplicates=0.01, altered=0.5))
    assert found.duplicates == pytest.approx(true / people, rel=0.1)
    assert found.altered == pytest.approx(altered_share, abs=0.08)
    probability = fuse(**evidence, people=people, shares=found).probability
    for low, high in ((0.05, 0.3), (0.3, 0.7), (0.7, 0.95)):
        chosen = (probability >= low) & (probability < high)
        spread = np.sqrt((probability[chosen] * (1 - probability[chosen])).sum())
        assert abs(is_true[chosen].sum() - probability[chosen].sum()) < 4 * spread


def test_share_that_is_known_is_not_estimated():
    evidence = {name: np.array([9.0, 9.0]) for name in ("face", "kept", "altered")}
    found = estimate_shares(**evidence, people=10, start=Shares(duplicates=0.05), duplicates=0.05)
    assert found.duplicates == 0.05


def test_shares_stay_within_their_bounds():
    evidence = {"face": np.full(500, 90.0), "kept": np.full(500, 90.0), "altered": np.full(500, -90.0)}
    found = estimate_shares(**evidence, people=100, start=Shares())
    assert found.duplicates == 0.2
    assert found.altered == 0.05
