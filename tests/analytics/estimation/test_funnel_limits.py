"""Funnel limits: by hand, chance alone, over-dispersion, cluster standard errors."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from analytics.estimation import EstimationError, funnel_limits
from analytics.estimation.funnel import WINSORISED_VARIANCE

VALUES = np.array([0.30, 0.25, 0.50, 0.32, 0.10])
COUNTS = np.array([100.0, 50, 200, 400, 150])


def beyond(funnel, name="within"):
    return (funnel.units["position"] != name).mean()


def simulate(*, between, repetitions=400, units=25, share=0.3, smallest=30, largest=400):
    """Funnels of `units` districts whose true shares are beta with variance `between` · p(1 − p)."""
    rng = np.random.default_rng(6)
    for _ in range(repetitions):
        counts = np.exp(rng.uniform(np.log(smallest), np.log(largest), units)).round()
        spread = 1 / between - 1 if between else None
        truth = np.full(units, share) if spread is None else rng.beta(share * spread, (1 - share) * spread, units)
        yield funnel_limits(rng.binomial(counts.astype(int), truth) / counts, counts)


def test_limits_by_hand_without_overdispersion():
    values = np.array([0.30, 0.28, 0.31, 0.41])
    counts = np.array([100.0, 400, 200, 100])
    funnel = funnel_limits(values, counts)
    centre = (30 + 112 + 62 + 41) / 800
    assert funnel.centre == pytest.approx(centre)
    assert funnel.phi == 1
    error = math.sqrt(centre * (1 - centre) / 100)
    first = funnel.units.iloc[0]
    assert (first["low95"], first["high95"]) == pytest.approx((centre - 1.95996 * error, centre + 1.95996 * error))
    assert (first["low998"], first["high998"]) == pytest.approx((centre - 3.09023 * error, centre + 3.09023 * error))
    assert funnel.units["position"].tolist() == ["within", "within", "within", "beyond95"]
    assert funnel.units["side"].tolist() == ["", "", "", "high"]


def test_overdispersion_by_hand():
    funnel = funnel_limits(VALUES, COUNTS)
    centre = (VALUES * COUNTS).sum() / COUNTS.sum()
    residual = (VALUES - centre) / np.sqrt(centre * (1 - centre) / COUNTS)
    low, high = np.quantile(residual, [0.1, 0.9])
    phi = np.mean(np.clip(residual, low, high) ** 2) / WINSORISED_VARIANCE
    assert 5 * phi > stats.chi2.ppf(0.95, 4)
    assert (funnel.phi, funnel.phi_estimated) == pytest.approx((phi, phi))
    expected = centre + 1.95996 * math.sqrt(phi * centre * (1 - centre) / 100)
    assert funnel.units["high95"].iloc[0] == pytest.approx(expected, abs=1e-5)


def test_the_winsorised_variance_is_that_of_a_normal_variable():
    end = stats.norm.ppf(0.9)
    variance, _ = integrate.quad(lambda z: min(abs(z), end) ** 2 * stats.norm.pdf(z), -10, 10, points=[-end, end])
    assert pytest.approx(variance, abs=5e-5) == WINSORISED_VARIANCE


def test_the_curve_spans_the_units_and_meets_them():
    funnel = funnel_limits(VALUES, COUNTS)
    assert len(funnel.curve) == 60
    assert funnel.curve["denominator"].iloc[[0, -1]].tolist() == pytest.approx([50, 400])
    assert funnel.curve["high95"].is_monotonic_decreasing
    assert funnel.curve["high95"].iloc[0] == pytest.approx(funnel.units["high95"].iloc[1])
    assert funnel.curve[["low95", "high95", "low998", "high998"]].stack().between(0, 1).all()


def test_position_and_limits_agree():
    for funnel in simulate(between=0.02, repetitions=20):
        units = funnel.units
        outside = (units["value"] < units["low95"]) | (units["value"] > units["high95"])
        far = (units["value"] < units["low998"]) | (units["value"] > units["high998"])
        assert (units["position"] != "within").tolist() == outside.tolist()
        assert (units["position"] == "beyond998").tolist() == far.tolist()


def test_chance_alone_stays_within():
    funnels = list(simulate(between=0))
    assert 0.03 <= np.mean([beyond(funnel) for funnel in funnels]) <= 0.06
    assert np.mean([(funnel.units["position"] == "beyond998").mean() for funnel in funnels]) < 0.004
    assert np.mean([funnel.phi > 1 for funnel in funnels]) < 0.12


def test_true_variation_between_districts_is_not_called_abnormal():
    for between in (0.01, 0.03):
        funnels = list(simulate(between=between))
        assert np.mean([beyond(funnel) for funnel in funnels]) < 0.08
        assert np.mean([funnel.phi for funnel in funnels]) > 1.5
    # Without the factor the alarms would be many.
    plain = [(f.units["value"] - f.centre).abs() > (f.units["high95"] - f.centre) / f.phi**0.5 for f in funnels]
    assert np.mean(plain) > 0.25


def test_one_abnormal_district_still_stands_out():
    rng = np.random.default_rng(8)
    found = 0
    for _ in range(100):
        truth = np.append(np.full(24, 0.3), 0.6)
        found += (
            funnel_limits(rng.binomial(150, truth) / 150, np.full(25, 150)).units["position"].iloc[-1] == "beyond998"
        )
    assert found > 95


def test_cluster_standard_errors_make_effective_denominators():
    error = np.sqrt(2 * VALUES * (1 - VALUES) / COUNTS)
    funnel = funnel_limits(VALUES, COUNTS, standard_errors=error)
    assert funnel.units["denominator"].tolist() == pytest.approx((COUNTS / 2).tolist())
    assert funnel.centre == pytest.approx((VALUES * COUNTS).sum() / COUNTS.sum())


def test_a_standard_error_of_nought_borrows_the_design_effect_of_the_others():
    error = np.sqrt(2 * VALUES * (1 - VALUES) / COUNTS)
    error[0] = 0
    error[1] = np.nan
    denominators = funnel_limits(VALUES, COUNTS, standard_errors=error).units["denominator"]
    assert denominators.tolist() == pytest.approx((COUNTS / 2).tolist())
    assert funnel_limits(VALUES, COUNTS, standard_errors=np.zeros(5)).units["denominator"].tolist() == COUNTS.tolist()


def test_effective_denominators_never_exceed_the_rows():
    tiny = np.full(5, 1e-6)
    assert funnel_limits(VALUES, COUNTS, standard_errors=tiny).units["denominator"].tolist() == COUNTS.tolist()


def test_units_without_data_keep_their_row_and_get_no_position():
    funnel = funnel_limits([0.3, np.nan, 0.2], [100, 50, 0])
    assert funnel.units["position"].tolist() == ["within", "", ""]
    assert funnel.units["high95"].isna().tolist() == [False, True, True]


def test_a_reference_and_other_levels():
    funnel = funnel_limits([0.30, 0.31], [100, 120], centre=0.5, levels=(0.9, 0.99))
    assert funnel.centre == 0.5
    assert {"low90", "high90", "low99", "high99"} <= set(funnel.curve.columns)
    assert funnel.units["side"].isin(["low", ""]).all()


def test_nobody_anywhere_has_no_spread():
    funnel = funnel_limits([0.0, 0.0], [50, 60])
    assert funnel.units["position"].tolist() == ["within", "within"]
    assert funnel.units["high998"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("values", "counts", "options", "message"),
    [
        ([0.1, 0.2], [10], {}, "one length"),
        ([np.nan], [10], {}, "no unit"),
        ([], [], {}, "no unit"),
        ([45.0], [10], {}, "outside 0 to 1"),
        ([0.4, 0.3], [10, -1], {}, "negative"),
        ([0.4], [10], {"centre": 0}, "centre"),
        ([0.4], [10], {"levels": (95,)}, "level"),
    ],
)
def test_unusable_input_is_refused(values, counts, options, message):
    with pytest.raises(EstimationError, match=message):
        funnel_limits(values, counts, **options)


def test_a_single_unit_is_within_its_own_funnel():
    funnel = funnel_limits([0.3], [100])
    assert math.isnan(funnel.phi_estimated)
    assert funnel.units["position"].tolist() == ["within"]
