"""Model-assisted estimates against ppi-python, against arithmetic, and against known truth."""

import math

import numpy as np
import pandas as pd
import ppi_py
import pytest

from analytics.benchmarks.estimation import model_assisted
from analytics.estimation import EstimationError, assisted, ratios

N, FRAME = 400, 4_000


def checks(truth, predicted, *, cluster=None, weight=None, unsampled=1.0, stratum="all"):
    weight = np.ones(len(truth)) if weight is None else weight
    return pd.DataFrame(
        {
            "stratum": stratum,
            "cluster": np.arange(len(truth)) if cluster is None else cluster,
            "numerator": weight * truth,
            "denominator": weight,
            "n": 1,
            "predicted_numerator": weight * predicted,
            "predicted_denominator": weight,
            "unsampled": unsampled,
        }
    )


def frame(predicted, *, variance=0.0):
    return pd.DataFrame(
        {
            "predicted_numerator": [predicted.sum()],
            "predicted_denominator": [float(len(predicted))],
            "variance": variance,
        }
    )


@pytest.fixture
def sample():
    rng = np.random.default_rng(3)
    share = rng.beta(1.2, 2, N + FRAME)
    truth = (rng.random(N + FRAME) < share).astype(float)
    predicted = np.clip(share + rng.normal(0, 0.1, N + FRAME), 0, 1)
    return truth[:N], predicted[:N], predicted[N:]


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_it_agrees_with_ppi_python(sample, weight):
    # There the unlabelled are a sample too, and variances divide by n where the clusters' divide by n − 1.
    truth, predicted, others = sample
    found = assisted(
        checks(truth, predicted), frame(others, variance=others.var() / FRAME), by=[], model_weight=weight
    ).iloc[0]
    point = ppi_py.ppi_mean_pointestimate(truth, predicted, others, lam=weight).item()
    low, high = (end.item() for end in ppi_py.ppi_mean_ci(truth, predicted, others, alpha=0.05, lam=weight))
    assert found["value"] == pytest.approx(point, abs=1e-6)
    residual = (truth - weight * predicted).var() * N / (N - 1) / N
    assert found["se"] == pytest.approx(math.sqrt(residual + weight**2 * others.var() / FRAME), abs=1e-6)
    shrunk = math.sqrt((truth - weight * predicted).var() / N + weight**2 * others.var() / FRAME)
    assert (high - low) / 2 == pytest.approx(1.959964 * shrunk, abs=1e-6)


def test_the_weight_agrees_with_ppi_python(sample):
    truth, predicted, others = sample
    own = assisted(checks(truth, predicted), frame(others, variance=others.var() / FRAME), by=[]).iloc[0]
    theirs = ppi_py.ppi_mean_pointestimate(truth, predicted, others).item()
    # Its weight uses the pooled variance of both samples, ours that of the checks: equal up to 1/√n.
    assert own["value"] == pytest.approx(theirs, abs=2e-3)


def test_by_hand_the_weight_is_the_slope_and_the_error_that_of_the_residuals(sample):
    truth, predicted, others = sample
    found = assisted(checks(truth, predicted, unsampled=0.9), frame(others), by=[]).iloc[0]
    slope = np.cov(truth, predicted)[0, 1] / predicted.var(ddof=1)
    value = truth.mean() + slope * (others.mean() - predicted.mean())
    residual = truth - slope * predicted
    assert found["model_weight"] == pytest.approx(slope)
    assert found["value"] == pytest.approx(value)
    # One degree of freedom is paid for the slope: n − 2 as in any regression.
    assert found["se"] == pytest.approx(math.sqrt(0.9 * residual.var(ddof=1) * (N - 1) / (N - 2) / N))
    assert (found["direct"], found["df"]) == (pytest.approx(truth.mean()), N - 2)


def test_villages_count_as_villages(sample):
    truth, predicted, others = sample
    village = np.repeat(np.arange(40), 10)
    found = assisted(checks(truth, predicted, cluster=village), frame(others), by=[], model_weight=0.5).iloc[0]
    a = (truth - truth.mean()) - 0.5 * (predicted - predicted.mean())
    sums = pd.Series(a).groupby(village).sum()
    assert found["se"] == pytest.approx(math.sqrt(40 / 39 * (sums**2).sum()) / N)
    assert found["clusters"] == 40


def test_a_ratio_is_corrected_as_a_ratio():
    # Exclusion: both the missed and the entitled are predicted.
    rng = np.random.default_rng(4)
    chance, receives = rng.random(2_000), rng.random(2_000) < 0.4
    entitled = rng.random(2_000) < chance
    drawn = np.arange(300)
    totals = pd.DataFrame(
        {
            "stratum": "all",
            "cluster": drawn,
            "numerator": (entitled & ~receives)[drawn].astype(float),
            "denominator": entitled[drawn].astype(float),
            "n": entitled[drawn].astype(int),
            "predicted_numerator": (chance * ~receives)[drawn],
            "predicted_denominator": chance[drawn],
        }
    )
    whole = pd.DataFrame({"predicted_numerator": [(chance * ~receives).sum()], "predicted_denominator": [chance.sum()]})
    found = assisted(totals, whole, by=[], model_weight=1.0).iloc[0]
    direct = (entitled & ~receives)[drawn].sum() / entitled[drawn].sum()
    shift = (chance * ~receives).sum() / chance.sum() - (chance * ~receives)[drawn].sum() / chance[drawn].sum()
    assert found["value"] == pytest.approx(direct + shift)
    u = ((entitled & ~receives) - direct * entitled)[drawn] / entitled[drawn].sum()
    f = (chance * ~receives)[drawn] - (chance * ~receives)[drawn].sum() / chance[drawn].sum() * chance[drawn]
    residual = u - f / chance[drawn].sum()
    assert found["se"] == pytest.approx(math.sqrt(300 / 299 * (residual**2).sum()))


def test_what_is_known_for_sure_has_no_interval():
    truth = np.array([1.0] * 40 + [0.0] * 60)
    found = assisted(checks(truth, truth), frame(np.array([1.0] * 380 + [0.0] * 620)), by=[], model_weight=1.0).iloc[0]
    assert found["value"] == pytest.approx(0.38)
    assert (found["low"], found["high"]) == pytest.approx((0.38, 0.38), abs=1e-5)


def test_domains_share_one_weight(sample):
    truth, predicted, others = sample
    district = np.arange(N) % 4
    totals = checks(truth, predicted, unsampled=1.0).assign(district=district)
    whole = pd.concat([frame(others[i::4]).assign(district=i) for i in range(4)])
    found = assisted(totals, whole, by=["district"])
    assert found["model_weight"].nunique() == 1
    means = (
        pd.Series(truth).groupby(district).transform("mean"),
        pd.Series(predicted).groupby(district).transform("mean"),
    )
    a, b = truth - means[0], predicted - means[1]
    # Every district has 100 families, so that all weigh the same in the least sum of variances.
    assert found["model_weight"].iloc[0] == pytest.approx((a * b).sum() / (b**2).sum(), rel=1e-3)
    direct = ratios(totals, by=["district"])
    assert found["direct"].tolist() == pytest.approx(direct["value"].tolist())
    assert found["direct_low"].tolist() == pytest.approx(direct["low"].tolist())


def test_a_domain_without_predictions_keeps_its_direct_estimate(sample):
    truth, predicted, others = sample
    totals = checks(truth, predicted).assign(district=np.arange(N) % 2)
    found = assisted(totals, frame(others).assign(district=0), by=["district"]).set_index("district")
    assert found.loc[1, "model_weight"] == 0
    assert found.loc[1, "value"] == found.loc[1, "direct"]
    assert found.loc[0, "model_weight"] > 0


def test_a_correction_out_of_bounds_is_not_made():
    truth = np.array([1.0] * 2 + [0.0] * 98)
    predicted = truth * 0.5 + 0.3
    found = assisted(checks(truth, predicted), frame(np.zeros(50) + 0.01), by=[], model_weight=1.0).iloc[0]
    assert (found["value"], found["model_weight"]) == (0.02, 0)


def test_few_checks_are_not_shown(sample):
    truth, predicted, others = sample
    found = assisted(checks(truth[:20], predicted[:20]), frame(others), by=[]).iloc[0]
    assert found["reason"] == "small_n"
    assert np.isnan(
        [found[name] for name in ("value", "low", "high", "se", "direct", "direct_low", "model_weight")]
    ).all()


def test_models_good_bad_and_useless_cover_and_never_widen():
    found = model_assisted.run(60, 11)
    coverage = [row.value for row in found if row.estimator == "PPI++" and row.quantity == "coverage"]
    assert len(coverage) == 8
    # 480 samples: two standard errors of .95 are .02.
    assert 0.93 <= np.mean(coverage) <= 0.975
    ratio = {row.setting: row.value for row in found if row.quantity.startswith("width /")}
    assert all(value <= 1.02 for value in ratio.values())
    assert ratio["n = 1,000 families one by one, model AUC .85, calibrated"] <= 0.82


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda totals, whole: (totals.drop(columns="predicted_numerator"), whole), {}, "lacks predicted_numerator"),
        (
            lambda totals, whole: (totals, whole.drop(columns="predicted_denominator")),
            {},
            "lacks predicted_denominator",
        ),
        (lambda totals, whole: (totals, pd.concat([whole, whole])), {}, "names a domain twice"),
        (lambda totals, whole: (totals.assign(predicted_numerator=np.nan), whole), {}, "no usable predicted_numerator"),
        (lambda totals, whole: (totals, whole), {"model_weight": 2.0}, "weight of the model is 2.0"),
        (lambda totals, whole: (totals, whole), {"level": 95}, "level of the interval"),
    ],
)
def test_unusable_input_is_refused(sample, change, options, message):
    truth, predicted, others = sample
    totals, whole = change(checks(truth, predicted), frame(others))
    with pytest.raises(EstimationError, match=message):
        assisted(totals, whole, by=[], **options)
