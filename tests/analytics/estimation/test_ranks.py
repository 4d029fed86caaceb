"""Rank intervals: by hand, by search, and whether they hold the true rank as often as they say."""

import numpy as np
import pandas as pd
import pytest

from analytics.estimation import EstimationError, posterior_draws, rank_intervals, ranks_of

HONEST = (0.93, 0.97)
ERROR = 0.09


def areas(value, *, variance=ERROR**2, **columns):
    return pd.DataFrame({"value": value, "variance": variance, **columns})


def test_ranks_by_hand():
    # Unit a is first in 6 of 10 draws and second in 4; b the other way round; c always last.
    draws = np.array([[3, 2, 1]] * 6 + [[2, 3, 1]] * 4)
    found = ranks_of(draws, level=0.9)
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["low"].tolist() == [1, 1, 3]
    assert found["high"].tolist() == [2, 2, 3]
    assert found["first"].tolist() == [0.6, 0.4, 0]
    assert found["last"].tolist() == [0, 0, 1]
    assert ranks_of(draws, level=0.6)[["low", "high"]].iloc[0].tolist() == [1, 1]


def test_the_run_is_the_shortest_that_holds_the_level():
    rng = np.random.default_rng(1)
    draws = rng.normal(size=(500, 9)) * rng.uniform(0.2, 2, 9) + np.linspace(0, 3, 9)
    found = ranks_of(draws)
    place = (-draws).argsort(axis=1).argsort(axis=1) + 1
    for unit, row in found.iterrows():
        held = {
            (low, high): ((low <= place[:, unit]) & (place[:, unit] <= high)).sum()
            for low in range(1, 10)
            for high in range(low, 10)
        }
        enough = {run: count for run, count in held.items() if count >= 0.95 * 500}
        shortest = min(high - low for low, high in enough)
        run = (row["low"], row["high"])
        assert run in enough
        assert run[1] - run[0] == shortest
        assert held[run] == max(count for (low, high), count in enough.items() if high - low == shortest)


def test_the_highest_value_is_first():
    found = rank_intervals(areas(np.linspace(0.1, 0.9, 9), variance=1e-6))
    assert found["rank"].tolist() == list(range(9, 0, -1))
    assert found["low"].tolist() == found["high"].tolist() == found["rank"].tolist()
    assert found["first"].tolist() == [0] * 8 + [1]


def test_probabilities_of_being_first_add_up():
    found = rank_intervals(areas(np.linspace(0.2, 0.4, 12)))
    assert found["first"].sum() == pytest.approx(1)
    assert found["last"].sum() == pytest.approx(1)
    assert found["first"].idxmax() == 11


def test_with_40_checks_the_worst_of_25_is_not_known():
    # 25 districts that vary by 5 points: the highest estimate is no verdict.
    rng = np.random.default_rng(3)
    found = [rank_intervals(areas(0.3 + rng.normal(size=25) * np.hypot(0.05, ERROR))) for _ in range(20)]
    assert np.median([ranks["first"].max() for ranks in found]) < 0.35
    assert np.mean([(ranks["high"] - ranks["low"]).mean() for ranks in found]) > 18


def test_the_same_seed_gives_the_same_ranks():
    frame = areas(np.linspace(0.2, 0.4, 12))
    pd.testing.assert_frame_equal(rank_intervals(frame), rank_intervals(frame))
    assert not rank_intervals(frame, seed=1).equals(rank_intervals(frame, seed=2))


def test_an_area_without_a_sample_may_hold_nearly_any_rank():
    frame = areas([*np.linspace(0.1, 0.6, 11), np.nan], variance=0.001).set_axis(list("abcdefghijkl"))
    found = rank_intervals(frame)
    length = found["high"] - found["low"]
    assert found.index.tolist() == list("abcdefghijkl")
    assert length["l"] > 2 * length.drop("l").max()


@pytest.mark.parametrize("correlation", [0, 0.7])
@pytest.mark.parametrize("spread", [0.05, 0.1])
def test_true_ranks_are_covered(spread, correlation):
    rng = np.random.default_rng(7)
    inside, naive = [], []
    for _ in range(200):
        truth = rng.normal(0.3, spread, 25)
        place = (-truth).argsort().argsort() + 1
        value = truth + ERROR * rng.normal(size=25)
        noise = np.sqrt(1 - correlation**2) * rng.normal(size=25)
        frame = areas(value, x=correlation * (truth - 0.3) / spread + noise)
        covariates = ["x"] if correlation else []
        found = rank_intervals(frame, covariates=covariates, draws=600, seed=1)
        inside.append(((found["low"] <= place) & (place <= found["high"])).mean())
        around = ranks_of(value + ERROR * rng.normal(size=(600, 25)))
        naive.append(((around["low"] <= place) & (place <= around["high"])).mean())
    assert HONEST[0] <= np.mean(inside) <= HONEST[1]
    # Draws around the direct estimates: the estimates spread more than the truth.
    assert np.mean(naive) < 0.93


def test_being_first_is_as_likely_as_it_says():
    rng = np.random.default_rng(9)
    said, was = [], []
    for _ in range(250):
        truth = rng.normal(0.3, 0.1, 12)
        draws = posterior_draws(areas(truth + ERROR * rng.normal(size=12)), generator=rng, draws=500)
        first = ranks_of(draws)["first"]
        said.append(first.max())
        was.append(truth.argmax() == first.argmax())
    assert np.mean(said) == pytest.approx(np.mean(was), abs=0.07)


@pytest.mark.parametrize(
    ("draws", "level", "message"),
    [
        (np.ones(5), 0.95, "Nothing can be ranked"),
        (np.ones((0, 5)), 0.95, "Nothing can be ranked"),
        (np.full((3, 2), np.nan), 0.95, "Nothing can be ranked"),
        (np.ones((3, 2)), 95, "level"),
    ],
)
def test_unusable_draws_are_refused(draws, level, message):
    with pytest.raises(EstimationError, match=message):
        ranks_of(draws, level=level)


def test_too_few_areas_are_refused():
    with pytest.raises(EstimationError, match="too few"):
        rank_intervals(areas([0.1, 0.2, 0.3]))
