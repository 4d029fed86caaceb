"""Rates of regions that borrow from each other: what is shown, what informs the model, when there is none."""

import numpy as np
import pandas as pd
import pytest

from analytics.estimation import fay_herriot, ratios, smoothed_variances
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.small_areas import small_areas

PERIODS = ("2026-Q1", "2026-Q2")
MINIMUM = 30
SMALL, LONE = "area 00", "area 01"
"""One area has too few checks, one has them all in a single village."""


@pytest.fixture(scope="module")
def truth():
    rng = np.random.default_rng(5)
    return pd.Series(rng.beta(0.3 * 80, 0.7 * 80, 40), index=[f"area {i:02}" for i in range(40)])


@pytest.fixture(scope="module")
def frame(truth):
    """8 villages × 5 checks an area."""
    rng = np.random.default_rng(6)
    villages = {SMALL: 4, LONE: 1}
    rows = [
        (area, area, f"{area}/{village}", rng.binomial(size := 40 if area == LONE else 5, share), size)
        for area, share in truth.items()
        for village in range(villages.get(area, 8))
    ]
    found = pd.DataFrame(rows, columns=["district", "stratum", "cluster", "numerator", "denominator"])
    return found.assign(n=found["denominator"]).astype({"numerator": float, "denominator": float})


@pytest.fixture(scope="module")
def predicted(truth):
    """What a model that is nearly right says of 1,000 families an area."""
    noise = np.random.default_rng(7).normal(0, 0.02, len(truth))
    return pd.DataFrame(
        {
            "district": truth.index,
            "predicted_numerator": 1_000 * (truth + noise).clip(0.01, 0.99).to_numpy(),
            "predicted_denominator": 1_000.0,
        }
    )


def error(found, truth):
    return float(np.sqrt(((found.set_index("district")["value"] - truth) ** 2).mean()))


def test_borrowing_brings_the_areas_nearer_to_the_truth(frame, predicted, truth):
    own = ratios(frame, by=["district"], minimum=MINIMUM)
    without = small_areas(frame, None, level="district", minimum=MINIMUM)
    helped = small_areas(frame, predicted, level="district", minimum=MINIMUM)
    assert error(helped, truth) < error(without, truth) < error(own, truth)
    assert (helped["high"] - helped["low"]).mean() < 0.6 * (own["high"] - own["low"]).mean()


def test_areas_with_too_few_checks_inform_the_model_and_show_no_rate(frame):
    found = small_areas(frame, None, level="district", minimum=MINIMUM).set_index("district")
    assert found.loc[[SMALL, LONE], "reason"].tolist() == ["small_n", "one_cluster"]
    assert found.loc[[SMALL, LONE], ["value", "low", "high", "se"]].isna().all(axis=None)
    assert found.loc[SMALL, "n"] == 20
    others = found.drop([SMALL, LONE])
    own = ratios(frame, by=["district"], minimum=1).set_index("district")
    areas = own.assign(variance=smoothed_variances(own).variance)
    pd.testing.assert_series_equal(others["value"], fay_herriot(areas).areas["value"].drop([SMALL, LONE]))


def test_a_prediction_that_misses_an_area_is_no_covariate(frame, predicted):
    without = small_areas(frame, None, level="district", minimum=MINIMUM)
    partly = small_areas(frame, predicted.iloc[:-1], level="district", minimum=MINIMUM)
    pd.testing.assert_frame_equal(partly, without)


def test_too_few_areas_make_no_model(frame, truth):
    few = frame[frame["district"].isin(truth.index[2:7])]
    assert small_areas(few, None, level="district", minimum=MINIMUM) is None


def test_the_pilots_districts(pilot):
    filters = Filters(programme="PKH", periods=PERIODS)
    direct = measure(pilot, METRICS["exclusion_error"], filters, by=["district"]).set_index("district")
    small = measure(
        pilot, METRICS["exclusion_error"], Filters(programme="PKH", periods=PERIODS, method="small_area"),
        by=["district"],
    ).set_index("district")  # fmt: skip
    assert set(small["method"]) == {"small_area"}
    assert small["n"].tolist() == direct["n"].tolist()
    assert small["reason"].tolist() == direct["reason"].tolist()
    shown = small[small["reason"] == ""]
    assert len(shown) > 0
    assert shown["numerator"].to_numpy() == pytest.approx((shown["value"] * shown["denominator"]).to_numpy())
    assert shown["denominator"].to_numpy() == pytest.approx(direct.loc[shown.index, "denominator"].to_numpy())
    assert shown["value"].std() < direct.loc[shown.index, "value"].std()
