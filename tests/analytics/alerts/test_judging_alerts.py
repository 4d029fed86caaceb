"""Thresholds and their borders, and 25 regions of which none is past the threshold."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analytics.alerts.catalogue import entry_of
from analytics.alerts.ground import may_be_named
from analytics.alerts.judging import judged
from analytics.alerts.multiplicity import FALSE_SHARE, p_of_count, p_of_interval, rejected
from analytics.alerts.observation import FAR, Observation, against, past

LATE = entry_of("late_objections")  # above 0.20
SCREENED = entry_of("screening_behind")  # below 0.70
ERROR = entry_of("inclusion_error")  # above 0.45, with an interval
REGIONS, FAMILIES, THRESHOLD, RUNS = 25, 400, 0.20, 2_000


@pytest.mark.parametrize(
    ("value", "fires", "holds", "severity"),
    [
        (0.18, False, False, "notice"),  # at 0.9 of the threshold an open alert closes
        (0.1801, False, True, "notice"),
        (0.20, False, True, "notice"),  # at the threshold is not past it
        (0.2001, True, True, "notice"),
        (0.2499, True, True, "notice"),
        (0.25, True, True, "warning"),
        (0.3999, True, True, "warning"),
        (0.40, True, True, "critical"),
        (1.0, True, True, "critical"),
    ],
)
def test_borders_of_a_share_above(value, fires, holds, severity):
    found = against(LATE, value, n=400)
    assert (found.fires, found.holds, found.severity) == (fires, holds, severity)


@pytest.mark.parametrize(
    ("value", "fires", "holds", "severity"),
    [
        (0.78, False, False, "notice"),
        (0.77, False, True, "notice"),
        (0.70, False, True, "notice"),
        (0.69, True, True, "notice"),
        (0.559, True, True, "warning"),
        (0.35, True, True, "critical"),
        (0.0, True, True, "critical"),
    ],
)
def test_borders_of_a_share_below(value, fires, holds, severity):
    found = against(SCREENED, value, n=400)
    assert (found.fires, found.holds, found.severity) == (fires, holds, severity)


def test_an_interval_fires_by_its_nearer_end_and_holds_by_the_figure():
    assert not against(ERROR, 0.60, low=0.45, high=0.75).fires
    sure = against(ERROR, 0.60, low=0.46, high=0.75)
    assert sure.fires
    assert sure.severity == "notice"  # 0.46 / 0.45, and not 0.60 / 0.45
    assert sure.excess == pytest.approx(0.46 / 0.45)
    assert against(ERROR, 0.42, low=0.30, high=0.54).holds
    assert not against(ERROR, 0.40, low=0.30, high=0.50).holds


def test_a_multiple_is_finite():
    assert past(0.0, 0.7, direction="below") == FAR
    assert past(1e9, 0.2, direction="above") == FAR
    assert past(-0.1, 0.2, direction="above") == 0


@pytest.mark.parametrize(("count", "n", "named"), [
    (0, 30, True), (10, 30, True), (9, 30, False), (1, 400, False), (391, 400, False), (390, 400, True),
    (400, 400, True), (10, 29, False), (0, 29, False),
])  # fmt: skip
def test_no_region_is_named_that_tells_a_few(count, n, named):
    assert may_be_named(count, n) is named


def test_probabilities_are_those_of_scipy():
    expected = stats.binomtest(100, 400, 0.2, alternative="greater").pvalue
    assert p_of_count(100, 400, 0.2, direction="above") == pytest.approx(expected)
    expected = stats.binomtest(60, 400, 0.2, alternative="less").pvalue
    assert p_of_count(60, 400, 0.2, direction="below") == pytest.approx(expected)
    assert p_of_interval(0.5, 0.4, 0.6, 0.4, direction="above") == pytest.approx(0.025, abs=1e-5)
    assert p_of_interval(0.5, 0.4, 0.6, 0.6, direction="below") == pytest.approx(0.025, abs=1e-5)
    assert p_of_interval(0.3, 0.2, 0.4, 0.4, direction="above") == pytest.approx(0.975, abs=1e-5)


def test_the_false_discovery_rate_is_that_of_statsmodels():
    rng = np.random.default_rng(5)
    for _ in range(50):
        p = np.concatenate([rng.random(20), rng.beta(1, 60, 6)])
        expected = multipletests(p, alpha=FALSE_SHARE, method="fdr_bh")[0]
        assert rejected(p) == expected.tolist()
    assert rejected([]) == []
    assert rejected([FALSE_SHARE]) == [True]


def regions(counts):
    return [
        against(LATE, count / FAMILIES, n=FAMILIES, area=f"35.10.{number:02d}",
                p=p_of_count(int(count), FAMILIES, THRESHOLD, direction="above"))
        for number, count in enumerate(counts)
    ]  # fmt: skip


def test_of_25_regions_at_the_threshold_any_fires_no_more_often_than_stated():
    rng = np.random.default_rng(11)
    drawn = rng.binomial(FAMILIES, THRESHOLD, (RUNS, REGIONS))
    ours = np.mean([any(each.fires for each in judged(regions(counts))) for counts in drawn])
    p = stats.binom.sf(drawn - 1, FAMILIES, THRESHOLD)
    one_by_one = np.mean((p <= FALSE_SHARE).any(axis=1))
    by_value = np.mean((drawn / FAMILIES > THRESHOLD).any(axis=1))
    assert ours <= FALSE_SHARE + 2 * math.sqrt(FALSE_SHARE / RUNS)
    assert one_by_one > 0.25  # each by its own interval: a false alarm in every third publication
    assert by_value > 0.99  # each by its figure: in every one


def test_with_three_true_regions_among_25_the_false_share_holds_and_they_are_found():
    rng = np.random.default_rng(12)
    truth = np.full(REGIONS, THRESHOLD)
    truth[:3] = 0.32
    false_shares, found = [], []
    for _ in range(500):
        fires = np.array([each.fires for each in judged(regions(rng.binomial(FAMILIES, truth)))])
        false_shares.append(fires[3:].sum() / max(fires.sum(), 1))
        found.append(fires[:3].mean())
    assert np.mean(false_shares) <= FALSE_SHARE
    assert np.mean(found) > 0.95


def test_levels_are_judged_apart_and_the_whole_by_itself():
    def at(area, p):
        return Observation(area=area, value=0.3, threshold=0.2, fires=True, holds=True, excess=1.5, p=p)

    whole = at("", None)
    districts = [at(f"35.10.{number:02d}", p) for number, p in enumerate([0.021, 0.021, 0.021, 0.021, 0.9])]
    # Alone a region of p = .021 fires; four of five that are no surer do not.
    assert [each.area for each in judged([whole, at("35.10", 0.021), *districts]) if each.fires] == ["", "35.10"]
