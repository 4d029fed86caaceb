"""Ratio estimates by hand: formula, domains, lonely strata, edges, suppression."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analytics.estimation import EstimationError, ratio, ratios, wilson
from analytics.estimation.ratio import EDGE_ICC, TRUSTED_EVENTS

TINY = pd.DataFrame(
    {
        "stratum": ["A", "A", "A", "B", "B"],
        "cluster": ["a1", "a2", "a3", "b1", "b2"],
        "numerator": [4.0, 2.0, 3.0, 10.0, 6.0],
        "denominator": [10.0, 8.0, 6.0, 20.0, 30.0],
        "n": [10, 8, 6, 10, 15],
    }
)
FIELDS = ["value", "low", "high", "se", "numerator", "denominator", "n", "clusters", "strata", "df"]


def by_hand(totals, drawn):
    """The textbook formula with plain loops; `drawn` is the number of clusters by stratum."""
    numerator, denominator = sum(totals["numerator"]), sum(totals["denominator"])
    share = numerator / denominator
    variance = 0.0
    for stratum, m in drawn.items():
        rows = totals[totals["stratum"] == stratum]
        u = [num - share * den for num, den in zip(rows["numerator"], rows["denominator"], strict=True)]
        u += [0.0] * (m - len(u))
        mean = sum(u) / m if m > 1 else 0.0
        variance += (m / (m - 1) if m > 1 else 1.0) * sum((each - mean) ** 2 for each in u)
    return share, math.sqrt(variance) / denominator


def wilson_interval(share, se, *, n, df, size, level=0.95, weighting=1.0):
    """The interval with plain arithmetic: the design effect seen, drawn towards the assumed one."""
    events = n * share * (1 - share)
    trust = events / (events + TRUSTED_EVENTS)
    seen = max(se**2 / (share * (1 - share) / n), 0.25)
    assumed = weighting * (1 + (size - 1) * EDGE_ICC)
    tail = 0.5 + level / 2
    count = (
        n * (stats.t.ppf(tail, n - 1) / stats.t.ppf(tail, df)) ** (2 * trust) / (seen**trust * assumed ** (1 - trust))
    )
    z = stats.norm.ppf(tail)
    middle, half = share + z**2 / (2 * count), z * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return tuple((middle + sign * half) / (1 + z**2 / count) for sign in (-1, 1))


TINY_SIZE = sum(n**2 for n in (10, 8, 6, 10, 15)) / 49
TINY_WEIGHTING = 49 * sum(d**2 / n for d, n in zip((10, 8, 6, 20, 30), (10, 8, 6, 10, 15), strict=True)) / 74**2


def random_totals(seed=7):
    rng = np.random.default_rng(seed)
    rows = [(s, f"{s}{c}", d) for s in "ABCD" for c in range(1 + 3 * (s != "D")) for d in range(6)]
    frame = pd.DataFrame(rows, columns=["stratum", "cluster", "district"])
    frame["n"] = rng.integers(0, 30, len(frame))
    frame["denominator"] = frame["n"] * rng.uniform(1, 3, len(frame))
    frame["numerator"] = frame["denominator"] * rng.uniform(0, 1, len(frame))
    return frame


def test_the_formula_by_hand():
    share, se = by_hand(TINY, {"A": 3, "B": 2})
    found = ratio(TINY)
    assert share == pytest.approx(25 / 74)
    assert found.value == pytest.approx(share)
    assert found.se == pytest.approx(se)
    assert (found.low, found.high) == pytest.approx(
        wilson_interval(share, se, n=49, df=3, size=TINY_SIZE, weighting=TINY_WEIGHTING)
    )
    assert (found.n, found.clusters, found.strata, found.df) == (49, 5, 2, 3)
    assert (found.numerator, found.denominator) == (25, 74)
    assert (found.suppressed, found.reason) == (False, "")


def test_the_level_widens_the_interval():
    share, se = by_hand(TINY, {"A": 3, "B": 2})
    found = ratio(TINY, level=0.99)
    assert (found.low, found.high) == pytest.approx(
        wilson_interval(share, se, n=49, df=3, size=TINY_SIZE, weighting=TINY_WEIGHTING, level=0.99)
    )


def test_rows_of_one_cluster_are_summed_and_order_is_irrelevant():
    split = pd.concat([TINY.assign(numerator=TINY["numerator"] / 2, denominator=TINY["denominator"] / 2, n=0), TINY])
    split.iloc[5:, 2:4] /= 2
    found, expected = ratio(split.sample(frac=1, random_state=1)), ratio(TINY)
    assert [getattr(found, name) for name in FIELDS] == pytest.approx([getattr(expected, name) for name in FIELDS])


def test_equal_weights_cancel():
    found = ratio(TINY.assign(numerator=TINY["numerator"] * 7, denominator=TINY["denominator"] * 7))
    assert (found.value, found.se) == pytest.approx((ratio(TINY).value, ratio(TINY).se))


def test_a_cluster_without_rows_in_the_domain_counts_in_its_stratum():
    empty = pd.DataFrame({"stratum": ["A"], "cluster": ["a4"], "numerator": [0.0], "denominator": [0.0], "n": [0]})
    share, se = by_hand(TINY, {"A": 4, "B": 2})
    found = ratio(pd.concat([TINY, empty]))
    assert (found.value, found.se) == pytest.approx((share, se))
    assert found.clusters == 5
    assert ratio(TINY, design=pd.concat([TINY, empty])[["stratum", "cluster"]]) == found


def test_a_lonely_cluster_is_centred_at_the_grand_mean():
    lonely = TINY[TINY["cluster"] != "b2"]
    share, se = by_hand(lonely, {"A": 3, "B": 1})
    found = ratio(lonely)
    assert (found.value, found.se) == pytest.approx((share, se))
    assert found.df == 2


def test_strata_with_one_cluster_each_are_compared_with_each_other():
    found = ratio(TINY.assign(stratum=TINY["cluster"]))
    share = TINY["numerator"].sum() / TINY["denominator"].sum()
    residual = TINY["numerator"] - share * TINY["denominator"]
    assert found.se == pytest.approx(math.sqrt((residual**2).sum()) / TINY["denominator"].sum())
    assert (found.strata, found.df) == (5, 4)


def test_domains_equal_one_at_a_time():
    totals = random_totals()
    design = totals[["stratum", "cluster"]].drop_duplicates()
    drawn = design.groupby("stratum").size().to_dict()
    found = ratios(totals, by=["district"])
    assert found["district"].tolist() == list(range(6))
    for _, row in found.iterrows():
        own = totals[(totals["district"] == row["district"]) & (totals["n"] > 0)]
        one = ratio(own, design=design)
        assert [row[name] for name in FIELDS] == pytest.approx([getattr(one, name) for name in FIELDS])
        assert (row["value"], row["se"]) == pytest.approx(by_hand(own, {s: drawn[s] for s in own["stratum"].unique()}))


def test_only_its_own_strata_count_for_a_region():
    totals = random_totals().assign(region=lambda frame: frame["stratum"].map({"A": "x", "B": "x", "C": "y", "D": "y"}))
    found = ratios(totals, by=["region"]).set_index("region")
    alone = ratio(totals[totals["region"] == "x"])
    assert found.loc["x", FIELDS].tolist() == pytest.approx([getattr(alone, name) for name in FIELDS])


def test_two_keys_and_an_unknown_group_keep_their_rows():
    totals = pd.concat([TINY.assign(programme="PKH", sex="f"), TINY.assign(programme="PKH", sex=None)])
    found = ratios(totals, by=["programme", "sex"])
    assert found["programme"].tolist() == ["PKH", "PKH"]
    assert found["sex"].isna().tolist() == [False, True]
    assert found["value"].tolist() == pytest.approx([25 / 74, 25 / 74])


def test_categories_that_do_not_occur_give_no_row():
    totals = TINY.assign(programme=pd.Categorical(["PKH"] * 5, categories=["PKH", "BPNT"]))
    assert ratios(totals, by=["programme"])["programme"].tolist() == ["PKH"]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_nought_or_one_rests_on_the_assumed_correlation(share):
    totals = pd.DataFrame(
        {"stratum": "A", "cluster": range(20), "numerator": share * 10.0, "denominator": 10.0, "n": 10}
    )
    found = ratio(totals)
    effective = 200 / (1 + 9 * EDGE_ICC)
    assert found.value == share
    assert (found.low, found.high) == pytest.approx(wilson(share * effective, effective))
    width = found.high - found.low
    naive = wilson(share * 200, 200)
    assert width > 2 * (naive.high - naive.low)


def one_by_one(seen, *, unsampled):
    return pd.DataFrame(
        {
            "stratum": "A",
            "cluster": range(len(seen)),
            "numerator": seen,
            "denominator": 1.0,
            "n": 1,
            "unsampled": unsampled,
        }
    )


def test_families_drawn_one_by_one_have_the_textbook_error():
    # Cochran 1977 (3.9): v(p) = (1 − f) p q / (n − 1).
    seen = np.array([1.0] * 24 + [0.0] * 56)
    found = ratio(one_by_one(seen, unsampled=1 - 80 / 200))
    assert found.se == pytest.approx(math.sqrt((1 - 80 / 200) * 0.3 * 0.7 / 79))
    endless = ratio(one_by_one(seen, unsampled=1.0))
    assert endless.se == pytest.approx(math.sqrt(0.3 * 0.7 / 79))
    assert endless.high - endless.low > 1.2 * (found.high - found.low)


def test_the_factor_of_each_stratum_applies_to_it_alone():
    seen = np.array([1.0] * 10 + [0.0] * 30)
    first = one_by_one(seen, unsampled=0.5)
    second = one_by_one(seen, unsampled=1.0).assign(stratum="B", cluster=range(40, 80))
    one = 0.25 * 0.75 / 39
    assert ratio(pd.concat([first, second])).se == pytest.approx(math.sqrt((0.5 * one + one) / 4))


def test_a_census_has_no_sampling_error():
    found = ratio(one_by_one(np.array([1.0] * 24 + [0.0] * 56), unsampled=0.0))
    assert (found.value, found.se) == (0.3, 0.0)
    assert (found.low, found.high) == pytest.approx((0.3, 0.3), abs=1e-5)


def test_unequal_weights_widen_the_edge():
    totals = pd.DataFrame({"stratum": "A", "cluster": range(20), "numerator": 0.0, "denominator": 10.0, "n": 10})
    skewed = totals.assign(denominator=np.where(totals["cluster"] < 5, 100.0, 10.0))
    assert ratio(skewed).high > ratio(totals).high


def test_rounding_of_weights_does_not_leave_the_edge():
    totals = pd.DataFrame({"stratum": "A", "cluster": range(20), "denominator": 0.1 * 3, "n": 10})
    found = ratio(totals.assign(numerator=0.3))
    assert (found.value, found.high) == (1.0, 1.0)


def test_equal_clusters_do_not_give_an_interval_of_no_width():
    totals = pd.DataFrame({"stratum": "A", "cluster": range(4), "numerator": 5.0, "denominator": 10.0, "n": 10})
    found = ratio(totals)
    assert found.se == pytest.approx(0, abs=1e-12)
    assert found.high - found.low > 0.25


@pytest.mark.parametrize(
    ("totals", "reason"),
    [
        (TINY.assign(numerator=0.0, denominator=0.0, n=0), "no_data"),
        (TINY.iloc[:0], "no_data"),
        (TINY.iloc[:3], "small_n"),
        (TINY.iloc[:1].assign(n=30), "one_cluster"),
    ],
)
def test_what_cannot_be_estimated_has_a_reason_and_no_value(totals, reason):
    found = ratio(totals)
    assert (found.suppressed, found.reason) == (True, reason)
    assert np.isnan([found.value, found.low, found.high, found.se]).all()
    assert found.n == totals["n"].sum()


def test_the_minimum_is_the_metrics():
    assert ratio(TINY.iloc[:3], minimum=24).reason == ""


def test_no_domain_gives_no_row():
    empty = ratios(TINY.assign(district=1).iloc[:0], by=["district"])
    assert empty.empty
    assert {"district", *FIELDS, "suppressed", "reason"} == set(empty.columns)


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        (TINY.drop(columns="n"), "lacks n"),
        (TINY.assign(cluster=None), "no cluster"),
        (TINY.assign(numerator=-1.0), "no usable numerator"),
        (TINY.assign(denominator=np.inf), "no usable denominator"),
        (TINY.assign(n=pd.array([1, None, 2, 3, 4], dtype="Int64")), "1 rows .* no usable n"),
        (TINY.assign(numerator=99.0), "larger than its denominator"),
        (TINY.assign(unsampled=1.2), "not drawn is above 1"),
        (TINY.assign(unsampled=-0.1), "no usable unsampled"),
        (TINY.assign(cluster=["v1", "v2", "v3", "v1", "v2"]), "more than one stratum"),
    ],
)
def test_unusable_totals_are_refused(totals, message):
    with pytest.raises(EstimationError, match=message):
        ratio(totals)


def test_totals_outside_the_design_are_refused():
    with pytest.raises(EstimationError, match="2 cluster totals"):
        ratio(TINY, design=TINY.iloc[:3][["stratum", "cluster"]])


@pytest.mark.parametrize("options", [{"level": 95}, {"edge_icc": -0.1}])
def test_options_are_shares(options):
    with pytest.raises(EstimationError, match="must lie"):
        ratio(TINY, **options)
