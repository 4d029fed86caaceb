"""Does the interval cover the truth as often as it says? Simulated with known truth."""

import time

import numpy as np
import pandas as pd
import pytest

from analytics.estimation import ratios

REPETITIONS = 2000
HONEST = (0.93, 0.97)
"""Coverage of a nominal 95 % interval that is accepted (docs: 93–97 %)."""


def samples(*, share, correlation, villages=50, households=20, strata=1, held=1.0, weighted=False, seed=1):
    """Beta-binomial villages, `REPETITIONS` samples; `held` is the share of villages that hold rows of the domain."""
    rng = np.random.default_rng(seed)
    spread = (1 - correlation) / correlation
    shape = (REPETITIONS, villages)
    size = np.where(rng.random(shape) < held, households, 0)
    successes = rng.binomial(size, rng.beta(share * spread, (1 - share) * spread, shape))
    weight = rng.uniform(0.5, 2, shape) if weighted else np.ones(shape)
    village = np.tile(np.arange(villages), REPETITIONS)
    return pd.DataFrame(
        {
            "sample": np.repeat(np.arange(REPETITIONS), villages),
            "stratum": village % strata,
            "cluster": village,
            "numerator": (weight * successes).ravel(),
            "denominator": (weight * size).ravel(),
            "n": size.ravel(),
        }
    )


def coverage(found, share):
    shown = found[~found["suppressed"]]
    return ((shown["low"] <= share) & (share <= shown["high"])).mean()


@pytest.mark.parametrize(
    "setting",
    [
        {"share": 0.41, "correlation": 0.045},
        {"share": 0.41, "correlation": 0.045, "strata": 5},
        {"share": 0.41, "correlation": 0.045, "weighted": True},
        {"share": 0.1, "correlation": 0.045},
        {"share": 0.41, "correlation": 0.1, "villages": 10},
        {"share": 0.3, "correlation": 0.1, "villages": 50, "strata": 25},
    ],
    ids=str,
)
def test_nominal_95_covers_95(setting):
    found = ratios(samples(**setting), by=["sample"])
    assert HONEST[0] <= coverage(found, setting["share"]) <= HONEST[1]


def test_ignoring_the_villages_fails():
    found = ratios(samples(share=0.41, correlation=0.045), by=["sample"])
    half = 1.96 * np.sqrt(found["value"] * (1 - found["value"]) / found["n"])
    naive = ((found["value"] - 0.41).abs() <= half).mean()
    assert 0.82 <= naive <= 0.88


@pytest.mark.parametrize(
    "setting", [{"strata": 1, "held": 0.15}, {"strata": 5, "held": 0.2}, {"strata": 10, "held": 0.4}], ids=str
)
def test_domains_in_few_villages_are_covered(setting):
    found = ratios(samples(share=0.4, correlation=0.1, households=8, **setting), by=["sample"])
    assert HONEST[0] <= coverage(found, 0.4) <= HONEST[1]


@pytest.mark.parametrize(
    "setting",
    [
        {"share": 0.02, "correlation": 0.15},
        {"share": 0.03, "correlation": 0.1},
        {"share": 0.05, "correlation": 0.15},
        {"share": 0.1, "correlation": 0.15, "villages": 10, "households": 10},
        {"share": 0.3, "correlation": 0.15, "villages": 8, "households": 5},
        {"share": 0.3, "correlation": 0.3, "villages": 4, "households": 10},
    ],
    ids=str,
)
def test_rare_events_and_few_villages_are_covered(setting):
    found = ratios(samples(**setting), by=["sample"])
    assert HONEST[0] <= coverage(found, setting["share"]) <= HONEST[1]


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.5])
def test_thirty_families_drawn_one_by_one_are_covered_on_average(share):
    # Counts are coarse: coverage jumps with the share, so the mean over nearby shares is judged.
    rng = np.random.default_rng(5)
    truth = rng.uniform(share - 0.05, share + 0.05, REPETITIONS)
    totals = pd.DataFrame(
        {
            "sample": np.repeat(np.arange(REPETITIONS), 30),
            "stratum": "all",
            "cluster": np.tile(np.arange(30), REPETITIONS),
            "numerator": (rng.random(30 * REPETITIONS) < np.repeat(truth, 30)).astype(float),
            "denominator": 1.0,
            "n": 1,
        }
    )
    found = ratios(totals, by=["sample"])
    hits = (found["low"].to_numpy() <= truth) & (truth <= found["high"].to_numpy())
    assert HONEST[0] <= hits.mean() <= HONEST[1]


@pytest.mark.parametrize(("share", "villages"), [(0.002, 50), (0.01, 15)])
def test_shares_that_are_often_nought_are_covered(share, villages):
    found = ratios(samples(share=share, correlation=0.1, villages=villages), by=["sample"])
    assert (found["value"] == 0).mean() > 0.2
    assert coverage(found, share) >= HONEST[0]


def test_strata_that_cut_villages_are_too_narrow():
    # One cluster per village and decile in place of one per village: why `ratios` refuses a cluster in two strata.
    rng = np.random.default_rng(2)
    pairs = pd.MultiIndex.from_product(
        [range(REPETITIONS // 2), range(50), range(10)], names=["sample", "village", "decile"]
    ).to_frame(index=False)
    spread = (1 - 0.045) / 0.045
    shares = np.repeat(rng.beta(0.41 * spread, 0.59 * spread, REPETITIONS // 2 * 50), 10)
    totals = pairs.assign(numerator=rng.binomial(2, shares), denominator=2.0, n=2)
    by_village = ratios(totals.assign(stratum=0, cluster=totals["village"]), by=["sample"])
    by_part = totals.assign(stratum=totals["decile"], cluster=totals["village"] * 10 + totals["decile"])
    assert HONEST[0] <= coverage(by_village, 0.41) <= HONEST[1]
    assert coverage(ratios(by_part, by=["sample"]), 0.41) < 0.89


def test_seven_thousand_domains_take_a_moment():
    rng = np.random.default_rng(3)
    rows = 7_000 * 20
    totals = pd.DataFrame(
        {
            "district": np.repeat(np.arange(7_000), 20).astype(str),
            "stratum": np.repeat(np.arange(7_000), 20).astype(str),
            "cluster": np.arange(rows).astype(str),
            "numerator": rng.integers(0, 6, rows).astype(float),
            "denominator": 5.0,
            "n": 5,
        }
    )
    start = time.perf_counter()
    assert len(ratios(totals, by=["district"])) == 7_000
    assert time.perf_counter() - start < 3
