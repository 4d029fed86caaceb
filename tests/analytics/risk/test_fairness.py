"""A planted bias against a group is found, none is not, and every figure is fairlearn's and scikit-learn's."""

from dataclasses import replace

import numpy as np
import pytest
from fairlearn.metrics import false_negative_rate, false_positive_rate
from scipy.special import expit
from sklearn.metrics import precision_score

from analytics.risk.evaluation import _village_draws
from analytics.risk.fairness import LEAST_CHECKS, MEASURES, as_listed, fairness


@pytest.fixture(scope="module")
def known(checked):
    """The true probability of a noisy record, and a group that has nothing to do with it."""
    rng = np.random.default_rng(12)
    signal = rng.normal(0, 1.5, len(checked))
    entitled = rng.random(len(checked)) < expit(signal)
    rows = checked.rows.assign(
        head_sex=np.where(rng.random(len(checked)) < 0.3, "female", "male"),
        channel=np.where(np.arange(len(checked)) < 25, "self", None),
        small_family=None,
    )
    return replace(checked, entitled=entitled, rows=rows), expit(signal)


def table(learners, probability):
    found = fairness(learners, probability, _village_draws(learners.rows["village"], seed=1))
    return {(row["group"], row["value"], row["measure"]): row for row in found}


def test_a_planted_bias_against_a_group_is_found_and_none_is_not(known):
    learners, probability = known
    fair = table(learners, probability)
    women = (learners.rows["head_sex"] == "female").to_numpy()
    low = np.where(women, probability * 0.5, probability)
    biased = table(learners, low)
    for measure in ("missed", "calibration_gap"):
        everybody = fair["all", "all", measure]["estimate"]
        row = fair["head_sex", "female", measure]
        assert row["low"] <= everybody <= row["high"]
        row = biased["head_sex", "female", measure]
        everybody = biased["all", "all", measure]["estimate"]
        assert (row["low"] > everybody) if measure == "missed" else (row["high"] < everybody)
    expected = np.average(low[women] - learners.entitled[women], weights=learners.weight[women])
    assert biased["head_sex", "female", "calibration_gap"]["estimate"] == pytest.approx(expected)


def test_figures_are_fairlearns_and_scikit_learns(known):
    learners, probability = known
    listed = as_listed(np.argsort(-probability, kind="stable"), learners.entitled, learners.weight)
    found = table(learners, probability)
    for district in learners.rows["district"].unique():
        own = (learners.rows["district"] == district).to_numpy()
        truth, said, weight = learners.entitled[own], listed[own], learners.weight[own]
        for measure, expected, under in (
            ("missed", false_negative_rate, truth),
            ("wrongly_listed", false_positive_rate, ~truth),
            ("precision", precision_score, said),
        ):
            row = found["district", district, measure]
            assert row["estimate"] == pytest.approx(expected(truth, said, sample_weight=weight))
            assert row["n"] == under.sum()
            assert row["low"] <= row["estimate"] <= row["high"]


def test_a_list_is_as_long_as_the_entitled(known):
    learners, probability = known
    listed = as_listed(np.argsort(-probability, kind="stable"), learners.entitled, learners.weight)
    quota = learners.weight[learners.entitled].sum()
    assert learners.weight[listed].sum() == pytest.approx(quota, abs=learners.weight.max())
    assert probability[listed].min() >= probability[~listed].max()


def test_nothing_is_said_of_fewer_than_thirty_checks_or_of_what_is_not_recorded(known):
    found = table(*known)
    assert not [key for key in found if key[:2] == ("channel", "self")]  # 25 checks
    assert not [key for key in found if key[0] == "small_family"]
    assert min(row["n"] for row in found.values()) >= LEAST_CHECKS
    assert {key[2] for key in found} == {measure.name for measure in MEASURES}


def test_intervals_of_clustered_errors_cover_as_often_as_they_say():
    """Villages whose predictions are off together: the calibration gap's interval must hold the true gap, 0."""
    from tests.analytics.risk.conftest import made

    base, held = made(600, seed=2), 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        village = base.rows["village"].astype("category").cat.codes.to_numpy()
        share = np.clip(0.4 + rng.normal(0, 0.12, village.max() + 1), 0.02, 0.98)[village]
        learners = replace(base, entitled=rng.random(len(base)) < share)
        row = table_gap(learners)
        held += row["low"] <= 0 <= row["high"]
    assert held >= 35  # 38 expected; 3 standard errors below is 34


def table_gap(learners):
    draws = _village_draws(learners.rows["village"], seed=3)
    rows = fairness(learners, np.full(len(learners), 0.4), draws, groups=())
    return next(row for row in rows if row["group"] == "all" and row["measure"] == "calibration_gap")
