"""Each measure against scikit-learn or a sum done by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from analytics.risk.calibration import calibrate, calibration_error, reliability
from analytics.risk.measures import auc, error_at_equal_quota, precision_at


@pytest.mark.parametrize("seed", range(5))
def test_area_under_the_curve_is_scikit_learns_with_ties_and_weights(seed):
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 6, 200).astype(float)
    happened, weight = rng.random(200) < 0.3, rng.uniform(0, 4, 200)
    assert auc(score, happened, weight) == pytest.approx(roc_auc_score(happened, score, sample_weight=weight))


def test_area_of_one_kind_alone_is_unknown():
    assert np.isnan(auc(np.arange(3.0), np.ones(3, dtype=bool), np.ones(3)))


def test_precision_counts_the_last_family_in_part():
    score, happened, weight = (
        np.array([4.0, 3.0, 2.0, 1.0]),
        np.array([True, False, True, False]),
        np.array([1, 2, 2, 5]),
    )
    # 40 % of a weight of 10 are 4: the first whole (1 of 1), the second whole (0 of 2), half of the third (1 of 1).
    assert precision_at(score, happened, weight.astype(float), 0.4) == pytest.approx(2 / 4)


def test_error_at_equal_quota_is_both_errors_of_a_list_as_long_as_the_entitled():
    rng = np.random.default_rng(3)
    entitled = rng.random(500) < 0.4
    score = entitled + rng.normal(0, 1, 500)
    listed = np.zeros(500, dtype=bool)
    listed[np.argsort(-score)[: entitled.sum()]] = True
    found = error_at_equal_quota(score, entitled, np.ones(500))
    assert found == pytest.approx((listed & ~entitled).sum() / listed.sum())
    assert found == pytest.approx((entitled & ~listed).sum() / entitled.sum())


def test_calibration_error_by_hand():
    probability = np.array([0.1, 0.1, 0.9, 0.9])
    happened = np.array([False, True, True, True])
    # Two bins of half the weight: |.1 − .5| and |.9 − 1|, each half.
    assert calibration_error(probability, happened, np.ones(4), bins=2) == pytest.approx(0.25)
    found = reliability(probability, happened, np.ones(4), bins=2)
    assert found["observed"].tolist() == [0.5, 1.0]
    assert found["n"].tolist() == [2, 2]


def test_calibration_recovers_sides_and_districts_that_are_known():
    rng = np.random.default_rng(5)
    count = 40_000
    margin, receives = rng.normal(0, 1, (count, 1)), rng.random(count) < 0.5
    district = pd.Series(rng.choice(["a", "b", "c"], count))
    level = district.map({"a": -0.5, "b": 0.0, "c": 0.5}).to_numpy()
    truth = expit(0.2 + 1.5 * margin[:, 0] + receives * (0.7 - 0.9 * margin[:, 0]) + level)
    found = calibrate(margin, rng.random(count) < truth, np.ones(count), receives, district)
    assert found.slopes[0] == pytest.approx(1.5, abs=0.06)
    assert found.receivers_slopes[0] == pytest.approx(-0.9, abs=0.08)
    assert found.receivers == pytest.approx(0.7, abs=0.08)
    assert found.districts["c"] - found.districts["a"] == pytest.approx(1.0, abs=0.1)
    assert np.abs(found.probability(margin, receives, district) - truth).mean() < 0.01


def test_a_district_with_few_checks_stays_with_all_others_and_one_without_adds_nothing():
    rng = np.random.default_rng(6)
    margin = rng.normal(0, 1, (2_000, 1))
    happened = rng.random(2_000) < expit(margin[:, 0])
    district = pd.Series(["many"] * 1_996 + ["few"] * 4)
    happened[-4:] = True
    found = calibrate(margin, happened, np.ones(2_000), np.zeros(2_000, dtype=bool), district)
    assert 0 < found.districts["few"] < 0.3  # four of four would be without end
    far = found.probability(np.zeros((1, 1)), np.zeros(1, dtype=bool), pd.Series(["elsewhere"]))
    assert far[0] == pytest.approx(expit(found.intercept))
