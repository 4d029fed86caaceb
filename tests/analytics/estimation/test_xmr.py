"""XmR charts: limits by hand, each rule, noise, and the word for the variation."""

import numpy as np
import pytest

from analytics.estimation import EstimationError, direction, xmr

# Twelve months around 50; moving ranges 2 3 1 4 2 1 3 2 2 1 3, mean 24/11.
MONTHS = [50.0, 52, 49, 50, 54, 52, 51, 48, 50, 52, 51, 48]
MEAN = 607 / 12
REACH = 2.66 * 24 / 11


def signals(values, **options):
    return xmr(values, **options).points["signal"].tolist()


def sawtooth(count, *, height=1.0):
    """A process without signals: mean 0, all moving ranges 2 · height, no run, no shift."""
    return [height if step % 2 else -height for step in range(count)]


def test_the_limits_by_hand():
    points = xmr(MONTHS).points
    assert points["centre"].tolist() == pytest.approx([MEAN] * 12)
    assert points["lower"].tolist() == pytest.approx([MEAN - REACH] * 12)
    assert points["upper"].tolist() == pytest.approx([MEAN + REACH] * 12)
    assert points["signal"].tolist() == [""] * 12


def test_a_great_jump_does_not_widen_the_limits():
    values = [*sawtooth(20), 30.0, *sawtooth(20)]
    points = xmr(values).points
    ranges = np.abs(np.diff(values))
    kept = ranges[ranges <= 3.267 * ranges.mean()]
    assert len(kept) == len(ranges) - 2
    assert points["upper"].iloc[0] == pytest.approx(np.mean(values) + 2.66 * kept.mean())
    assert points["upper"].iloc[0] < np.mean(values) + 2.66 * ranges.mean()


def test_a_point_outside():
    found = xmr([*sawtooth(20), 30.0, *sawtooth(20)]).points
    assert found.loc[found["signal"] == "outside", "side"].to_dict() == {20: 1}
    fallen = xmr([*sawtooth(20), -30.0, *sawtooth(20)]).points
    assert fallen.loc[fallen["signal"] == "outside", "side"].to_dict() == {20: -1}


@pytest.mark.parametrize(("length", "fires"), [(6, False), (7, True)])
def test_seven_on_one_side(length, fires):
    high = [1.5 if step % 2 else 0.5 for step in range(length)]
    found = signals([*sawtooth(20, height=2), -2.0, *high, *sawtooth(20, height=2)])
    assert found[21 : 21 + length] == ["shift" if fires else ""] * length
    assert "shift" not in found[:21]


@pytest.mark.parametrize(("length", "fires"), [(6, False), (7, True)])
@pytest.mark.parametrize("way", [1, -1])
def test_seven_rising_or_falling(length, fires, way):
    rising = way * np.linspace(-1.5, 1.5, length)
    points = xmr([*sawtooth(20, height=2), way * 2.0, *rising, -way * 2.0, *sawtooth(20, height=2)]).points
    marked = points.index[points["signal"] == "run"].tolist()
    assert marked == (list(range(21, 28)) if fires else [])
    assert points.loc[marked, "side"].eq(way).all()


def test_two_of_three_near_a_limit():
    # Moving ranges of 2 (and a few larger) put the limits near 6 and two thirds of the way near 4.
    values = [*sawtooth(30), 4.9, 1.0, 4.9, *sawtooth(30)]
    points = xmr(values).points
    reach = points["upper"].iloc[0] - points["centre"].iloc[0]
    assert reach * 2 / 3 < 4.9 - points["centre"].iloc[0] < reach
    assert points.index[points["signal"] == "near_limit"].tolist() == [30, 32]
    assert "near_limit" not in signals([*sawtooth(30), 4.9, 1.0, -1.0, 4.9, *sawtooth(30)])
    assert "near_limit" not in signals([*sawtooth(30), 4.9, -4.9, *sawtooth(30)])


def test_the_first_rule_that_applies_is_named():
    values = [*sawtooth(20), *[step * 1.0 for step in range(1, 9)]]
    found = signals(values)
    assert found[-1] == "outside"
    assert found[-4] in {"shift", "run"}


def test_unsettled_points_neither_signal_nor_count():
    settled = [True] * 12 + [False] * 2
    points = xmr([*MONTHS, 5.0, 1.0], settled=settled).points
    assert points["centre"].iloc[0] == pytest.approx(MEAN)
    assert points["signal"].tolist() == [""] * 14
    assert points["settled"].tolist() == settled
    assert points["upper"].iloc[-1] == pytest.approx(MEAN + REACH)


def test_a_missing_month_is_not_a_zero():
    with_gap = xmr([*MONTHS[:6], np.nan, *MONTHS[6:]])
    assert with_gap.points["centre"].iloc[0] == pytest.approx(MEAN)
    assert with_gap.points["upper"].iloc[0] == pytest.approx(MEAN + REACH)
    assert with_gap.points["settled"].tolist().count(False) == 1


def test_limits_stop_at_what_is_possible():
    points = xmr([0.01, 0.9, 0.05, 0.95] * 4, floor=0, cap=1).points
    assert points["lower"].eq(0).all()
    assert points["upper"].eq(1).all()
    assert points["signal"].eq("").all()


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9 / 3])
def test_a_constant_series_has_no_signal(value):
    assert signals([value] * 30) == [""] * 30
    assert direction(xmr([value] * 30), polarity="neutral") == "no_change"


@pytest.mark.parametrize("values", [[], [1.0], [np.nan, 1.0]])
def test_fewer_than_two_values_have_no_limits(values):
    found = xmr(values)
    assert found.points[["centre", "lower", "upper"]].isna().to_numpy().all()
    assert found.provisional
    assert direction(found, polarity="neutral") == "insufficient"


def test_below_twelve_settled_points_limits_are_provisional():
    assert not xmr(MONTHS).provisional
    assert xmr(MONTHS[:11]).provisional
    assert xmr([*MONTHS[:11], 50.0], settled=[True] * 11 + [False]).provisional
    assert direction(xmr([*MONTHS[:9], 500.0]), polarity="lower_is_better") == "insufficient"


def test_lengths_must_agree():
    with pytest.raises(EstimationError, match="12 values have 1 marks"):
        xmr(MONTHS, settled=[True])


@pytest.mark.parametrize(
    ("jump", "polarity", "word"),
    [
        (30, "lower_is_better", "worse"),
        (30, "higher_is_better", "better"),
        (-30, "lower_is_better", "better"),
        (-30, "higher_is_better", "worse"),
        (30, "neutral", "changed"),
        (1, "lower_is_better", "no_change"),
    ],
)
def test_the_word_follows_the_latest_signal(jump, polarity, word):
    assert direction(xmr([*sawtooth(20), jump]), polarity=polarity) == word


def test_an_old_signal_or_an_unsettled_jump_is_no_news():
    assert direction(xmr([*sawtooth(20), 8, *sawtooth(8)]), polarity="lower_is_better") == "no_change"
    late = xmr([*sawtooth(20), 30], settled=[True] * 20 + [False])
    assert direction(late, polarity="lower_is_better") == "no_change"


def test_pure_noise_is_rarely_news():
    rng = np.random.default_rng(4)
    charts = [xmr(rng.normal(size=24)) for _ in range(600)]
    words = [direction(chart, polarity="lower_is_better") for chart in charts]
    assert np.mean([word != "no_change" for word in words]) < 0.03
    outside = np.mean([(chart.points["signal"] == "outside").mean() for chart in charts])
    assert outside < 0.01


def test_a_real_shift_is_found():
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(200):
        series = np.append(rng.normal(size=16), rng.normal(2.5, 1, size=8))
        found += direction(xmr(series), polarity="lower_is_better") == "worse"
    assert found > 140
